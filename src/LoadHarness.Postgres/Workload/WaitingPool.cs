using System.Data;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// A pool that gives its connections in the order in which they are asked for, however long that takes: the driver's own queue shares its
/// time limit, of 15 s, with connecting, and refuses who waits longer. Here that limit is for connecting alone.
/// </summary>
internal sealed class WaitingPool : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    // One for all connections: a request must not cost a delegate.
    private readonly StateChangeEventHandler _giveBack;

    // Never disposed of: a request that outlives the pool still gives its place back.
    private readonly SemaphoreSlim _free;

    public WaitingPool(NpgsqlConnectionStringBuilder settings)
    {
        (_source, _free, Connections) = (NpgsqlDataSource.Create(settings), new(settings.MaxPoolSize), settings.MaxPoolSize);
        _giveBack = (_, change) =>
        {
            // Once for each that was opened, when it is closed or breaks, and after the driver has its connection back.
            if (change.CurrentState == ConnectionState.Closed) _free.Release();
        };
    }

    /// <summary>Most at once.</summary>
    public int Connections { get; }

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        var connection = _source.CreateConnection();
        connection.StateChange += _giveBack;
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            // It never was open, so no change of its state says that it ended.
            _free.Release();
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
