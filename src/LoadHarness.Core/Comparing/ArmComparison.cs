using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Comparing;

/// <summary>What a comparison of two arms found: from <c>compare</c> and <c>gate</c>.</summary>
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
    /// <summary>In the place of an operation: the shift of all scenarios together.</summary>
    public const string Whole = "all scenarios";

    /// <summary>Operations that fail on B alone, or got worse by counters or by confirmed times, each once.</summary>
    public IReadOnlyList<string> WorseOperations =>
    [
        .. FailsOnB.Select(fault => fault.Operation)
            .Concat(Counters.Where(change => change.IsWorse).Select(change => change.Operation))
            .Concat(Times.Where(time => time.IsShownSlower).Select(time => time.Operation))
            .Distinct(),
    ];

    /// <summary>Operations that work on A and fail on B: worse than any slower one. They have neither counters nor times.</summary>
    public IReadOnlyList<OperationFault> FailsOnB { get; init; } = [];

    /// <summary>Name and checksum of a workload of one's own; null for the CRM's operations.</summary>
    public string? Workload { get; init; }

    /// <summary>What slots saw of sessions that waited for a lock; none when no times were measured.</summary>
    public LockWaits LockWaits { get; init; } = new(0, 0, 0, 0);

    /// <summary>Tables of which the planners of the two arms know different things.</summary>
    public IReadOnlyList<StatisticsChange> Statistics { get; init; } = [];

    /// <summary>Where the time went; empty in records that do not say.</summary>
    public IReadOnlyList<StageTiming> Stages { get; init; } = [];

    public string Headline
    {
        get
        {
            var worse = WorseOperations.Count;
            var better = Counters.Where(change => !change.IsWorse).Select(change => change.Operation)
                .Concat(Times.Where(time => time.IsShownFaster).Select(time => time.Operation)).Distinct().Count();
            var words = worse + better == 0 ? "no difference shown" : $"on B {worse} operations are worse, {better} better";
            return IsDecided ? $"Compared: {words}" : $"Compared: {words}; {UndecidedFigures} figures are undecided";
        }
    }

    public bool IsDecided => UndecidedFigures == 0;

    /// <summary>Times that all pairs left open, and what could not be compared.</summary>
    public int UndecidedFigures => Undecided.Count + Times.Count(time => time.IsUndecided);
}

/// <param name="Version">As the server says it.</param>
/// <param name="Settings">Those recorded of every run.</param>
/// <param name="SchemaChecksum">Of the SQL that was applied.</param>
public sealed record ArmServerFacts(string Version, IReadOnlyDictionary<string, string> Settings, string SchemaChecksum)
{
    /// <summary>Name of the file system that the data is on; null where it cannot be seen, and in runs of older versions.</summary>
    public string? FileSystem { get; init; }
}
