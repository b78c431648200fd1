using System.Text.RegularExpressions;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// A statement without its constants and layout. pg_stat_statements replaces constants by parameters in the text that it keeps, so the
/// statement as it was sent and as it was kept are the same only by their shape.
/// </summary>
internal static partial class StatementShape
{
    public static string Of(string statement) => Space().Replace(Constant().Replace(Comment().Replace(statement, " "), "?"), " ").Trim()
        .TrimEnd(';').ToLowerInvariant();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\$\d+|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\b(?:null|true|false)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Constant();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
