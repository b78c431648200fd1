using System.Diagnostics;
using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Watches the server once a second on a connection of its own while scenarios run, and takes the counters around each of them.</summary>
public sealed class DatabaseObserver : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _admin;
    private readonly ServerProcesses _processes;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _watching = new(1);
    private readonly List<DatabaseSample> _samples = [];
    private readonly WaitEventCounts _waits = new();
    private readonly List<StatementStatistics> _statements = [];
    private readonly IReadOnlyDictionary<string, RelationSize> _sizesBefore;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Task _sampling;
    private ActivitySnapshot? _before;
    private TimeSpan _busy;
    private string? _scenario;

    private DatabaseObserver(NpgsqlDataSource admin, int? serverProcessId, IReadOnlyDictionary<string, RelationSize> sizesBefore)
    {
        _admin = admin;
        _processes = new(serverProcessId);
        _sizesBefore = sizesBefore;
        _sampling = SampleAsync(_stop.Token);
    }

    /// <summary>The newest sample; null before the first.</summary>
    public DatabaseSample? Latest { get; private set; }

    /// <param name="serverProcessId">Of the postmaster when it runs on this machine, for its CPU and memory.</param>
    public static async Task<DatabaseObserver> StartAsync(NpgsqlDataSource admin, int? serverProcessId, CancellationToken stop) =>
        new(admin, serverProcessId, await RelationSizes.ReadAsync(admin, stop).ConfigureAwait(false));

    /// <summary>Runs a scenario between two readings of the statement counters.</summary>
    public async Task<T> DuringAsync<T>(string scenario, Func<Task<T>> work, CancellationToken stop)
    {
        var before = await StatementCounters.ReadAsync(_admin, stop).ConfigureAwait(false);
        _scenario = scenario;
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _scenario = null;
            if (!stop.IsCancellationRequested)
                _statements.AddRange(StatementCounters.Difference(scenario, before, await StatementCounters.ReadAsync(_admin, stop).ConfigureAwait(false)));
        }
    }

    /// <summary>Does what is no part of the load, such as preparing the server for it: no sample holds what it costs.</summary>
    public async Task<T> UnwatchedAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        await _watching.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            _before = null;
            _watching.Release();
        }
    }

    /// <summary>Stops watching and gives all that was seen.</summary>
    public async Task<DatabaseObservation> FinishAsync(IReadOnlyList<QueryPlan> plans, CancellationToken stop)
    {
        await StopAsync().ConfigureAwait(false);
        var after = await RelationSizes.ReadAsync(_admin, stop).ConfigureAwait(false);
        var sizes = after.Values.Select(size => size with { BytesBefore = _sizesBefore.GetValueOrDefault(size.Relation)?.BytesAfter ?? 0 });
        return new([.. _samples], _waits.Shares(), [.. _statements], plans, [.. sizes.OrderByDescending(size => size.BytesAfter)], _busy / Stopwatch.GetElapsedTime(_began));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
        _watching.Dispose();
    }

    private async Task StopAsync()
    {
        if (!_stop.IsCancellationRequested) await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _sampling.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task SampleAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Between);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            await _watching.WaitAsync(stop).ConfigureAwait(false);
            try
            {
                await SampleOnceAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                _watching.Release();
            }
        }
    }

    private async Task SampleOnceAsync(CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        if (await TryReadAsync(stop).ConfigureAwait(false) is { } now)
        {
            if (_before is not null) Keep(_before, now);
            _before = now;
        }

        _busy += Stopwatch.GetElapsedTime(began);
    }

    // A server that is out of connections or restarting is what one wants to watch: the sample is missed, the watching goes on.
    private async Task<ActivitySnapshot?> TryReadAsync(CancellationToken stop)
    {
        try
        {
            return await ActivitySnapshot.ReadAsync(_admin, _processes, stop).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private void Keep(ActivitySnapshot before, ActivitySnapshot now)
    {
        Latest = now.Since(before, _scenario);
        _samples.Add(Latest);
        if (_scenario is { } scenario) _waits.Add(scenario, now.Waits);
    }
}
