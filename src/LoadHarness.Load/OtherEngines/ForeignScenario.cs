using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Load.Recording;
using LoadHarness.Load.Running;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.OtherEngines;

/// <summary>
/// A scenario whose iterations another engine starts. It keeps its own times, so that the engine's version does not matter. Such an engine
/// does not say when it meant to start: response time is service time here, and lag is unknown.
/// </summary>
public sealed class ForeignScenario(ScenarioProps scenario, ulong seed)
{
    private readonly OperationMix _mix = new(scenario.Operations);
    private readonly Lock _begin = new();
    private GeneratorProbe? _probe;
    private PhaseRecorder? _recorder;
    private DateTimeOffset _startedUtc;
    private long _measuresFrom;
    private long _invocations = -1;
    private long[]? _started;

    public ScenarioProps Scenario => scenario;

    /// <summary>One iteration. What starts within the warm-up is not recorded.</summary>
    public async Task<IResponse> InvokeAsync(int user, CancellationToken cancellationToken)
    {
        var (invocation, begun) = (Interlocked.Increment(ref _invocations), Now());
        var recorder = Begin(begun);
        var iteration = SeededRandom.Mix(seed, (ulong)invocation);
        var operation = _mix.Pick(iteration);
        var measured = begun >= _measuresFrom;
        if (measured) Interlocked.Increment(ref _started![operation]);
        var context = new ForeignContext(scenario.Name, user, invocation, iteration, (name, nanoseconds) =>
        {
            if (measured) recorder.RecordStep(user, operation, name, nanoseconds);
        }, cancellationToken);
        IResponse response;
        try
        {
            response = await scenario.Operations[operation].Run(context).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            response = Response.Fail($"{e.GetType().Name}: {e.Message.Split('\n')[0].TrimEnd()}");
        }

        if (measured) recorder.Record(user, operation, begun, begun, Now(), response);
        return response;
    }

    /// <summary>To be called once, when the engine has ended.</summary>
    public ScenarioResult Result(string engine)
    {
        var recorder = Begin(Now());
        recorder.Close();
        var measured = TimeSpan.FromTicks((recorder.LastEnd - _measuresFrom) / TimeSpan.NanosecondsPerTick);
        return new ScenarioResult(
            scenario.Name,
            LoadPlan.ModelOf(scenario),
            $"{LoadPlan.Describe(scenario)}, by {engine}",
            _startedUtc,
            scenario.WarmUp,
            measured,
            0,
            [.. scenario.Operations.Select((operation, i) => ScenarioResults.OperationOf(operation.Name, recorder.Totals[i], AccountingOf(recorder, i), TimeSpan.Zero, measured))],
            [.. Enumerable.Range(0, recorder.Seconds.Count).Select(s => recorder.Sample(s, offersNothing: true))],
            _probe!.Measure(),
            null);
    }

    internal static long Now() => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    private Accounting AccountingOf(PhaseRecorder recorder, int operation)
    {
        var (samples, started) = (recorder.Totals[operation], Interlocked.Read(ref _started![operation]));
        return new Accounting(started, samples.Completed, samples.Failed, 0, started - samples.Completed - samples.Failed);
    }

    private PhaseRecorder Begin(long now)
    {
        lock (_begin)
        {
            if (_recorder is not null) return _recorder;
            _startedUtc = DateTimeOffset.UtcNow;
            _measuresFrom = now + (long)scenario.WarmUp.TotalNanoseconds;
            _probe = new GeneratorProbe();
            _started = new long[scenario.Operations.Count];
            return _recorder = new PhaseRecorder(scenario.Operations.Count, _measuresFrom);
        }
    }
}
