using System.Diagnostics;
using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>
/// Watches the server while scenarios run, on a connection of its own: the sessions ten times a second, the counters once a second, and the
/// statements at both ends of each measured phase.
/// </summary>
public sealed class DatabaseObserver : IAsyncDisposable
{
    /// <summary>At most: one that samples, and one for what is asked at both ends of a load.</summary>
    public const int Connections = 2;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    // A look that takes long on a busy server is taken less often: looking never takes more than a twentieth of the time.
    private const int RestAfterLook = 19;

    /// <summary>Statements inside the functions of one statement whose plans a run keeps.</summary>
    private const int MostInnerPlans = 20;

    private const string UnseenSessions =
        "Sessions of other logins are not counted: the login may not see them. Grant it: grant pg_read_all_stats to the login.";

    private readonly NpgsqlDataSource _admin;
    private readonly ServerReader _reader;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _watching = new(1);
    private readonly SampleSeries _samples = new();
    private readonly WaitCounts _waits = new();
    private readonly List<WatchedScenario> _watched = [];
    private readonly List<StatementStatistics> _statements = [];
    private readonly HashSet<string> _notes;
    private readonly Sizes _before;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Task _sampling;
    private volatile MeasuredWindow? _window;
    private TimeSpan _busy;
    private long _sampledAt;

    private DatabaseObserver(NpgsqlDataSource admin, ServerReader reader, Sizes before, IEnumerable<string> notes)
    {
        (_admin, _reader, _before, _notes) = (admin, reader, before, [.. notes]);
        _sampling = SampleAsync(_stop.Token);
    }

    /// <summary>The newest sample; null before the first.</summary>
    public DatabaseSample? Latest => _samples.Latest;

    /// <param name="serverProcessId">Of the postmaster when it runs on this machine, for its CPU and memory.</param>
    /// <param name="loadIsOurs">Whether this program makes the load: else its CPU time says nothing about it.</param>
    public static async Task<DatabaseObserver> StartAsync(
        NpgsqlDataSource admin, int? serverProcessId, CancellationToken cancellationToken, bool loadIsOurs = true)
    {
        var before = await Sizes.ReadAsync(admin, cancellationToken);
        var seesAll = await admin.ScalarAsync<bool>("select pg_has_role('pg_read_all_stats', 'usage')", cancellationToken);
        return new(admin, new(admin, serverProcessId, loadIsOurs), before, seesAll ? [] : [UnseenSessions]);
    }

    /// <summary>Watches scenarios that run at once, until what is returned is disposed of. It is told when they are measured.</summary>
    public MeasuredWindow Watch(IReadOnlyList<ScenarioWatch> scenarios) => _window = new(_admin, scenarios, CloseAsync);

    /// <summary>Does what is no part of the load, such as preparing the server for it: no sample holds what it costs.</summary>
    public async Task<T> UnwatchedAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await _watching.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            _samples.Break();
            _sampledAt = 0;
            _watching.Release();
        }
    }

    /// <summary>Stops watching and gives all that was seen.</summary>
    /// <param name="notes">Of the plans: which could not be had.</param>
    public async Task<DatabaseObservation> FinishAsync(
        IReadOnlyList<QueryPlan> plans, CancellationToken cancellationToken, params IReadOnlyList<string> notes)
    {
        await StopAsync();
        var observed = Stopwatch.GetElapsedTime(_began);
        var (relations, indexes, leftOut) = _before.Until(await SizesAsync(cancellationToken));
        if (_samples.WasThinned) _notes.Add("The run is long: samples stand for more than a second each, rates are exact over that time.");
        _notes.UnionWith(_reader.Gaps);
        if (_sampling.Exception is { } fault) _notes.Add($"The server was not watched to the end: {fault.GetBaseException().Message}");
        if (leftOut > 0) _notes.Add($"{leftOut} of the smallest indexes are left out.");
        return new(_samples.Samples(), _waits.Shares(), [.. _statements], [.. plans.Select(Slowest)], relations, _busy / observed)
        {
            Watched = [.. _watched],
            Indexes = indexes,
            Notes = [.. _notes, .. notes],
        };
    }

    // Here, and not where plans are read: which are the slowest is chance, and a comparison of two arms would take it for a difference.
    private static QueryPlan Slowest(QueryPlan plan) => plan with { Inner = [.. plan.Inner.Take(MostInnerPlans)] };

    // A server that is gone by now keeps nobody from what was seen of it before.
    private async Task<Sizes> SizesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Sizes.ReadAsync(_admin, cancellationToken);
        }
        catch (NpgsqlException lost)
        {
            _notes.Add($"The sizes of tables and indexes at the end could not be read: {lost.Message}");
            return new Sizes(new Dictionary<string, RelationSize>(), new Dictionary<string, IndexUse>());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _reader.DisposeAsync();
        _stop.Dispose();
        _watching.Dispose();
    }

    private async ValueTask CloseAsync(MeasuredWindow window)
    {
        _window = null;
        // A server that no longer answers holds the sampler up, and must not hold the figures up with it.
        var isOurs = await _watching.WaitAsync(LongestLook, CancellationToken.None);
        var (watched, statements) = window.Seen(_waits);
        if (isOurs) _watching.Release();
        _watched.AddRange(watched);
        _statements.AddRange(statements);
        if (window.Blindness is { } reason) _notes.Add(reason);
    }

    private async Task StopAsync()
    {
        if (!_stop.IsCancellationRequested) await _stop.CancelAsync();
        await _sampling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SampleAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            await _watching.WaitAsync(cancellationToken);
            var began = Stopwatch.GetTimestamp();
            bool seen;
            try
            {
                seen = await SampleOnceAsync(cancellationToken);
            }
            finally
            {
                _watching.Release();
            }

            var took = Stopwatch.GetElapsedTime(began);
            _busy += took;
            // What is refused once is refused again: the server's log gets one line a second, not ten.
            await Task.Delay(seen ? Rest(took) : BetweenSamples, cancellationToken);
        }
    }

    private static TimeSpan Rest(TimeSpan took)
    {
        var rest = took * RestAfterLook;
        return rest > BetweenSamples ? BetweenSamples : rest > BetweenLooks ? rest : BetweenLooks;
    }

    /// <summary>
    /// A server that is out of connections or restarting is what one wants to watch: the sample is missed, the watching goes on.
    /// </summary>
    /// <returns>Whether the sessions were seen.</returns>
    private async Task<bool> SampleOnceAsync(CancellationToken cancellationToken)
    {
        var window = _window;
        if (await _reader.TryLookAsync(cancellationToken) is not { } look) return false;
        if (window is { IsOpen: true })
            foreach (var scenario in window.Scenarios) _waits.Add(scenario.Name, scenario.Sent.ApplicationName, look);
        if (_sampledAt != 0 && Stopwatch.GetElapsedTime(_sampledAt) < BetweenSamples - (BetweenLooks / 2)) return true;
        // Also of one that fails: the next is due a second later.
        _sampledAt = Stopwatch.GetTimestamp();
        if (await _reader.TrySnapshotAsync(look, cancellationToken) is not { } snapshot) return true;
        _sampledAt = snapshot.Timestamp;
        _samples.Add(snapshot, window?.Name, window?.Phase);
        return true;
    }
}
