using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>One user of the closed model: iteration after iteration, until it is retired.</summary>
/// <param name="serial">From 0, of this user alone: a user that later gets its number draws other values.</param>
/// <param name="number">From 0, of no other user at work.</param>
internal sealed class VirtualUser(LoadPhase phase, int serial, int number, SharedIterations? shared) : ScenarioContext(phase, number),
    IWork, IDue
{
    // A user whose iterations never wait would keep a thread of the shared pool from everyone else.
    private const long SliceNanoseconds = 5_000_000;
    private readonly long[] _started = new long[phase.Scenario.Operations.Count];
    private readonly long _pace = (long)phase.Scenario.Pace.TotalNanoseconds;
    private readonly long _think = (long)phase.Scenario.ThinkTime.TotalNanoseconds;
    private Instant _retiresAt = Instant.Never;
    private Instant _first;
    private Instant _intended;
    private Instant _begun;
    private Instant _firstBegun;
    private Instant _slice;
    private volatile bool _resting;
    private volatile bool _done;

    /// <summary>Nothing of it runs, and nothing more will. To be asked on the dispatching thread.</summary>
    public bool IsSettled => _done || (_resting && _intended >= RetiresAt);

    /// <summary>Nothing of it runs now. Any thread, as an estimate.</summary>
    public bool IsIdle => _done || _resting;

    /// <summary>What is due before this time is still run; what is due later is not.</summary>
    public Instant RetiresAt
    {
        get => Instant.Read(ref _retiresAt);
        set => Instant.Write(ref _retiresAt, value);
    }

    /// <summary>Iterations begun, by operation. To be read when the recorder is closed.</summary>
    public IReadOnlyList<long> Started => _started;

    /// <summary>Null for one who never began. To be read when the recorder is closed.</summary>
    public Instant? FirstBegun => InvocationNumber < 0 ? null : _firstBegun;

    /// <summary>When what is under way should have started. Any thread, as an estimate.</summary>
    public Instant Since => KeepsSchedule ? Instant.Read(ref _intended) : Instant.Read(ref _begun);

    private bool IsPaced => _pace > 0;

    private bool KeepsSchedule => _pace > 0 || _think > 0;

    public void Begin(Instant intended)
    {
        _first = _intended = intended;
        Rest();
    }

    public void Fire(Instant at)
    {
        _resting = false;
        Phase.Dispatcher.Start(this);
    }

    public void Execute()
    {
        var now = Phase.Clock.Now;
        _slice = now;
        _ = Loop(now);
    }

    /// <summary>Intended starts before the user's retirement that it never came to.</summary>
    public IEnumerable<int> Owed()
    {
        // Shared iterations that nobody took were never scheduled.
        if (!IsPaced || shared is not null) yield break;
        var begun = _started.Sum();
        for (var at = _first + (begun * _pace); at < RetiresAt; at += _pace)
            yield return Phase.Mix.Pick(Phase.SeedOf(serial + 1, begun++));
    }

    private async Task Loop(Instant now)
    {
        while (true)
        {
            if (RunWhileItCompletesAtOnce(ref now) is not { } pending) return;
            IResponse? response;
            try
            {
                response = await pending;
            }
            catch (Exception e)
            {
                response = Response.Threw(e);
            }

            _slice = now = Phase.Clock.Now;
            Finish(KeepsSchedule ? _intended : _begun, _begun, now, response);
            if (!GoesOn(now)) return;
        }
    }

    /// <returns>The iteration to wait for; null when the user rests or is done.</returns>
    private Task<IResponse>? RunWhileItCompletesAtOnce(ref Instant now)
    {
        while (true)
        {
            if (!MayBegin(now))
            {
                _done = true;
                Phase.OnEnded();
                return null;
            }

            if (InvocationNumber < 0) _firstBegun = now;
            var seed = Phase.SeedOf(serial + 1, ++InvocationNumber);
            var operation = Phase.Mix.Pick(seed);
            _started[operation]++;
            if (KeepsSchedule) Phase.Recorder.Offer(operation, _intended);
            _begun = now;
            var task = Invoke(operation, seed);
            if (!task.IsCompleted) return task;
            now = Phase.Clock.Now;
            Finish(KeepsSchedule ? _intended : _begun, _begun, now, OutcomeOf(task));
            if (!GoesOn(now)) return null;
        }
    }

    private bool MayBegin(Instant now) =>
        !Phase.IsGivenUp && (KeepsSchedule ? _intended : now) < RetiresAt && (shared is null || shared.Take());

    private void Rest()
    {
        _resting = true;
        Phase.Dispatcher.Post(_intended, this);
        Phase.OnEnded();
    }

    /// <returns>False when the user rests: the dispatcher or another thread then goes on with it.</returns>
    private bool GoesOn(Instant now)
    {
        if (KeepsSchedule)
        {
            _intended = IsPaced ? _intended + _pace : now + _think;
            if (_intended > now && _intended < RetiresAt)
            {
                Rest();
                return false;
            }
        }

        if (now - _slice < SliceNanoseconds || !Thread.CurrentThread.IsThreadPoolThread) return true;
        Phase.Threads.Start(this);
        return false;
    }
}

/// <summary>Iterations that several users share.</summary>
internal sealed class SharedIterations(long iterations)
{
    private long _left = iterations;

    public bool Take() => Volatile.Read(ref _left) > 0 && Interlocked.Decrement(ref _left) >= 0;
}
