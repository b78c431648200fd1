using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Reads the server over one session, and opens another when that is lost. What cannot be read is null.</summary>
internal sealed class ServerReader(NpgsqlDataSource admin, int? serverProcessId, bool loadIsOurs) : IAsyncDisposable
{
    private readonly ServerProcesses _processes = new(serverProcessId);
    private readonly Readings _looks = new("sessions of the server");
    private readonly Readings _counters = new("counters of the server");
    private NpgsqlConnection? _connection;

    // Begun here: the database counts them like those of the load.
    private long _transactions;

    /// <summary>What could not be read, a sentence each. To be asked when nothing is read any more.</summary>
    public IEnumerable<string> Gaps => ((string?[])[_looks.Gap, _counters.Gap]).OfType<string>();

    public Task<ActivityLook?> TryLookAsync(CancellationToken cancellationToken) =>
        TryAsync(_looks, connection => ActivityLook.ReadAsync(connection, cancellationToken), cancellationToken);

    public async Task<ActivitySnapshot?> TrySnapshotAsync(ActivityLook look, CancellationToken cancellationToken)
    {
        var own = 0L;
        if (await TryAsync(_counters, ReadAsync, cancellationToken) is not { } counters) return null;
        var server = _processes.Read();
        return new(
            DateTimeOffset.UtcNow, Stopwatch.GetTimestamp(), look, counters, server?.Cpu, server?.ResidentBytes,
            loadIsOurs ? Environment.CpuUsage.TotalTime : null)
        {
            OwnTransactions = own,
        };

        async Task<ServerCounters> ReadAsync(NpgsqlConnection connection)
        {
            await ServerCounters.TellOwnAsync(connection, cancellationToken);
            // That which reads is not among those that it reads.
            own = _transactions++;
            return await ServerCounters.ReadAsync(connection, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<T?> TryAsync<T>(
        Readings readings, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            _connection ??= await admin.OpenConnectionAsync(cancellationToken);
            _transactions++;
            var seen = await read(_connection);
            readings.Note();
            return seen;
        }
        catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            if (_connection is { } broken) await broken.DisposeAsync();
            _connection = null;
            if (!cancellationToken.IsCancellationRequested) readings.Note(lost);
            return null;
        }
    }
}
