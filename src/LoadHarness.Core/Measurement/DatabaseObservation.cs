using LoadHarness.Core.Input;

namespace LoadHarness.Core.Measurement;

/// <summary>What the database did while the scenarios ran.</summary>
/// <param name="SamplingCost">
/// Time spent waiting for the sampler's answers, as a share of the observed time, 0 to 1: the most that it can have cost the server.
/// </param>
public sealed record DatabaseObservation(
    IReadOnlyList<DatabaseSample> Samples,
    IReadOnlyList<WaitEventShare> WaitEvents,
    IReadOnlyList<StatementStatistics> Statements,
    IReadOnlyList<QueryPlan> Plans,
    IReadOnlyList<RelationSize> Sizes,
    [property: Within(0, 1_000)] double SamplingCost)
{
    /// <summary>One for each scenario whose measured phase was seen; empty in older runs.</summary>
    public IReadOnlyList<WatchedScenario> Watched { get; init; } = [];

    /// <summary>Each index with its bytes, growth and scans, largest first; empty in older runs.</summary>
    public IReadOnlyList<IndexUse> Indexes { get; init; } = [];

    /// <summary>What was left out or could not be seen, in sentences for people; such as "pg_stat_statements is not there".</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>How one scenario was watched. Waits and statements of it are of its measured phase only.</summary>
/// <param name="MeasuredFromUtc">When the measured phase began; set-up and warm-up are before it.</param>
/// <param name="Looks">How often the sessions were looked at in the measured phase.</param>
/// <param name="ActiveSamples">
/// Sessions of this scenario that were caught active, over all looks: the n of its wait shares. 0 is "none was caught active".
/// </param>
/// <param name="StatementsSeen">Different statements of this scenario; null where pg_stat_statements cannot be read.</param>
/// <param name="StatementsKept">Those that stand in this file, the ones of the most time.</param>
public sealed record WatchedScenario(
    string Scenario,
    DateTimeOffset MeasuredFromUtc,
    DateTimeOffset MeasuredToUtc,
    long Looks,
    long ActiveSamples,
    int? StatementsSeen,
    int? StatementsKept);

/// <summary>About one second. Rates are differences to the sample before, over the time of a clock that never goes back.</summary>
/// <param name="Scenario">What ran: one scenario, or those of a mix joined with " + "; null between scenarios.</param>
/// <param name="CacheHitShare">0 to 1 within this second; null when no block was asked for.</param>
/// <param name="TransactionsPerSecond">In this database, without those of the harness that look at it.</param>
/// <param name="ServerCpuCores">Null where the server's processes cannot be read: another machine, another system.</param>
/// <param name="ServerResidentBytes">Null as <paramref name="ServerCpuCores"/>.</param>
public sealed record DatabaseSample(
    DateTimeOffset AtUtc,
    string? Scenario,
    int Active,
    int Waiting,
    int IdleInTransaction,
    int Connections,
    [property: Within(0, 1)] double? CacheHitShare,
    [property: Within(0, 1e15)] double WalBytesPerSecond,
    [property: Within(0, 1e12)] double TransactionsPerSecond,
    [property: Within(0, 1e6)] double? ServerCpuCores,
    long? ServerResidentBytes)
{
    /// <summary><c>set-up</c> (warm-up is in it) or <c>measured</c>; null between scenarios and in older runs.</summary>
    public string? Phase { get; init; }

    /// <summary>Active sessions that wait for a lock of another. Null in older runs, as all that follows.</summary>
    public int? LockWaits { get; init; }

    public double? TempBytesPerSecond { get; init; }

    /// <summary>Seconds a second that sessions spent reading and writing blocks, all together; null where track_io_timing is off.</summary>
    public double? IoSecondsPerSecond { get; init; }

    /// <summary>Checkpoints begun since the sample before.</summary>
    public int? Checkpoints { get; init; }

    /// <summary>Autovacuum workers at work.</summary>
    public int? AutovacuumWorkers { get; init; }

    /// <summary>Cores kept busy by this program; null where another program makes the load.</summary>
    public double? GeneratorCpuCores { get; init; }
}

/// <param name="Share">Share of active-session samples, 0 to 1; CPU is the name for not waiting.</param>
public sealed record WaitEventShare(string Scenario, string WaitEvent, [property: Within(0, 1)] double Share)
{
    /// <summary>
    /// Active-session samples with this wait; null in older runs. The n of the share is <see cref="WatchedScenario.ActiveSamples"/>.
    /// </summary>
    public long? Samples { get; init; }
}

/// <param name="Scenario">
/// That sent it; several of a mix that send the same, joined with " + "; "other sessions" for what no scenario sent.
/// </param>
/// <param name="Statement">Whole, as a line; a longer one than 8,000 characters ends with a note of how many were left out.</param>
public sealed record StatementStatistics(
    string Scenario, string Statement, long Calls, TimeSpan TotalTime, TimeSpan MeanTime, long Rows, long SharedBlocksHit,
    long SharedBlocksRead, long WalBytes)
{
    /// <summary>In the place of a scenario: what no scenario sent.</summary>
    public const string OtherSessions = "other sessions";

    /// <summary>
    /// What pg_stat_statements calls it. A text: it does not fit into a number of JavaScript. Null in older runs, as all that follows.
    /// </summary>
    public string? QueryId { get; init; }

    /// <summary>The operations that sent it, as "scenario/operation"; empty when that is not known.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    public TimeSpan? StandardDeviation { get; init; }

    /// <summary>Time spent reading and writing blocks; null where track_io_timing is off.</summary>
    public TimeSpan? IoTime { get; init; }

    public long? TempBlocksWritten { get; init; }
}

/// <summary>How far a plan could be looked into.</summary>
public enum PlanSight
{
    /// <summary>Recorded before functions were looked into: what a function does is not in it.</summary>
    Unknown,

    /// <summary>All of it, the statements inside functions too.</summary>
    Whole,

    /// <summary>A function in it could not be looked into: nothing may be said about its scans.</summary>
    Opaque,
}

/// <param name="Query">Name of the statement.</param>
/// <param name="Fingerprint">
/// Of the plan's shape without figures, inside functions too: node types, relations and indexes. Another fingerprint is another plan.
/// </param>
/// <param name="SequentialScans">Relations read sequentially. An empty list says "none" only where <see cref="Sight"/> is whole.</param>
/// <param name="ExecutionTime">Of the one execution that the text is of, with the cost of measuring each node in it.</param>
/// <param name="Text">As EXPLAIN prints it for people.</param>
public sealed record QueryPlan(string Query, string Fingerprint, IReadOnlyList<string> SequentialScans, TimeSpan ExecutionTime, string Text)
{
    public PlanSight Sight { get; init; }

    /// <summary>Why it is opaque, in a sentence; else null.</summary>
    public string? OpaqueReason { get; init; }

    /// <summary>Indexes that it reads by, inside functions too.</summary>
    public IReadOnlyList<string> Indexes { get; init; } = [];

    /// <summary>The statements that its functions ran, each shape once, in order of their time.</summary>
    public IReadOnlyList<InnerPlan> Inner { get; init; } = [];

    /// <summary>The operations that send this statement, as "scenario/operation".</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];
}

/// <param name="Statement">Compiled, as the function ran it.</param>
/// <param name="Executions">Of the same shape within the one call.</param>
/// <param name="Time">Of all of them.</param>
public sealed record InnerPlan(string Statement, int Executions, TimeSpan Time, string Text);

public sealed record RelationSize(string Relation, string Kind, long BytesBefore, long BytesAfter);

/// <summary>One index, of a partitioned table all its partitions' together, from before the first scenario to after the last.</summary>
public sealed record IndexUse(string Index, string Table, long BytesBefore, long BytesAfter, long Scans);
