using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Reads the server over one session, and opens another when that is lost. What cannot be read is null.</summary>
internal sealed class ServerReader(NpgsqlDataSource admin, int? serverProcessId, bool loadIsOurs) : IAsyncDisposable
{
    private readonly ServerProcesses _processes = new(serverProcessId);
    private NpgsqlConnection? _connection;

    public Task<ActivityLook?> TryLookAsync(CancellationToken cancellationToken) =>
        TryAsync(connection => ActivityLook.ReadAsync(connection, cancellationToken), cancellationToken);

    public async Task<ActivitySnapshot?> TrySnapshotAsync(ActivityLook look, CancellationToken cancellationToken)
    {
        if (await TryAsync(connection => ServerCounters.ReadAsync(connection, cancellationToken), cancellationToken) is not { } counters)
            return null;
        var server = _processes.Read();
        return new(
            DateTimeOffset.UtcNow, Stopwatch.GetTimestamp(), look, counters, server?.Cpu, server?.ResidentBytes,
            loadIsOurs ? Environment.CpuUsage.TotalTime : null);
    }

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<T?> TryAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            _connection ??= await admin.OpenConnectionAsync(cancellationToken);
            return await read(_connection);
        }
        catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            if (_connection is { } broken) await broken.DisposeAsync();
            _connection = null;
            return null;
        }
    }
}
