using System.Data;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>One user's connection, as the connection string gives it.</summary>
internal sealed class UserSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private UserSession(NpgsqlConnection connection, PreparedOperation[] operations) =>
        (_connection, Operations) = (connection, operations);

    public IReadOnlyList<PreparedOperation> Operations { get; }

    public static async Task<UserSession> OpenAsync(
        string connectionString, IReadOnlyList<CompiledOperation> operations, CancellationToken cancellationToken)
    {
        var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        try
        {
            var prepared = new PreparedOperation[operations.Count];
            for (var i = 0; i < prepared.Length; i++)
                prepared[i] = await PreparedOperation.PrepareAsync(operations[i], connection, cancellationToken);
            return new(connection, prepared);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>After a failure: ends a transaction that it left open.</summary>
    public async Task<bool> IsUsableAsync()
    {
        if (_connection.FullState != ConnectionState.Open) return false;
        try
        {
            // Outside a transaction the server warns, and nothing happens.
            await using var rollback = new NpgsqlCommand("rollback", _connection);
            await rollback.ExecuteNonQueryAsync();
            return true;
        }
        catch (Exception lost) when (lost is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var operation in Operations) await operation.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
