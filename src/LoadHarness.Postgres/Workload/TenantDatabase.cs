using System.Collections.Concurrent;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// The database as an application uses it: pooled connections in an unprivileged role, one workspace for each statement.
/// Role and workspace are set and the statement sent in one round trip and one transaction, so they never outlive the statement:
/// the next user of the connection, or of a transaction pooler's, cannot inherit them.
/// </summary>
public sealed class TenantDatabase : IAsyncDisposable
{
    /// <summary>What the row security of the CRM schema looks at.</summary>
    public const string WorkspaceSetting = "app.workspace_id";

    private const int MostPrepared = 64;

    private readonly WaitingPool _pool;
    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly string? _role;
    private readonly string _setting;
    private readonly SentStatements? _sent;
    private readonly TenantDatabase? _opened;
    private readonly ConcurrentDictionary<long, TenantDatabase> _others = new();

    // Of the one that was opened: the same server answers all workspaces.
    private bool? _distributed;

    private TenantDatabase(
        NpgsqlConnectionStringBuilder settings, string? role, long workspaceId, SentStatements? sent, string setting = WorkspaceSetting)
    {
        (_pool, _settings, _role, WorkspaceId, _sent, _setting) = (new(settings), settings, role, workspaceId, sent, setting);
        BecomeTenant = BecomeTenantBy(setting, role);
        WorkspaceText = workspaceId.ToString();
    }

    // The same connections in another workspace.
    private TenantDatabase(TenantDatabase opened, long workspaceId)
    {
        (_pool, _settings, _role, WorkspaceId, _sent, _setting, BecomeTenant, _opened) = (
            opened._pool, opened._settings, opened._role, workspaceId, opened._sent, opened._setting, opened.BecomeTenant, opened);
        WorkspaceText = workspaceId.ToString();
    }

    public long WorkspaceId { get; }

    /// <summary>Most at once, over all workspaces.</summary>
    public int Connections => _pool.Connections;

    private string WorkspaceText { get; }

    private TenantDatabase Opened => _opened ?? this;

    /// <summary>
    /// On a cluster, inside a transaction that is begun in so many words: this command is passed on to the nodes, which set_config is not,
    /// and their row security would show no row.
    /// </summary>
    private string TellNodes(string tenant) => $"set local {_setting} = '{tenant.Replace("'", "''", StringComparison.Ordinal)}'";

    private string BecomeTenant { get; }

    /// <param name="connectionString">A login that may take the role.</param>
    /// <param name="role">lh_app, lh_worker or lh_readonly; its privileges are all that the statements have.</param>
    /// <param name="connections">Most connections at once.</param>
    /// <param name="sent">
    /// Of the scenario that works here: its sessions carry its name, and its statements are noted. Null for none.
    /// </param>
    public static TenantDatabase Open(
        string connectionString, string role, long workspaceId, int connections, SentStatements? sent = null) =>
        new(Preparing(connectionString, role, connections, sent), role, workspaceId, sent);

    /// <summary>A statement that takes what <see cref="TenantOf"/> gives.</summary>
    /// <param name="setting">Its name: letters, digits, _ and points.</param>
    /// <param name="role">Null leaves that of the connection: 'none' would be the login's, whatever the connection's options say.</param>
    // Both hold for the transaction only: a start-up option for the role would be lost behind a transaction pooler.
    public static string BecomeTenantBy(string setting, string? role) => role is null
        ? $"select set_config('{setting}', $1, true)"
        : $"select set_config('role', $1, true), set_config('{setting}', $2, true)";

    /// <inheritdoc cref="BecomeTenantBy"/>
    public static string[] TenantOf(string? role, string tenant) => role is null ? [tenant] : [role, tenant];

    /// <summary>A database whose tenants another setting tells apart; each statement says whose it is.</summary>
    /// <param name="role">Null for that of the connection.</param>
    /// <inheritdoc cref="Open"/>
    public static TenantDatabase OpenBy(string setting, string connectionString, string? role, int connections, SentStatements sent) =>
        new(Preparing(connectionString, role, connections, sent), role, workspaceId: 0, sent, setting);

    /// <summary>Behind a transaction pooler: nothing is prepared, since the next statement may meet another server connection.</summary>
    /// <inheritdoc cref="Open"/>
    public static TenantDatabase OpenThroughPooler(
        string connectionString, string role, long workspaceId, int connections, SentStatements? sent = null) =>
        new(Settings(connectionString, role, connections, sent), role, workspaceId, sent);

    /// <summary>
    /// The same role in another workspace, over the same connections and their prepared statements: a workspace is set with each statement.
    /// It ends with the one that was opened.
    /// </summary>
    public TenantDatabase In(long workspaceId) => workspaceId == WorkspaceId
        ? this
        : Opened._others.GetOrAdd(workspaceId, static (id, opened) => new(opened, id), Opened);

    /// <summary>
    /// Waits for a connection of the pool, in turn and with no limit but the caller's; disposing gives it back. Who holds some while
    /// waiting for more must not want more than <see cref="Connections"/>.
    /// </summary>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) =>
        await LookedAtAsync(await _pool.OpenAsync(cancellationToken), cancellationToken);

    /// <summary>A connection that no pool limits; disposing closes it.</summary>
    public async Task<NpgsqlConnection> ConnectOutsidePoolAsync(CancellationToken cancellationToken) =>
        await LookedAtAsync(await SingleSession.OpenAsync(_settings, cancellationToken), cancellationToken);

