using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>Compares counters of two arms. They are exact up to their own spread, so one pass decides.</summary>
public static class CounterJudgement
{
    /// <summary>A change below this is never named.</summary>
    public const double SmallestChange = 0.02;

    /// <summary>How many times the spread of identical passes a change must be.</summary>
    private const double Spreads = 3;

    /// <summary>Less than this a call is a look into a catalog that one session made and another did not; WAL bytes come in tens.</summary>
    private static double Floor(string counter) => counter == CounterNames.WalBytes ? 32 : 0.5;

    /// <param name="a">Two passes of the same calls on arm A; their difference is the spread.</param>
    /// <param name="b">Likewise on arm B.</param>
    public static IReadOnlyList<CounterChange> Compare(
        (IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second) a,
        (IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second) b)
    {
        var byName = b.First.Zip(b.Second).ToDictionary(pair => pair.First.Name);
        return
        [
            .. a.First.Zip(a.Second)
                .Where(pair => byName.ContainsKey(pair.First.Name))
                .SelectMany(pair => CounterNames.All.Select(counter => Change(pair, byName[pair.First.Name], counter)))
                .OfType<CounterChange>(),
        ];
    }

    /// <summary>"2 operations changed": one may have changed by several counters.</summary>
    public static string Words(IReadOnlyList<CounterChange> changes) =>
        $"{Format.Counted(changes.Select(change => change.Operation).Distinct().Count(), "operation")} changed";

    private static CounterChange? Change(
        (OperationCounters First, OperationCounters Second) a, (OperationCounters First, OperationCounters Second) b, string counter)
    {
        var (a1, a2) = (a.First.Counters.GetValueOrDefault(counter), a.Second.Counters.GetValueOrDefault(counter));
        var (b1, b2) = (b.First.Counters.GetValueOrDefault(counter), b.Second.Counters.GetValueOrDefault(counter));
        var (meanA, meanB) = ((a1 + a2) / 2, (b1 + b2) / 2);
        var spread = Math.Max(Math.Abs(a1 - a2), Math.Abs(b1 - b2));
        var needed = Math.Max(Math.Max(SmallestChange * meanA, Spreads * spread), Floor(counter));
        return Math.Abs(meanB - meanA) <= needed
            ? null
            : new(a.First.Name, counter, meanA, meanB, spread, DearestChange(a.First, b.First));
    }

    /// <summary>The statement whose blocks changed the most: where to look.</summary>
    private static string? DearestChange(OperationCounters a, OperationCounters b)
    {
        var before = a.Statements.GroupBy(s => s.Statement).ToDictionary(group => group.Key, group => group.Sum(s => s.Blocks));
        return b.Statements
            .OrderBy(statement => statement.Nested ? 0 : 1)
            .MaxBy(statement => Math.Abs(statement.Blocks - before.GetValueOrDefault(statement.Statement)))?.Statement;
    }
}

/// <summary>A counter of an operation that differs between the arms by more than its own spread.</summary>
/// <param name="Spread">Largest difference between two passes of the same arm.</param>
/// <param name="Statement">The statement that changed the most.</param>
public sealed record CounterChange(string Operation, string Counter, double A, double B, double Spread, string? Statement)
{
    /// <summary>B over A; null where A has none.</summary>
    public double? Ratio => A > 0 ? B / A : null;

    public bool IsWorse => B > A;
}
