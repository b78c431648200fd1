using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>
/// One scenario under its load, once: the warm-up is one phase, what is measured another. Everything here runs on the dispatching thread,
/// unless it says otherwise.
/// </summary>
internal sealed class LoadPhase : IDisposable
{
    private readonly PhaseSetting _setting;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Callback _check;
    private readonly SimulationPlayer _player;
    private readonly SecondTicker _ticker;
    private volatile bool _isEnding;
    private volatile bool _isGivenUp;
    private volatile bool _isOver;

    public LoadPhase(PhaseSetting setting)
    {
        _setting = setting;
        CancellationToken = _cancellation.Token;
        Mix = new OperationMix(setting.Scenario.Operations);
        Recorder = new PhaseRecorder(setting.Scenario.Operations.Count, setting.Start);
        Requests = new OpenRequests(this);
        Users = new ClosedUsers(this);
        _check = new Callback(_ => Check());
        _player = new SimulationPlayer(this, setting);
        _ticker = new SecondTicker(this, setting);
        LoadEnd = setting.Start;
    }

    public ScenarioProps Scenario => _setting.Scenario;

    public Dispatcher Dispatcher => _setting.Dispatcher;

    public LoadClock Clock => _setting.Dispatcher.Clock;

    public IterationThreads Threads => _setting.Threads;

    public CancellationToken CancellationToken { get; }

    public OperationMix Mix { get; }

    public PhaseRecorder Recorder { get; }

    public OpenRequests Requests { get; }

    public ClosedUsers Users { get; }

    public long Start => _setting.Start;

    /// <summary>When the load ended or was given up. Requests may have taken longer.</summary>
    public long LoadEnd { get; private set; }

    public string? AbortReason { get; private set; }

    /// <summary>Time to drain is over: nothing more is begun. Any thread.</summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>Any thread.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>Any thread.</summary>
    public bool IsOver => _isOver;

    /// <summary>Any thread. An estimate while users come and go.</summary>
    public int InFlight => Requests.InFlight + _player.UsersInForce;

    /// <summary>Any thread.</summary>
    public ulong SeedOf(int user, long invocation) => SeededRandom.Mix(_setting.Seed, SeededRandom.Mix((ulong)user, (ulong)invocation));

    public void Begin()
    {
        _player.Begin();
        _ticker.Begin();
    }

    public void Arrive(long intended, long invocation)
    {
        var operation = Mix.Pick(SeedOf(0, invocation));
        Recorder.Offer(operation, intended);
        if (Requests.Rent() is not { } request)
        {
            Recorder.Skip(operation, intended);
            return;
        }

        request.Accept(operation, invocation, intended);
        Dispatcher.Start(request);
    }

    public void Abort(string reason)
    {
        if (_isEnding) return;
        AbortReason = reason;
        EndLoad(Math.Max(Start, Clock.Now));
    }

    /// <summary>Lets what is in flight drain, then gives it up.</summary>
    public void EndLoad(long at)
    {
        if (_isEnding) return;
        LoadEnd = at;
        Users.StopAll(at);
        _isEnding = true;
        Dispatcher.Schedule(at + (long)_setting.Options.DrainTime.TotalNanoseconds, new Callback(_ => GiveUp()));
        Dispatcher.Post(at, _check);
    }

    /// <summary>Any thread: an iteration ended, or a user rests or is done.</summary>
    public void OnEnded()
    {
        if (_isEnding || _player.AwaitsUsers) Dispatcher.Post(0, _check);
    }

    public void Dispose() => _cancellation.Dispose();

    private void Check()
    {
        if (_isOver) return;
        if (_isEnding && Requests.InFlight == 0 && Users.AreSettled) Finish();
        else if (_player.AwaitsUsers && Users.AreSettled) _player.GoOn();
    }

    private void GiveUp()
    {
        if (_isOver) return;
        _isGivenUp = true;
        Threads.Start(new Cancelling(_cancellation));
        Dispatcher.Schedule(Clock.Now + (long)_setting.Options.CancelTime.TotalNanoseconds, new Callback(_ => Finish()));
    }

    private void Finish()
    {
        if (_isOver) return;
        _ticker.Stop();
        Recorder.Close();
        foreach (var operation in Users.All.SelectMany(u => u.Owed()))
        {
            Recorder.Offer(operation, LoadEnd);
            Recorder.Skip(operation, LoadEnd);
        }

        _isOver = true;
    }

    private sealed class Cancelling(CancellationTokenSource source) : IWork
    {
        public void Execute() => source.Cancel();
    }
}
