using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;
using LoadHarness.Load.Running;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.OtherEngines;

/// <summary>
/// A scenario whose iterations another engine starts. It keeps its own times, so that the engine's version does not matter. Such an engine
/// does not say when it meant to start: response time is service time here, and lag is unknown.
/// </summary>
/// <param name="measuring">Called when the first measured request begins.</param>
public sealed class ForeignScenario(ScenarioProps scenario, ulong seed, LoadClock clock, Action? measuring = null)
{
    private readonly OperationMix _mix = new(scenario.Operations);
    private readonly Lock _begin = new();
    private readonly Stack<ForeignUser> _freeUsers = [];
    private GeneratorReading? _atBegin;
    private PhaseRecorder? _recorder;
    private DateTimeOffset _startedUtc;
    private Instant _measuresFrom;
    private long _invocations = -1;
    private int _users;
    private int _working;
    private int _mostWorking;
    private long[]? _started;

    public ScenarioProps Scenario => scenario;

    /// <summary>
    /// One iteration, and in the closed model the pause of the user behind it. Thresholds and the limit of requests in flight are the other
    /// engine's business. Once cancelled, nothing more is begun or recorded: what was under way stays unanswered.
    /// </summary>
    /// <param name="isWarmUp">
    /// Whether the engine is warming up: then nothing is recorded. Between warm-up and load an engine may idle for seconds.
    /// </param>
    public async Task<IResponse> InvokeAsync(bool isWarmUp, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Response.Fail("interrupted");
        var user = RentUser(isWarmUp);
        var (invocation, begun) = (Interlocked.Increment(ref _invocations), clock.Now);
        var measured = !isWarmUp;
        var recorder = measured ? Begin(begun) : null;
        var iteration = SeededRandom.Mix(seed, (ulong)invocation);
        var operation = _mix.Pick(iteration);
        if (measured) Interlocked.Increment(ref _started![operation]);
        var context = new ForeignContext(scenario.Name, user.Number, invocation, iteration, clock, (name, nanoseconds) =>
        {
            recorder?.RecordStep(user.Number, operation, name, nanoseconds);
        }, cancellationToken);
        IResponse response;
        try
        {
            response = await scenario.Operations[operation].Run(context)
                ?? Response.Fail("The scenario's function returned no response (null).");
        }
        catch (Exception e)
        {
            response = Response.Threw(e);
        }

        if (!cancellationToken.IsCancellationRequested)
            recorder?.Record(user.Number, operation, begun, begun, clock.Now, Reply.Of(response));
        await user.Rest(begun, cancellationToken);
        lock (_begin)
        {
            _working--;
            _freeUsers.Push(user);
        }

        return response;
    }

    /// <summary>To be called once, when the engine has ended.</summary>
    /// <param name="abortReason">Why it ended early; null when it ran its course.</param>
    public ScenarioResult Result(string engine, string? abortReason = null)
    {
        var recorder = Begin(clock.Now);
        recorder.Close();
        var measured = TimeSpan.FromTicks((recorder.LastEnd - _measuresFrom) / TimeSpan.NanosecondsPerTick);
        return new ScenarioResult(
            scenario.Name,
            LoadPlan.ModelOf(scenario),
            $"{LoadPlan.Describe(scenario)}, by {engine}",
            _startedUtc,
            scenario.WarmUp,
            measured,
            _mostWorking > 0 ? _mostWorking : null,
            [.. scenario.Operations.Select((operation, i) => OperationOf(operation.Name, recorder, i, measured))],
            recorder.Timeline(offersNothing: true, hasLag: false),
            GeneratorReading.Of(clock).Since(_atBegin!),
            abortReason)
        { ForeignEngine = engine };
    }

    private OperationResult OperationOf(string name, PhaseRecorder recorder, int operation, TimeSpan measured) =>
        ScenarioResults.OperationOf(name, recorder.Totals[operation], AccountingOf(recorder, operation), null, measured,
            hasSchedule: false) with
        { Timeline = recorder.Stretches[operation] };

    private Accounting AccountingOf(PhaseRecorder recorder, int operation)
    {
        var (samples, started) = (recorder.Totals[operation], Interlocked.Read(ref _started![operation]));
        return new Accounting(started, samples.Completed, samples.Failed, 0, started - samples.Completed - samples.Failed);
    }

    /// <returns>One that no other iteration in flight has.</returns>
    private ForeignUser RentUser(bool isWarmUp)
    {
        lock (_begin)
        {
            _working++;
            if (!isWarmUp) _mostWorking = Math.Max(_mostWorking, _working);
            return _freeUsers.TryPop(out var free) ? free : new ForeignUser(_users++, scenario, clock);
        }
    }

    private PhaseRecorder Begin(Instant now)
    {
        lock (_begin)
        {
            if (_recorder is not null) return _recorder;
            _startedUtc = clock.UtcNow;
            _measuresFrom = now;
            _atBegin = GeneratorReading.Of(clock);
            _started = new long[scenario.Operations.Count];
            measuring?.Invoke();
            return _recorder = new PhaseRecorder(scenario.Operations.Count, _measuresFrom);
        }
    }
}
