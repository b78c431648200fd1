using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.Comparing.Times;

/// <summary>One arm's share of a pair: the sum of its turns.</summary>
/// <param name="isWrite">Each call is a whole import or campaign: few are enough.</param>
internal sealed class Slot(ScenarioProps scenario, bool isWrite)
{
    /// <summary>
    /// Fewer calls in a slot are no mean worth a pair, but for imports and campaigns, of which each is thousands of statements.
    /// </summary>
    public const long FewestCalls = 20;

    /// <summary>A shorter call is measured only in hundreds: its time is mostly that of the machine's wake-ups.</summary>
    private const double ShortMilliseconds = 0.5;

    private const long FewestShortCalls = 200;

    /// <summary>Five slower ones: the 95th percentile of fewer is the time of one call.</summary>
    private const long FewestTailCalls = 100;

    /// <summary>Counters of CPU time may come in the kernel's clock ticks of 10 ms: a slot has to use many.</summary>
    private static readonly TimeSpan LeastCpu = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, LatencyHistogram> _responses = [];
    private readonly HashSet<string> _failed = [];
    private TimeSpan? _cpu = TimeSpan.Zero;
    private long _completed;

    public ScenarioProps Scenario => scenario;

    public bool IsWrite => isWrite;

    /// <summary>That were answered, by <c>scenario/operation</c>.</summary>
    public IReadOnlyDictionary<string, long> Calls => _responses.ToDictionary(
        entry => OperationPath.Of(scenario.Name, entry.Key), entry => entry.Value.Count);

    /// <summary>Of all operations, answered.</summary>
    public long CallCount => _responses.Values.Sum(responses => responses.Count);

    /// <summary>Operations of which a call failed or was never answered, as <c>scenario/operation</c>.</summary>
    public IReadOnlySet<string> Failed => _failed.Select(name => OperationPath.Of(scenario.Name, name)).ToHashSet();

    /// <summary>Whether what the arm's server used could be read in all turns.</summary>
    public bool HasCpu => _cpu is not null;

    /// <summary>How long its turns were.</summary>
    public TimeSpan Loaded { get; private set; }

    /// <summary>Milliseconds by metric: <c>operation mean</c>, <c>operation p50</c>, <c>CPU a request</c>.</summary>
    public IReadOnlyDictionary<SlotMetric, double> Metrics
    {
        get
        {
            var metrics = _responses.Where(entry => !_failed.Contains(entry.Key))
                .SelectMany(entry => Of(OperationPath.Of(scenario.Name, entry.Key), entry.Value)).ToDictionary();
            if (_cpu is { } cpu && cpu > LeastCpu && _completed > 0)
                metrics[new(scenario.Name, SlotMetric.CpuOfRequest)] = cpu.TotalMilliseconds / _completed;
            return metrics;
        }
    }

    /// <summary>The 95th percentile in milliseconds, by <c>scenario/operation</c>, of those with calls enough.</summary>
    public IReadOnlyDictionary<string, double> P95 => _responses
        .Where(entry => !_failed.Contains(entry.Key) && entry.Value.Count >= FewestTailCalls)
        .ToDictionary(entry => OperationPath.Of(scenario.Name, entry.Key), entry => entry.Value.Percentile(95).TotalMilliseconds);

    /// <param name="cpu">What the arm's server used meanwhile; null where it cannot be read.</param>
    public void Add(ScenarioResult turn, TimeSpan? cpu)
    {
        foreach (var operation in turn.Operations)
        {
            // What is under way as a turn ends is waited for: in flight is only what was never answered.
            if (operation.Accounting is not { Failed: 0, Skipped: 0, InFlight: 0 }) _failed.Add(operation.Name);
            if (!_responses.TryGetValue(operation.Name, out var responses)) _responses[operation.Name] = responses = new();
            responses.Add(LatencyHistogram.Decode(operation.Response.Encoded));
        }

        Loaded += turn.Measured;
        _cpu += cpu;
        _completed += turn.Accounting.Completed;
    }

    private IEnumerable<KeyValuePair<SlotMetric, double>> Of(string operation, LatencyHistogram responses)
    {
        var (count, mean) = (responses.Count, responses.Mean.TotalMilliseconds);
        if (count == 0 || (!isWrite && (count < FewestCalls || (mean < ShortMilliseconds && count < FewestShortCalls)))) yield break;
        yield return new(new(operation, SlotMetric.Mean), mean);
        if (count >= FewestCalls) yield return new(new(operation, "p50"), responses.Percentile(50).TotalMilliseconds);
    }
}

/// <param name="Operation"><c>scenario/operation</c>, or the scenario.</param>
/// <param name="Metric">mean, p50 or CPU a request.</param>
internal sealed record SlotMetric(string Operation, string Metric)
{
    public const string Mean = "mean";

    public const string CpuOfRequest = "CPU a request";
}
