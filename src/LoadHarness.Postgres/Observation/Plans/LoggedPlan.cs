using System.Globalization;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>What auto_explain says of one execution.</summary>
internal sealed record LoggedPlan(string Statement, TimeSpan Duration, string Plan)
{
    private const string DurationMark = "duration: ";
    private const string PlanMark = " ms  plan:\n";
    private const string TextMark = "Query Text: ";
    private const string ParametersMark = "Query Parameters: ";

    /// <returns>Null for a message of another kind.</returns>
    public static LoggedPlan? Of(string message)
    {
        var mark = message.IndexOf(PlanMark, StringComparison.Ordinal);
        if (mark < 0 || !message.StartsWith(DurationMark, StringComparison.Ordinal)) return null;
        if (!double.TryParse(message[DurationMark.Length..mark], NumberStyles.Float, null, out var milliseconds))
            return null;
        var lines = message[(mark + PlanMark.Length)..].Split('\n');
        // The statement has lines of its own, and a plan begins with its first node.
        var first = Array.FindIndex(lines, line => PlanNode.Of(line) is [{ Depth: 0 }]);
        if (first < 0) return null;
        var statement = string.Join('\n', lines[..first].Where(line => !line.StartsWith(ParametersMark, StringComparison.Ordinal)));
        return new(
            statement.StartsWith(TextMark, StringComparison.Ordinal) ? statement[TextMark.Length..] : statement,
            TimeSpan.FromMilliseconds(milliseconds),
            string.Join('\n', lines[first..]).TrimEnd());
    }
}