    /// <summary>
    /// Sends the statement with the workspace as <c>$1</c> and the arguments behind it; the reader stands at the statement's rows.
    /// </summary>
    public Task<NpgsqlDataReader> QueryAsync(
        NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        var query = new NpgsqlBatchCommand(statement) { Parameters = { new() { Value = WorkspaceId } } };
        foreach (var argument in arguments) query.Parameters.Add(new() { Value = argument ?? DBNull.Value });
        return QueryAsync(connection, WorkspaceText, query, cancellationToken);
    }

    /// <summary>Sends the statement for a tenant, with parameters that nobody adds to; the reader stands at the statement's rows.</summary>
    public Task<NpgsqlDataReader> QueryAsync(
        NpgsqlConnection connection, string tenant, string statement, ReadOnlySpan<NpgsqlParameter> parameters,
        CancellationToken cancellationToken)
    {
        var query = new NpgsqlBatchCommand(statement);
        foreach (var parameter in parameters) query.Parameters.Add(parameter);
        return QueryAsync(connection, tenant, query, cancellationToken);
    }

    /// <summary>Runs a statement on a connection of its own.</summary>
    /// <returns>The first column of the first row; default when there is none or it is null.</returns>
    public async Task<T?> ScalarAsync<T>(string statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var reader = await QueryAsync(connection, statement, arguments, cancellationToken);
        return await reader.ReadAsync(cancellationToken) && !reader.IsDBNull(0) ? reader.GetFieldValue<T>(0) : default;
    }

    /// <summary>
    /// Sets role and workspace for the rest of the transaction that the connection is in: for COPY, which is no part of a batch.
    /// </summary>
    /// <param name="next">The statement that follows.</param>
    public Task BecomeTenantAsync(NpgsqlConnection connection, string next, CancellationToken cancellationToken) =>
        BecomeTenantAsync(connection, WorkspaceText, next, cancellationToken);

    /// <inheritdoc cref="BecomeTenantAsync(NpgsqlConnection, string, CancellationToken)"/>
    public async Task BecomeTenantAsync(
        NpgsqlConnection connection, string tenant, string next, CancellationToken cancellationToken)
    {
        foreach (var statement in (ReadOnlySpan<string>)["BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED", BecomeTenant, next, "COMMIT"])
            _sent?.Add(statement);
        await connection.ExecuteAsync(BecomeTenant, cancellationToken, TenantOf(_role, tenant));
        if (Opened._distributed == true) await connection.ExecuteAsync(TellNodes(tenant), cancellationToken);
    }

    /// <returns>How many rows came.</returns>
    public static async Task<long> DrainAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        long rows = 0;
        while (await reader.ReadAsync(cancellationToken)) rows++;
        return rows;
    }

    public ValueTask DisposeAsync() => _opened is null ? _pool.DisposeAsync() : ValueTask.CompletedTask;

    // One that could not be asked is given back: nobody else would.
    private async ValueTask<NpgsqlConnection> LookedAtAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Opened._distributed is not null) return connection;
        try
        {
            Opened._distributed = (await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // Statements that come again are prepared on their second use: what a driver in production does.
    private static NpgsqlConnectionStringBuilder Preparing(string connectionString, string? role, int connections, SentStatements? sent)
    {
        var settings = Settings(connectionString, role, connections, sent);
        (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages) = (MostPrepared, 2);
        return settings;
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString, string? role, int connections, SentStatements? sent) =>
        new(connectionString)
        {
            ApplicationName = sent?.ApplicationName ?? $"loadharness {role}",
            MaxPoolSize = connections,
            // Long imports and campaigns end by themselves, or by cancellation.
            CommandTimeout = 0,
            // Nothing outlives a transaction, so there is nothing to reset.
            NoResetOnClose = true,
        };

    private async Task<NpgsqlDataReader> QueryAsync(
        NpgsqlConnection connection, string tenant, NpgsqlBatchCommand query, CancellationToken cancellationToken)
    {
        var become = BecomeFor(query.CommandText, tenant);
        _sent?.Add(become.CommandText);
        _sent?.Add(query.CommandText);
        await using var batch = Batch(connection, tenant, become, query);
        var reader = await batch.ExecuteReaderAsync(cancellationToken);
        try
        {
            await reader.NextResultAsync(cancellationToken);
            return reader;
        }
        catch
        {
            // A statement that the server refused leaves its reader open, and the connection unusable.
            await reader.DisposeAsync();
            throw;
        }
    }

    // A hint's setting takes no round trip of its own, and ends with the transaction as role and workspace do.
    private NpgsqlBatchCommand BecomeFor(string statement, string tenant)
    {
        var (own, hint) = (TenantOf(_role, tenant), StatementHint.Of(statement));
        var become = new NpgsqlBatchCommand(
            hint is null ? BecomeTenant : $"{BecomeTenant}, set_config(${own.Length + 1}, ${own.Length + 2}, true)");
        foreach (var text in hint is null ? own : [.. own, hint.Setting, hint.Value]) become.Parameters.Add(new() { Value = text });
        return become;
    }

    private NpgsqlBatch Batch(NpgsqlConnection connection, string tenant, NpgsqlBatchCommand become, NpgsqlBatchCommand query)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var command in (ReadOnlySpan<NpgsqlBatchCommand>)(Opened._distributed == true
            ? [new("begin"), become, new(TellNodes(tenant)), query, new("commit")]
            : [become, query]))
            batch.BatchCommands.Add(command);
        return batch;
    }
}
