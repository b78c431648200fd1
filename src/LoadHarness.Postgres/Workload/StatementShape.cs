using System.Text.RegularExpressions;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// A statement without its constants and layout. pg_stat_statements replaces constants by parameters in the text that it keeps, so the
/// statement as it was sent and as it was kept are the same only by their shape.
/// </summary>
internal static partial class StatementShape
{
    public static string Of(string statement)
    {
        var line = Space().Replace(Constant().Replace(Comment().Replace(statement, " "), "?"), " ").Trim().TrimEnd(';', ' ');
        return List().Replace(line.ToLowerInvariant(), "$1?$2");
    }

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    // A minus that no value stands before is a part of its number.
    [GeneratedRegex(
        """
        \$\d+|'(?:[^']|'')*'|\b(?:null|true|false)\b
        |(?:(?<=[(\[,=<>+\-*/%|]\s*|\b(?:select|where|and|or|not|when|then|else|between|limit|offset|by)\s+)-\s*)?
            (?:\b\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\b
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Constant();

    // PostgreSQL 18 keeps the first value of a list, and of the others a comment.
    [GeneratedRegex(@"\b(in ?\(|array ?\[) ?\?(?: ?:: ?\w+)?(?: ?, ?\?(?: ?:: ?\w+)?)* ?([)\]])")]
    private static partial Regex List();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
