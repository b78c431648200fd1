using System.Globalization;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// The database as an application uses it: pooled connections in an unprivileged role, one workspace for each statement.
/// The workspace is set and the statement sent in one round trip and one transaction, so it never outlives the statement:
/// the next user of the connection, or of a transaction pooler's, cannot inherit it.
/// </summary>
public sealed class TenantDatabase : IAsyncDisposable
{
    private const string SetWorkspace = "select set_config('app.workspace_id', $1, true)";

    private readonly NpgsqlDataSource _source;

    private TenantDatabase(NpgsqlDataSource source, long workspaceId) => (_source, WorkspaceId) = (source, workspaceId);

    public long WorkspaceId { get; }

    private string WorkspaceText => WorkspaceId.ToString(CultureInfo.InvariantCulture);

    /// <param name="connectionString">A login that may take the role.</param>
    /// <param name="role">lh_app, lh_worker or lh_readonly; its privileges are all that the statements have.</param>
    /// <param name="connections">Most connections at once.</param>
    public static TenantDatabase Open(string connectionString, string role, long workspaceId, int connections)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = $"loadharness {role}",
            MaxPoolSize = connections,
            // Statements that come again are prepared on their second use: what a driver in production does.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            // Long imports and campaigns end by themselves, or by cancellation.
            CommandTimeout = 0,
            NoResetOnClose = true,
        };
        settings.Options = $"{settings.Options} -c role={role}".TrimStart();
        return new(NpgsqlDataSource.Create(settings), workspaceId);
    }

    /// <summary>Waits for a connection of the pool; disposing gives it back.</summary>
    public Task<NpgsqlConnection> ConnectAsync(CancellationToken stop) => _source.OpenConnectionAsync(stop).AsTask();

    /// <summary>Sends the statement with the workspace as <c>$1</c> and the arguments behind it; the reader stands at the statement's rows.</summary>
    public async Task<NpgsqlDataReader> QueryAsync(NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken stop)
    {
        await using var batch = Batch(connection, statement, arguments);
        var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
        try
        {
            await reader.NextResultAsync(stop).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            // A statement that the server refused leaves its reader open, and the connection unusable.
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a statement on a connection of its own.</summary>
    /// <returns>The first column of the first row; default when there is none or it is null.</returns>
    public async Task<T?> ScalarAsync<T>(string statement, IReadOnlyList<object?> arguments, CancellationToken stop)
    {
        await using var connection = await ConnectAsync(stop).ConfigureAwait(false);
        await using var reader = await QueryAsync(connection, statement, arguments, stop).ConfigureAwait(false);
        return await reader.ReadAsync(stop).ConfigureAwait(false) && !reader.IsDBNull(0) ? reader.GetFieldValue<T>(0) : default;
    }

    /// <summary>Sets the workspace for the rest of the transaction that the connection is in: for COPY, which is no part of a batch.</summary>
    public async Task SetWorkspaceAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(SetWorkspace, connection) { Parameters = { new() { Value = WorkspaceText } } };
        await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }

    /// <returns>How many rows came.</returns>
    public static async Task<long> DrainAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        long rows = 0;
        while (await reader.ReadAsync(stop).ConfigureAwait(false)) rows++;
        return rows;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private NpgsqlBatch Batch(NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments)
    {
        var query = new NpgsqlBatchCommand(statement) { Parameters = { new() { Value = WorkspaceId } } };
        foreach (var argument in arguments) query.Parameters.Add(new() { Value = argument ?? DBNull.Value });
        return new(connection)
        {
            BatchCommands =
            {
                new(SetWorkspace) { Parameters = { new() { Value = WorkspaceText } } },
                query,
            },
        };
    }
}
