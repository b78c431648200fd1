using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>What every index costs and whom it serves: from <c>ledger</c>.</summary>
/// <param name="Arm">The schema that the indexes are of.</param>
/// <param name="StaleReasons">Reasons for indexes that the schema does not have.</param>
public sealed record IndexLedger(
    string Arm,
    long Contacts,
    ulong Seed,
    DateTimeOffset StartedUtc,
    TimeSpan Duration,
    string Server,
    IReadOnlyList<LedgerEntry> Entries,
    IReadOnlyList<string> StaleReasons) : IFindings
{
    /// <summary>One for each index, and one for each reason without an index.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } =
    [
        .. Entries.Select(entry => entry.Verdict()),
        .. StaleReasons.Select(name =>
            Verdict.Looked(name, "Reason of an index", false, "the schema has no such index: take its line out of index-reasons.json")),
    ];

    /// <summary>Name of the file system that the data was on; null where it was not seen, and in runs of older versions.</summary>
    public string? FileSystem { get; init; }

    string IFindings.Verb => "ledger";

    long? IFindings.MostContacts => Contacts;

    string IFindings.Servers => $"PostgreSQL {Server}, copies of one cluster";

    string IFindings.ToMarkdown() => LedgerText.Of(this);
}
