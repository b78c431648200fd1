using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Recording;

/// <summary>What was recorded of one operation: of one second in one stripe, or of everything.</summary>
internal sealed class OperationSamples(StepNames stepNames)
{
    private const int MostMessages = 100;
    private readonly Dictionary<ErrorKind, long> _errors = [];
    private readonly Dictionary<string, LatencyHistogram> _steps = [];

    public long Completed { get; private set; }

    public long Failed { get; private set; }

    public long Items { get; private set; }

    /// <summary>Requests that started when they were meant to: their service time is their response time, and their lag is none.</summary>
    public LatencyHistogram OnTime { get; } = new();

    public LatencyHistogram Response { get; } = new();

    public LatencyHistogram Service { get; } = new();

    public LatencyHistogram Lag { get; } = new();

    public long OnTimeCount { get; private set; }

    public IReadOnlyDictionary<ErrorKind, long> Errors => _errors;

    public IReadOnlyDictionary<string, LatencyHistogram> Steps => _steps;

    public void Record(Instant intended, Instant started, Instant ended, Reply reply)
    {
        var punctual = intended == started;
        if (punctual) OnTimeCount++;
        else Lag.RecordNanoseconds(started - intended);

        if (reply.IsError)
        {
            Failed++;
            CountError(reply.Error, 1);
            return;
        }

        Completed++;
        Items += reply.Items;
        if (punctual)
        {
            OnTime.RecordNanoseconds(ended - started);
            return;
        }

        Response.RecordNanoseconds(ended - intended);
        Service.RecordNanoseconds(ended - started);
    }

    public void RecordStep(string name, long nanoseconds) => StepOf(name).RecordNanoseconds(nanoseconds);

    public void Add(OperationSamples other)
    {
        Completed += other.Completed;
        Failed += other.Failed;
        Items += other.Items;
        OnTimeCount += other.OnTimeCount;
        OnTime.Add(other.OnTime);
        Response.Add(other.Response);
        Service.Add(other.Service);
        Lag.Add(other.Lag);
        foreach (var (error, count) in other._errors) CountError(error, count);
        foreach (var (name, step) in other._steps) StepOf(name).Add(step);
    }

    public void Clear()
    {
        (Completed, Failed, Items, OnTimeCount) = (0, 0, 0, 0);
        OnTime.Reset();
        Response.Reset();
        Service.Reset();
        Lag.Reset();
        _errors.Clear();
        foreach (var step in _steps.Values) step.Reset();
    }

    // Beyond the first hundred texts an error keeps its code, as long as there are not too many of those either.
    private void CountError(ErrorKind error, long count)
    {
        var other = new ErrorKind(error.Code, ErrorCount.Others);
        var key = _errors.ContainsKey(error) || _errors.Count < MostMessages ? error
            : _errors.ContainsKey(other) || _errors.Count < 2 * MostMessages ? other
            : new ErrorKind(null, ErrorCount.Others);
        _errors[key] = _errors.GetValueOrDefault(key) + count;
    }

    private LatencyHistogram StepOf(string name)
    {
        if (_steps.TryGetValue(name, out var known)) return known;
        var kept = stepNames.Admit(name);
        if (!_steps.TryGetValue(kept, out var step)) _steps[kept] = step = new LatencyHistogram();
        return step;
    }
}
