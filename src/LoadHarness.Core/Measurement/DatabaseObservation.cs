namespace LoadHarness.Core.Measurement;

/// <summary>What the database did while the scenarios ran.</summary>
/// <param name="SamplingCost">Server time spent answering the sampler, as a share of the observed time, 0 to 1.</param>
public sealed record DatabaseObservation(
    IReadOnlyList<DatabaseSample> Samples,
    IReadOnlyList<WaitEventShare> WaitEvents,
    IReadOnlyList<StatementStatistics> Statements,
    IReadOnlyList<QueryPlan> Plans,
    IReadOnlyList<RelationSize> Sizes,
    double SamplingCost);

/// <summary>One second. Rates are differences to the second before.</summary>
/// <param name="CacheHitShare">0 to 1 within this second; null when no block was asked for.</param>
public sealed record DatabaseSample(
    DateTimeOffset AtUtc,
    string? Scenario,
    int Active,
    int Waiting,
    int IdleInTransaction,
    int Connections,
    double? CacheHitShare,
    double WalBytesPerSecond,
    double TransactionsPerSecond,
    double ServerCpuCores,
    long ServerResidentBytes);

/// <param name="Share">Share of active-session samples, 0 to 1; CPU is the name for not waiting.</param>
public sealed record WaitEventShare(string Scenario, string WaitEvent, double Share);

public sealed record StatementStatistics(string Scenario, string Statement, long Calls, TimeSpan TotalTime, TimeSpan MeanTime, long Rows, long SharedBlocksHit, long SharedBlocksRead, long WalBytes);

/// <param name="Fingerprint">Of the plan's shape without figures: another fingerprint is another plan.</param>
/// <param name="SequentialScans">Relations read sequentially.</param>
/// <param name="Text">As EXPLAIN prints it for people.</param>
public sealed record QueryPlan(string Query, string Fingerprint, IReadOnlyList<string> SequentialScans, TimeSpan ExecutionTime, string Text);

public sealed record RelationSize(string Relation, string Kind, long BytesBefore, long BytesAfter);
