using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// What a call of a statement cost in two runs. Statements are matched by their text: the number that the server gives them depends on the
/// database. Only those are compared that both runs kept: each keeps the ones of the most time.
/// </summary>
internal static class StatementChanges
{
    public static IReadOnlyList<RunChange> Of(RunResult a, RunResult b)
    {
        var before = ByText(a);
        return
        [
            .. ByText(b).Where(entry => before.ContainsKey(entry.Key))
                .SelectMany(entry => Changes(before[entry.Key], entry.Value))
                .OrderBy(OperationChanges.Rank).ThenByDescending(OperationChanges.Size),
        ];
    }

    private static Dictionary<(string, string), StatementStatistics> ByText(RunResult run) => (run.Observation?.Statements ?? [])
        .Where(statement => statement.Calls > 0)
        .GroupBy(statement => (statement.Scenario, statement.Statement)).ToDictionary(group => group.Key, group => group.First());

    private static IEnumerable<RunChange> Changes(StatementStatistics a, StatementStatistics b)
    {
        yield return OperationChanges.Change(b.Statement, "time a call", Time(a), Time(b), ChangeWords.OfTime, "ms");
        yield return Counter(b.Statement, "blocks a call", "blocks", Blocks(a), Blocks(b));
        if (a.WalBytes + b.WalBytes > 0)
            yield return Counter(b.Statement, "WAL a call", "bytes", (double)a.WalBytes / a.Calls, (double)b.WalBytes / b.Calls);
    }

    /// <summary>A counter has no sampling error; what differs by less than identical passes do is no change.</summary>
    internal static RunChange Counter(string name, string metric, string unit, double a, double b) => new(
        name, metric, unit, a, b,
        a > 0 && b > 0 ? new(b / a / (1 + CounterJudgement.SmallestChange), b / a * (1 + CounterJudgement.SmallestChange)) : null,
        ChangeWords.OfCost);

    private static (double?, ConfidenceInterval?) Time(StatementStatistics statement)
    {
        var mean = statement.MeanTime.TotalMilliseconds;
        if (statement.StandardDeviation is not { } deviation || statement.Calls < 2) return (mean, null);
        var half = 1.96 * deviation.TotalMilliseconds / Math.Sqrt(statement.Calls);
        return (mean, new(mean - half, mean + half));
    }

    private static double Blocks(StatementStatistics statement) =>
        (double)(statement.SharedBlocksHit + statement.SharedBlocksRead) / statement.Calls;
}
