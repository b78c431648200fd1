namespace LoadHarness.Core.Comparing;

/// <summary>What a comparison of two arms found: the content of <c>compare.json</c>.</summary>
/// <param name="ServerA">Version and the settings in which the arms differ.</param>
/// <param name="Counters">Operations whose counters changed.</param>
/// <param name="Undecided">Why something could not be compared, in sentences.</param>
public sealed record ArmComparison(
    string A,
    string B,
    long Contacts,
    ulong Seed,
    DateTimeOffset StartedUtc,
    TimeSpan Duration,
    ArmServerFacts ServerA,
    ArmServerFacts ServerB,
    IReadOnlyList<CounterChange> Counters,
    IReadOnlyList<PlanChange> Plans,
    IReadOnlyList<IndexBytesChange> Indexes,
    IReadOnlyList<ComparedTime> Times,
    IReadOnlyList<string> Undecided)
{
    /// <summary>Operations that got worse by counters or by confirmed times, each once.</summary>
    public IReadOnlyList<string> WorseOperations =>
    [
        .. Counters.Where(change => change.IsWorse).Select(change => change.Operation)
            .Concat(Times.Where(time => time.IsShownSlower).Select(time => time.Operation))
            .Distinct(),
    ];

    public bool IsDecided => Undecided.Count == 0 && Times.All(time => time.Difference is not (Difference.Inconclusive or Difference.Open));
}

/// <param name="Version">As the server says it.</param>
/// <param name="Settings">Those recorded of every run.</param>
/// <param name="SchemaChecksum">Of the SQL that was applied.</param>
public sealed record ArmServerFacts(string Version, IReadOnlyDictionary<string, string> Settings, string SchemaChecksum);
