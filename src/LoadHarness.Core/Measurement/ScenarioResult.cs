using System.Text.Json.Serialization;
using LoadHarness.Core.Input;
using LoadHarness.Core.Output;

namespace LoadHarness.Core.Measurement;

/// <summary>What one scenario measured. Warm-up, set-up and clean-up are outside every figure in it.</summary>
/// <param name="Model">How the load was offered.</param>
/// <param name="LoadDescription">The load simulations in words, such as <c>Inject 200/s for 30 s</c>.</param>
/// <param name="Measured">
/// Real time from the start of the load to the last completion, or to the end of the load where that is later. Waiting for requests that
/// failed or never ended is no part of it.
/// </param>
/// <param name="Users">
/// Most virtual users of the closed model at once, each from its first request until it leaves, or the most requests in flight of the open
/// one; null where the engine does not count them.
/// </param>
/// <param name="AbortReason">Why a threshold or a person ended the scenario early; null when it ran its course.</param>
public sealed record ScenarioResult(
    string Name,
    LoadModel Model,
    string LoadDescription,
    DateTimeOffset StartedUtc,
    TimeSpan WarmUp,
    TimeSpan Measured,
    int? Users,
    IReadOnlyList<OperationResult> Operations,
    IReadOnlyList<SecondSample> Timeline,
    GeneratorHealth Generator,
    string? AbortReason)
{
    /// <summary>
    /// The engine that started the requests when it was not the built-in one; null otherwise. Such an engine does not say when it meant to
    /// start: response time is service time, and lag has no samples.
    /// </summary>
    public string? ForeignEngine { get; init; }

    /// <summary>What a reader should know of how it ran, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public Accounting Accounting => Operations.Aggregate(Accounting.None, (sum, operation) => sum + operation.Accounting);
}

public enum LoadModel
{
    /// <summary>So many arrivals a second, whatever the responses do.</summary>
    Open,

    /// <summary>So many virtual users, each waiting for its response before the next request.</summary>
    Closed,
}

/// <summary>One kind of request of a scenario, such as the e-mail lookup among the lead queries.</summary>
/// <param name="Response">From the intended start to completion; successes only.</param>
/// <param name="Service">From the actual start to completion; successes only.</param>
/// <param name="Lag">
/// Actual start less intended start; every request that was started. No samples where a request has no intended start.
/// </param>
/// <param name="OfferedPerSecond">
/// Scheduled requests over the planned time. Null in a closed model without a pace, where nothing is offered.
/// </param>
/// <param name="ThroughputPerSecond">Completed requests over real time, never over planned time.</param>
/// <param name="Items">Things done by the completed requests, such as rows imported; null where a request is the thing.</param>
public sealed record OperationResult(
    string Name,
    Accounting Accounting,
    LatencySummary Response,
    LatencySummary Service,
    LatencySummary Lag,
    [property: Within(0, 1e12)] double? OfferedPerSecond,
    [property: Within(0, 1e12)] double ThroughputPerSecond,
    long? Items,
    IReadOnlyList<StepResult> Steps,
    IReadOnlyList<ErrorCount> Errors)
{
    /// <summary>Its response times over time, oldest first; empty in older runs.</summary>
    public IReadOnlyList<OperationStretch> Timeline { get; init; } = [];
}

/// <summary>A part of a request, such as waiting for a pooled connection, apart from the query.</summary>
public sealed record StepResult(string Name, LatencySummary Duration);

/// <param name="Message">The error's text, without values that came from data.</param>
/// <param name="Code">SQLSTATE; null where no database was the cause.</param>
public sealed record ErrorCount(string Message, long Count, string? Code = null)
{
    /// <summary>The message of errors whose texts were too many to keep.</summary>
    public const string Others = "other errors";

    /// <summary>The message of requests that never had a response.</summary>
    public const string Unanswered = "unanswered: no response came before the run gave up waiting";

    /// <summary>Code and text: "57014 canceling statement due to statement timeout".</summary>
    [JsonIgnore]
    public string Words => Code is null ? Message : $"{Code} {Message}";
}

/// <summary>Every scheduled request is in exactly one of the other four.</summary>
/// <param name="InFlight">Never answered: without a response when the time to drain was over.</param>
public sealed record Accounting(long Scheduled, long Completed, long Failed, long Skipped, long InFlight)
{
    public static Accounting None { get; } = new(0, 0, 0, 0, 0);

    public bool Balances => Scheduled == Completed + Failed + Skipped + InFlight;

    /// <summary>Failed, skipped and never answered over scheduled; 0 when nothing was scheduled.</summary>
    public double ErrorRate => Scheduled == 0 ? 0 : (double)(Failed + Skipped + InFlight) / Scheduled;

    public static Accounting operator +(Accounting a, Accounting b) => new(
        a.Scheduled + b.Scheduled,
        a.Completed + b.Completed,
        a.Failed + b.Failed,
        a.Skipped + b.Skipped,
        a.InFlight + b.InFlight);
}

/// <summary>One second of a scenario, over all its operations; of a long scenario several neighbouring seconds.</summary>
/// <param name="Second">Whole seconds since the measured phase began; of several seconds the first.</param>
/// <param name="Offered">Null in a closed model without a pace, where nothing is offered.</param>
/// <param name="InFlight">Requests under way as the second ended; of several seconds the most.</param>
/// <param name="LagP99">
/// Null where requests have no schedule or none started, and where another engine started them; of several seconds the longest.
/// </param>
/// <param name="Buckets">
/// Response times of the requests completed in this second, encoded; null when none was.
/// For the heat map; merging all seconds gives the scenario's histogram.
/// </param>
public sealed record SecondSample(
    int Second,
    long? Offered,
    long Completed,
    long Failed,
    long Skipped,
    int InFlight,
    TimeSpan P50,
    TimeSpan P95,
    TimeSpan P99,
    TimeSpan? LagP99,
    [property: JsonConverter(typeof(WholeText))] string? Buckets)
{
    /// <summary>A scenario keeps at most so many, however long it ran: two hours at one a second.</summary>
    public const int Most = 7_200;

    /// <summary>
    /// Characters of <see cref="Buckets"/> that a scenario keeps: the more requests a sample holds, the longer its histogram is. Ten
    /// scenarios of a week fit into one run.json.
    /// </summary>
    public const int MostText = 8_000_000;

    /// <summary>The longest sample that is read: 7,200 of them are fifteen years.</summary>
    public const int Longest = 65_536;

    /// <summary>
    /// How many seconds it holds; its counts are of all of them. A power of two, the same for all samples of a scenario; the last one may
    /// be shorter. 1 in older runs.
    /// </summary>
    public int Seconds { get; init; } = 1;

    /// <summary>
    /// For how long of its seconds the load was on: less where it ended, nothing after that, while requests drained. Counts of a sample
    /// that is not whole are no rate.
    /// </summary>
    public TimeSpan Loaded { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>Whether the generator itself was fit to measure.</summary>
/// <param name="CpuCores">Cores kept busy by this program while measuring.</param>
/// <param name="StolenShare">Share of all CPU time that the hypervisor took, 0 to 1; null where the system does not say.</param>
public sealed record GeneratorHealth(
    [property: Within(0, 1e6)] double CpuCores, [property: Within(0, 1)] double? StolenShare, long ManagedBytesAllocated,
    int Gen2Collections, TimeSpan GcPause);
