using System.Collections.Concurrent;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>
/// At every moment of the way up and down, the application role sees and changes its own workspace's rows alone, or none.
/// </summary>
public sealed class ExposureTests(PostgresCluster cluster)
{
    // Also the copies that a migration builds, and the default partitions.
    private const string Relations =
        """
        select c.oid::regclass::text || '|' || a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid
          and not a.attisdropped
          and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
        where c.relkind in ('r', 'p', 'm', 'v')
          and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
          and (not c.relispartition or c.relname like '%default')
        """;

    private readonly ConcurrentBag<string> _leaks = [];
    private int _reads;

    [Fact]
    public async Task No_foreign_row_is_seen_or_changed_while_a_database_is_migrated_and_rolled_back()
    {
        // Roles belong to the whole server: those of another database are there while this one has none of its own rights yet.
        await (await cluster.SharedDatabaseAsync()).DisposeAsync();
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        using var over = new CancellationTokenSource();
        var poller = PollUntilAsync(database, over.Token);
        var migrator = new Migrator(database.Owner) { StepEnded = step => LookAsync(database, step).GetAwaiter().GetResult() };

        await migrator.UpAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        await migrator.DownAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);

        await over.CancelAsync();
        await poller;
        Assert.Empty(_leaks.Distinct());
        Assert.True(_reads > 100, $"Only {_reads} looks were allowed: they prove nothing.");
    }

    private async Task PollUntilAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await LookAsync(database, "between steps");
            // The steps need the machine as well.
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private async Task LookAsync(TestDatabase database, string when)
    {
        await using var connection = await database.As("lh_app").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await AskAsync(connection, "select set_config('app.workspace_id', '1', false), set_config('lock_timeout', '50ms', false)");
        foreach (var (relation, column) in (await database.Owner.ListAsync(Relations)).Select(line => line.Split('|'))
            .Select(parts => (parts[0], parts[1])))
        {
            await LookAsync(connection, when, $"select count(*) from {relation} where {column} <> 1");
            // Undone at once: were it allowed, the rows must still be what the migration found.
            if (relation is "leads" or "campaigns" or "email_sends" or "workspaces")
                await LookAsync(connection, when,
                    $"""
                    with changed as (update {relation} set created_at = created_at where {column} <> 1 returning 1)
                    select count(*) from changed
                    """);
        }
    }

    private async Task LookAsync(NpgsqlConnection connection, string when, string sql)
    {
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        try
        {
            if (await AskAsync(connection, sql) is > 0L and var rows)
                _leaks.Add($"{when}: {rows} rows of {sql}");
            Interlocked.Increment(ref _reads);
        }
        catch (PostgresException)
        {
            // Refused, locked or gone: nothing was seen.
        }
        finally
        {
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
