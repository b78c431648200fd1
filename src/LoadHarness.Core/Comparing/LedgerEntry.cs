using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>An index as the catalog has it; a partitioned one is one index, with the bytes of all partitions.</summary>
/// <param name="NeededBy">Constraints that stand on it and the rule that it keeps, in words; empty where it may be dropped.</param>
/// <param name="Twins">
/// Other indexes over the same columns, in the same way, with the same condition, that keep its rule as well: of a unique one and a plain
/// one, only the plain one has one.
/// </param>
public sealed record CatalogIndex(
    string Name, string Table, string Definition, long Bytes, IReadOnlyList<string> NeededBy, IReadOnlyList<string> Twins)
{
    /// <summary>What plans call it: those of partitions have names of their own.</summary>
    public IReadOnlyList<string> PlanNames { get; init; } = [Name];
}

/// <summary>One line of the ledger: what an index costs, and who misses it.</summary>
/// <param name="Scenarios">Those that ran without it; empty where it was not left out.</param>
/// <param name="Writes">What a row of an import and a whole campaign cost, with the index and without.</param>
/// <param name="Worse">Operations that touch more blocks without it.</param>
/// <param name="Plans">Plans that used it, and what stands there without it.</param>
/// <param name="Failures">Operations that do not work without it.</param>
/// <param name="Reason">Of the reviewed file; null for none.</param>
public sealed record LedgerEntry(
    CatalogIndex Index,
    IReadOnlyList<string> Scenarios,
    IReadOnlyList<WriteCost> Writes,
    IReadOnlyList<CounterChange> Worse,
    IReadOnlyList<PlanChange> Plans,
    IReadOnlyList<string> Failures,
    IndexReason? Reason)
{
    /// <summary>A plan alone is no service: without the index another one may do as well.</summary>
    public bool IsServing => Worse.Count + Failures.Count > 0;

    /// <summary>An index that serves nothing needs a reason; so does a second key over the same columns.</summary>
    public Verdict Verdict()
    {
        var isNeeded = Index.NeededBy.Count > 0;
        return isNeeded && Index.Twins.Count == 0
            ? Verdicts.Verdict.Stated(Index.Name, Title, $"{NeededBy}; {Format.Bytes(Index.Bytes)}")
            : Verdicts.Verdict.Looked(Index.Name, Title, (IsServing && !isNeeded) || Reason is not null,
                $"{Sentence()}; {Format.Bytes(Index.Bytes)}");
    }

    /// <summary>Whom it serves, else who wants it, else what to do.</summary>
    public string Sentence()
    {
        var twins = Index.Twins.Count == 0 ? "" : $"it has the same columns as {string.Join(", ", Index.Twins)}; ";
        if (IsServing) return twins + string.Join("; ", Failures.Concat(WorstFirst().Select(Words)));
        var wanted = Reason is { } reason
            ? $"wanted by {reason.Words()}"
            : "nothing wants it: drop it, or name who does in index-reasons.json";
        if (Index.NeededBy.Count > 0) return $"{twins}{NeededBy}; {(Reason is null ? "one of the two keys is enough" : wanted)}";
        return $"{twins}{Idle}; {wanted}";
    }

    private string Title => $"Index on {Index.Table}";

    private string NeededBy => $"needed by {string.Join(", ", Index.NeededBy)}";

    private string Idle => Scenarios.Count == 0 ? "no scenario touches its table" : "no operation is worse without it";

    // What there is none of with the index is worse than any factor.
    private IEnumerable<CounterChange> WorstFirst() => Worse.OrderByDescending(change => change.Ratio ?? double.PositiveInfinity);

    private static string Words(CounterChange change) => change.A == 0
        ? $"{change.Operation} {change.Counter} 0 to {change.B:0.#}"
        : $"{change.Operation} {change.Counter} {change.A:0.#} to {change.B:0.#} ({change.Ratio:0.##}x)";
}

/// <summary>One counter of a writing operation: of an import for a row, of a campaign for a recipient.</summary>
/// <param name="Spread">
/// By how much the cost differs between two passes, each the same on both arms: a smaller cost says nothing. The passes themselves differ
/// by more, since the table grows.
/// </param>
public sealed record WriteCost(string Operation, string Counter, double With, double Without, double Spread)
{
    /// <summary>What the index costs.</summary>
    public double Index => With - Without;
}
