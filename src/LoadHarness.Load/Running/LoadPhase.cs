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
    private const string InterruptedDrain = "Interrupted while requests were in flight.";
    private const string Interrupted = "Interrupted before the load had ended.";
    private static readonly TimeSpan CancelAtOnce = TimeSpan.FromMilliseconds(500);
    private readonly PhaseSetting _setting;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SideThread _canceller;
    private readonly Callback _check;
    private readonly SimulationPlayer _player;
    private readonly SecondTicker _ticker;
    private Instant _loadEnd;
    private (long Begun, int Idle, long StepsEnded) _progress = (-1, 0, 0);
    private Instant _progressAt;
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
        _canceller = new SideThread(Clock, "cancelling");
        _check = new Callback(_ => Check());
        _player = new SimulationPlayer(this, setting);
        LoadEnd = setting.Start;
        _ticker = new SecondTicker(this, setting);
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

    public LoadShare Share => _setting.Options.Share;

    public Instant Start => _setting.Start;

    /// <summary>When the load ended or was given up. Requests may have taken longer. Any thread.</summary>
    public Instant LoadEnd
    {
        get => Instant.Read(ref _loadEnd);
        private set => Instant.Write(ref _loadEnd, value);
    }

    /// <summary>
    /// When the load ended, or the last request that was answered: a user who waits a second between requests did not do them any faster
    /// because the last came early.
    /// </summary>
    public Instant MeasuredEnd => Instant.Later(Recorder.LastEnd, LoadEnd);

    public string? AbortReason { get; private set; }

    /// <summary>Time to drain is over: nothing more is begun. Any thread.</summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>Any thread.</summary>
    public bool IsEnding => _isEnding;

    /// <summary>Any thread.</summary>
    public bool IsOver => _isOver;

    /// <summary>Why the progress view is told nothing more; null while it is.</summary>
    public string? ProgressFault => _ticker.ProgressFault;

    /// <summary>Any thread.</summary>
    public ulong SeedOf(int user, long invocation) => SeededRandom.Mix(_setting.Seed, SeededRandom.Mix((ulong)user, (ulong)invocation));

    /// <summary>Any thread. An estimate while requests come and go.</summary>
    public InFlightLook LookAtInFlight()
    {
        var look = new InFlightLook(Clock.Now);
        Requests.LookAt(look);
        Users.LookAt(look);
        return look;
    }

    public void Begin()
    {
        _player.Begin();
        _ticker.Begin();
    }

    public void Arrive(Instant intended, long invocation)
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

    public void Abort(string reason) => Abort(reason, _setting.Options.DrainTime);

    /// <summary>A person waits: what is in flight gets a time of its own.</summary>
    public void Interrupt()
    {
        Abort(Interrupted, _setting.Options.InterruptedDrainTime);
        // Also where the load was ending already.
        GiveUpAfter(_setting.Options.InterruptedDrainTime, _setting.Options.CancelTime, InterruptedDrain);
    }

    /// <summary>A person waits no longer.</summary>
    public void InterruptAtOnce()
    {
        Abort(Interrupted);
        GiveUpAfter(TimeSpan.Zero, CancelAtOnce, InterruptedDrain);
        if (!_isOver) FinishAfter(CancelAtOnce);
    }

    /// <summary>A load that ends with its iterations would never end when one never does.</summary>
    public void AbortWhenStuck(Instant now)
    {
        if (_isEnding || !_player.AwaitsUsers) return;
        // Towards the end of a load iterations end, and none begins; a long one goes on from step to step.
        var progress = (Users.All.Sum(user => user.Started.Sum()), Users.All.Count(user => user.IsIdle),
            Users.All.Sum(user => user.StepsEnded));
        if (progress != _progress) (_progress, _progressAt) = (progress, now);
        var patience = Grown(_setting.Options.StuckTime, _setting.Options.MostStuckTime);
        if (now - _progressAt < patience.ToNanoseconds()) return;
        Abort($"No iteration ended for {patience.TotalMinutes:0.#} min, nor a step of one.");
        GiveUpAfter(TimeSpan.Zero, _setting.Options.CancelTime, AbortReason!);
    }

    /// <summary>Lets what is in flight drain, then gives it up.</summary>
    public void EndLoad(Instant at) => EndLoad(at, () => Grown(_setting.Options.DrainTime, _setting.Options.MostDrainTime));

    /// <summary>Any thread: an iteration ended, or a user rests or is done.</summary>
    public void OnEnded()
    {
        if (_isEnding || _player.AwaitsUsers) Dispatcher.Post(Instant.Origin, _check);
    }

    public void Dispose()
    {
        _ticker.Dispose();
        _canceller.Dispose();
        _cancellation.Dispose();
    }

    private void Abort(string reason, TimeSpan drain)
    {
        if (_isEnding) return;
        AbortReason = reason;
        EndLoad(Instant.Later(Start, Clock.Now), () => drain);
    }

    private void EndLoad(Instant at, Func<TimeSpan> drain)
    {
        if (_isEnding) return;
        LoadEnd = at;
        Users.StopAll(at);
        _isEnding = true;
        AwaitDrain(drain);
        Dispatcher.Post(at, _check);
    }

    private void AwaitDrain(Func<TimeSpan> drain) => Dispatcher.Schedule(LoadEnd + drain().ToNanoseconds(), new Callback(due =>
    {
        // An answer that came meanwhile may say that the others take longer too.
        if (LoadEnd + drain().ToNanoseconds() > due) AwaitDrain(drain);
        else GiveUp(_setting.Options.CancelTime);
    }));

    // What took long before, or may well take long, is no sign of a server that hangs.
    private TimeSpan Grown(TimeSpan least, TimeSpan most)
    {
        var longest = TimeSpan.FromTicks(Recorder.Longest / TimeSpan.NanosecondsPerTick);
        if (longest < Scenario.ExpectedTime) longest = Scenario.ExpectedTime;
        var wanted = longest < most / LoadRunnerOptions.Patience ? longest * LoadRunnerOptions.Patience : most;
        return wanted > least ? wanted : least;
    }

    private void Check()
    {
        if (_isOver) return;
        if (_isEnding && Requests.InFlight == 0 && Users.AreSettled) Finish();
        else if (_player.AwaitsUsers && Users.AreSettled) _player.GoOn();
    }

    private void GiveUpAfter(TimeSpan time, TimeSpan cancelTime, string reason) =>
        Dispatcher.Schedule(Clock.Now + (long)time.TotalNanoseconds, new Callback(_ =>
        {
            if (!_isOver && !_isGivenUp) AbortReason ??= reason;
            GiveUp(cancelTime);
        }));

    private void FinishAfter(TimeSpan time) =>
        Dispatcher.Schedule(Clock.Now + (long)time.TotalNanoseconds, new Callback(_ => Finish()));

    private void GiveUp(TimeSpan cancelTime)
    {
        if (_isOver || _isGivenUp) return;
        _isGivenUp = true;
        // What ends from here on ends because it is cancelled, and says nothing about the server.
        Recorder.Shut();
        _canceller.Start(Cancel);
        FinishAfter(cancelTime);
    }

    // Runs what iterations do when they are cancelled, which is a caller's code: it may throw, or block this thread.
    private void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException)
        {
            // The iteration counts as unanswered either way.
        }
    }

    private void Finish()
    {
        if (_isOver) return;
        _ticker.Stop();
        Recorder.Close();
        // Within the load, not in the second that begins where it ends.
        var last = Instant.Later(Start, LoadEnd - 1);
        foreach (var operation in Users.All.SelectMany(u => u.Owed()))
        {
            Recorder.Offer(operation, last);
            Recorder.Skip(operation, last);
        }

        _isOver = true;
    }
}
