using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Postgres.Observation;

/// <summary>What each scenario's statements took between two readings, told apart by what each scenario sent.</summary>
internal static class StatementDifference
{
    /// <summary>Of each scenario, the statements that take the most time.</summary>
    public const int Kept = 40;

    /// <summary>Characters of a statement; what is beyond is counted in its note.</summary>
    public const int LongestText = 8_000;

    public const string OtherSessions = StatementStatistics.OtherSessions;

    /// <returns>All that was seen, by scenario, of the most time first.</returns>
    public static IReadOnlyDictionary<string, IReadOnlyList<StatementStatistics>> Of(
        IReadOnlyList<ScenarioWatch> scenarios, StatementCounters before, StatementCounters after)
    {
        var senders = scenarios.Select(scenario => (scenario.Name, Operations: scenario.OperationsByShape())).ToList();
        return after.Statements
            .Where(entry => !OwnStatements.Have(entry.Value.Text))
            .Select(entry => Less(entry.Key, entry.Value, after.CountedBefore(entry.Key, before)))
            .OfType<StatementStatistics>()
            .Select(statement => Attributed(statement, senders))
            .GroupBy(statement => statement.Scenario)
            .ToDictionary(group => group.Key,
                group => (IReadOnlyList<StatementStatistics>)[.. group.OrderByDescending(statement => statement.TotalTime)]);
    }

    /// <returns>Why not all is there that the statements of the scenarios did, in a sentence; null when it is.</returns>
    public static string? Missing(string scenarios, StatementCounters before, StatementCounters after)
    {
        if (after.WereReset(before))
            return $"The counters of pg_stat_statements were reset during {scenarios}: what was reset counts from then on.";
        return after.Dropped > before.Dropped
            ? "pg_stat_statements had no room and dropped statements: calls are at least as many as shown."
            : null;
    }

    private static StatementStatistics Attributed(
        StatementStatistics statement, List<(string Name, IReadOnlyDictionary<string, string?> Operations)> senders)
    {
        var shape = StatementShape.Of(statement.Statement);
        var those = senders.Where(sender => sender.Operations.ContainsKey(shape)).ToList();
        return statement with
        {
            Scenario = those.Count == 0 ? OtherSessions : string.Join(" + ", those.Select(sender => sender.Name)),
            Operations = [.. those.Select(sender => sender.Operations[shape]).OfType<string>()],
            Statement = Bounded(statement.Statement),
        };
    }

    private static StatementStatistics? Less(long id, StatementCount after, StatementCount from)
    {
        var calls = after.Calls - from.Calls;
        if (calls <= 0) return null;
        var (total, squares) = (Math.Max(0, after.Milliseconds - from.Milliseconds), after.SquaredMilliseconds - from.SquaredMilliseconds);
        var mean = total / calls;
        return new(
            "", after.Text, calls, TimeSpan.FromMilliseconds(total), TimeSpan.FromMilliseconds(mean), after.Rows - from.Rows,
            after.BlocksHit - from.BlocksHit, after.BlocksRead - from.BlocksRead, after.WalBytes - from.WalBytes)
        {
            QueryId = id.ToString(),
            StandardDeviation = TimeSpan.FromMilliseconds(Math.Sqrt(Math.Max(0, (squares / calls) - (mean * mean)))),
            IoTime = after.IoMilliseconds is { } io ? TimeSpan.FromMilliseconds(Math.Max(0, io - (from.IoMilliseconds ?? 0))) : null,
            TempBlocksWritten = after.TempBlocksWritten - from.TempBlocksWritten,
        };
    }

    private static string Bounded(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText
            ? line
            : $"{line[..LongestText]} [+ {line.Length - LongestText} characters]";
    }
}
