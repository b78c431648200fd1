using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Walks down the lists that operations take pages of.</summary>
internal sealed class WalkedPages(
    Workload workload, IReadOnlyDictionary<string, PageWalk> walks, IReadOnlyDictionary<string, CompiledOperation> operations)
{
    /// <param name="used">Names of the statements that want pages.</param>
    /// <param name="textOf">Of a statement.</param>
    public Task WalkAsync(
        IReadOnlyCollection<string> used, TenantDatabase database, Func<CompiledOperation, string> textOf, ulong seed,
        CancellationToken cancellationToken)
    {
        return WalkAsync(used, seed, AskAsync, cancellationToken);

        async Task<(string? Cursor, int Rows)> AskAsync(
            CompiledOperation operation, long[] drawn, Func<NpgsqlDataReader, Task<(string? Cursor, int Rows)>> read,
            CancellationToken cancellationToken)
        {
            await using var connection = await database.ConnectAsync(cancellationToken);
            await using var reader = await database.QueryAsync(
                connection, operation.Tenant!(drawn), textOf(operation), operation.Statements[0].ParametersOf(drawn), cancellationToken);
            return await read(reader);
        }
    }

    /// <summary>Over a connection of its own, in a workload without tenants.</summary>
    /// <inheritdoc cref="WalkAsync(IReadOnlyCollection{string}, TenantDatabase, Func{CompiledOperation, string}, ulong,
    /// CancellationToken)"/>
    public async Task WalkAsync(
        IReadOnlyCollection<string> used, string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        // A page may take its time, as in the load: that has no time limit of the driver's either.
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 });
        await WalkAsync(used, seed, AskAsync, cancellationToken);

        async Task<(string? Cursor, int Rows)> AskAsync(
            CompiledOperation operation, long[] drawn, Func<NpgsqlDataReader, Task<(string? Cursor, int Rows)>> read,
            CancellationToken cancellationToken)
        {
            await using var command = source.CreateCommand(operation.Statements[0].Statement.Text);
            foreach (var parameter in operation.Statements[0].ParametersOf(drawn)) command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await read(reader);
        }
    }

    /// <summary>All that were not walked yet.</summary>
    public async Task WalkAsync(string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        List<string> open = [.. operations.Keys.Where(name => workload.PagesOf(name).Any(page => !walks[page.Key].IsWalked))];
        if (open.Count == 0) return;
        if (workload.File.Tenant is not { } tenant)
        {
            await WalkAsync(open, connectionString, seed, cancellationToken);
            return;
        }

        await using var database = TenantDatabase.OpenBy(tenant.Setting, connectionString, tenant.Role, 1, new("pages"));
        await WalkAsync(open, database, operation => operation.Statements[0].Statement.Text, seed, cancellationToken);
    }

    /// <summary>Takes the pages that another walked to, each with its place in words of one's own.</summary>
    public void Take(WalkedPages other, Func<WalkedPage, string> cursorOf)
    {
        foreach (var (name, walk) in walks)
            walk.Take(other.PagesOf(name).Select(page => page with { Cursor = cursorOf(page) }));
    }

    private IReadOnlyList<WalkedPage> PagesOf(string name) => walks[name].Pages;

    private async Task WalkAsync(IReadOnlyCollection<string> used, ulong seed, AskPage ask, CancellationToken cancellationToken)
    {
        foreach (var (name, file) in used.SelectMany(workload.PagesOf).DistinctBy(page => page.Key))
            await walks[name].WalkAsync(operations[file.First!], operations[file.Next!], seed, ask, cancellationToken);
    }
}
