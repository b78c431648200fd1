using System.Data;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A tenant's session with a transaction that stays open: its locks are held until it is disposed or committed.</summary>
internal sealed class OpenTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_connection, _transaction) = (connection, transaction);

    public static async Task<OpenTransaction> BeginAsync(
        TenantDatabase app, CancellationToken cancellationToken, IsolationLevel level = IsolationLevel.ReadCommitted)
    {
        var connection = await app.ConnectAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(level, cancellationToken);
        await app.BecomeTenantAsync(connection, "open-transaction", cancellationToken);
        return new OpenTransaction(connection, transaction);
    }

    public async Task ActAsync(string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// Returns when a session of the database waits for a lock or sleeps before it tries again, or when the other one is done without that.
    /// </summary>
    public static async Task UntilOneWaitsAsync(TestDatabase database, Task other)
    {
        const string waits =
            """
            select exists (
                select from pg_stat_activity
                where datname = current_database() and (wait_event_type = 'Lock' or wait_event = 'PgSleep'))
            """;
        while (!other.IsCompleted && !await database.Owner.AskAsync<bool>(waits)) await Task.Delay(5);
    }

    public Task CommitAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
