using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>Plays a scenario's simulations one after the other. On the dispatching thread.</summary>
internal sealed class SimulationPlayer
{
    private readonly LoadPhase _phase;
    private readonly PhaseSetting _setting;
    private readonly SeededRandom _random;
    private readonly Callback _arrival;
    private IEnumerator<long>? _arrivals;
    private long _invocation = -1;
    private long _latest;
    private Instant _origin;

    // Over all generators: users in force, and users begun.
    private int _users;
    private int _begun;
    private int _index = -1;
    private double _rate;
    private double _owed;
    private volatile bool _awaitsUsers;

    public SimulationPlayer(LoadPhase phase, PhaseSetting setting)
    {
        (_phase, _setting) = (phase, setting);
        _random = new SeededRandom(SeededRandom.Mix(setting.Seed, ulong.MaxValue));
        _arrival = new Callback(OnArrival);
    }

    /// <summary>The simulation ends with its users' last iteration. Any thread.</summary>
    public bool AwaitsUsers => _awaitsUsers;

    private LoadSimulation? Next => _index + 1 < _setting.Simulations.Count ? _setting.Simulations[_index + 1] : null;

    private LoadSimulation? Earlier => _index > 0 ? _setting.Simulations[_index - 1] : null;

    public void Begin() => At(_setting.Start, Enter);

    public void GoOn()
    {
        _awaitsUsers = false;
        Enter(_phase.Clock.Now);
    }

    private void Enter(Instant at)
    {
        _index++;
        _origin = at;
        if (_index >= _setting.Simulations.Count)
        {
            _phase.EndLoad(at);
            return;
        }

        var simulation = _setting.Simulations[_index];
        if (simulation is not UsersSimulation || Earlier is CountedUsersSimulation)
        {
            _phase.Users.StopAll(at);
            _users = 0;
        }

        Play(simulation, at);
    }

    private void Play(LoadSimulation simulation, Instant at)
    {
        switch (simulation)
        {
            case UsersSimulation users:
                PlayUsers(users, at);
                break;
            case CountedUsersSimulation counted:
                PlayCountedUsers(counted, at);
                break;
            case PauseSimulation pause:
                _rate = 0;
                At(at + pause.During.ToNanoseconds(), Enter);
                break;
            default:
                PlayArrivals(simulation, at);
                break;
        }
    }

    private void PlayArrivals(LoadSimulation simulation, Instant at)
    {
        var schedule = ArrivalSchedule.Of(simulation, _rate, _random, _owed);
        _arrivals = schedule.Offsets().GetEnumerator();
        _owed = schedule.Owed;
        _rate = schedule.LastRate;
        var length = simulation switch
        {
            RateSimulation s => s.During.ToNanoseconds(),
            RandomRateSimulation s => s.During.ToNanoseconds(),
            _ => long.MaxValue,
        };
        ScheduleArrival();
        if (length != long.MaxValue) At(at + length, Enter);
    }

    private void OnArrival(Instant at)
    {
        if (_phase.IsEnding) return;
        _phase.Arrive(at, _invocation);
        ScheduleArrival();
    }

    // The next of this share: those of the other generators are counted past, so that each arrival keeps its number and its draws.
    private void ScheduleArrival()
    {
        while (_arrivals!.MoveNext())
        {
            _latest = _arrivals.Current;
            if (!_phase.Share.Takes(++_invocation)) continue;
            _phase.Dispatcher.Schedule(_origin + _latest, _arrival);
            return;
        }

        if (_setting.Simulations[_index] is CountedRateSimulation counted)
            At(_origin + _latest + (long)(1e9 / counted.PerSecond), Enter);
    }

    private void PlayUsers(UsersSimulation simulation, Instant at)
    {
        _rate = 0;
        var (length, from) = (simulation.During.ToNanoseconds(), _users);
        var end = at + length;
        // Known now, so that users stop by their own clock and not when this thread comes to tell them.
        var retiresAt = Next is UsersSimulation ? Instant.Never : end;
        _phase.Users.RetireAllAt(retiresAt);
        var change = simulation.ToCopies - from;
        var gradually = simulation.FromCopies is null;
        for (var i = 0; i < change; i++)
        {
            var serial = _begun++;
            if (!_phase.Share.Takes(from + i)) continue;
            if (gradually) At(at + (length / change * i), t => _phase.Users.Add(serial, t, retiresAt));
            else _phase.Users.Add(serial, at + Stagger(i, change), retiresAt);
        }

        for (var i = 1; i <= -change; i++)
            if (_phase.Share.Takes(from - i))
                _phase.Users.Retire(1, gradually ? at + (length / -change * i) : at);
        _users = simulation.ToCopies;
        At(end, Enter);
    }

    private void PlayCountedUsers(CountedUsersSimulation simulation, Instant at)
    {
        _rate = 0;
        var shared = new SharedIterations(_phase.Share.Of(simulation.Iterations, simulation.Copies));
        for (var i = 0; i < simulation.Copies; i++)
        {
            var serial = _begun++;
            if (_phase.Share.Takes(i)) _phase.Users.Add(serial, at + Stagger(i, simulation.Copies), Instant.Never, shared);
        }

        _awaitsUsers = true;
        // A share without users has nobody who would tell that they are through.
        _phase.OnEnded();
    }

    // Paced users who all began together would come in one burst every time.
    private long Stagger(int user, int users) => _phase.Scenario.Pace.ToNanoseconds() / users * user;

    private void At(Instant at, Action<Instant> action) => _phase.Dispatcher.Schedule(at, new Callback(t =>
    {
        if (!_phase.IsEnding) action(t);
    }));
}
