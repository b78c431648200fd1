using LoadHarness.Core.Measurement;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>Two arms, with what the gate holds them against.</summary>
/// <param name="Gate">Null for a comparison.</param>
public sealed record FoundArms(ArmComparison Arms, GateContext? Gate) : IFindings
{
    public string Verb => Gate is null ? "compare" : "gate";

    public long? MostContacts => Arms.Workload is null ? Arms.Contacts : null;

    public string Servers => $"PostgreSQL {Arms.ServerA.Version} and {Arms.ServerB.Version}, copies of filled clusters";

    public string? FileSystem => FileSystems.Length == 0 ? null : string.Join(" and ", FileSystems);

    // Counters and plans are the same on any disk.
    public IEnumerable<string> Doubts => Arms.Times.Count == 0 ? [] : FileSystems.SelectMany(DataStorage.Doubts).Distinct();

    // Of a given server none is known.
    private string[] FileSystems =>
        [.. new[] { Arms.ServerA.FileSystem, Arms.ServerB.FileSystem }.OfType<string>().Distinct(StringComparer.Ordinal)];

    public IReadOnlyList<Verdict> Verdicts => ArmVerdicts.Of(Arms, Gate);

    public string ToMarkdown() => Gate is null ? ComparisonText.Of(Arms) : GateText.Of(Arms, GateDecision.Of(Arms, Gate), Gate.Creep);
}
