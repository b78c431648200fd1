using LoadHarness.Core.Input;

namespace LoadHarness.Core.Comparing;

/// <summary>A statement whose plan differs between the arms.</summary>
/// <param name="Operation">Name of the statement.</param>
/// <param name="LostNodes">Nodes that A's plan has and B's has not, such as <c>Index Scan using leads_tags_idx on leads</c>.</param>
/// <param name="NewNodes">Nodes that only B's plan has.</param>
public sealed record PlanChange(string Operation, IReadOnlyList<string> LostNodes, IReadOnlyList<string> NewNodes)
{
    /// <summary>Partitions that each arm's plan scanned; null where both scanned as many.</summary>
    public PartitionsScanned? Partitions { get; init; }

    /// <summary>The operations that send the statement, as <c>scenario/operation</c>; empty in records that do not say.</summary>
    public IReadOnlyList<string> SentBy { get; init; } = [];
}

/// <summary>Partitions of all tables of a statement, each once, without those that were planned and never read.</summary>
public sealed record PartitionsScanned([property: Within(0, 1_000_000)] int A, [property: Within(0, 1_000_000)] int B)
{
    public override string ToString() => $"partitions scanned: {A} to {B}";
}

/// <summary>One index whose bytes differ by more than 2%, or that one arm lacks.</summary>
/// <param name="A">Bytes over all partitions; null where the arm has no such index.</param>
public sealed record IndexBytesChange(string Index, long? A, long? B);
