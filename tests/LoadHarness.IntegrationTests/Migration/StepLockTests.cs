using System.Text.RegularExpressions;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>In which order steps take their locks.</summary>
public sealed partial class StepLockTests(PostgresCluster cluster)
{
    private const string Partitions =
        """
        select count(*)
        from pg_locks l
        join pg_database d on d.oid = l.database and d.datname = current_database()
        join pg_inherits i on i.inhrelid = l.relation
        where l.granted and l.mode = 'AccessExclusiveLock'
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // A query takes a partitioned table first and its partitions then. `drop trigger` does it the other way round.
    [Fact]
    public async Task A_step_that_drops_a_partitioned_tables_trigger_holds_no_partition_while_it_waits_for_the_table()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var tables = await database.Owner.ListAsync(
            "select relname from pg_class where relkind = 'p' and relnamespace = 'public'::regnamespace");
        var steps = MigrationFiles.Read().Migrations.SelectMany(migration => migration.Up.Concat(migration.Down))
            .SelectMany(step => DroppedTrigger().Matches(step.Sql).Select(match => (step.Name, step.Sql, Table: match.Groups[1].Value)))
            .Where(step => tables.Contains(step.Table)).ToList();

        Assert.NotEmpty(steps);
        foreach (var step in steps) await AssertWaitsEmptyHandedAsync(database, step.Name, step.Sql, step.Table);
    }

    private static async Task AssertWaitsEmptyHandedAsync(TestDatabase database, string name, string sql, string table)
    {
        await using var reader = await database.Owner.OpenConnectionAsync(Stop);
        await using var query = await reader.BeginTransactionAsync(Stop);
        await reader.ExecuteAsync($"lock table only {table} in access share mode", Stop);
        await using var migrator = await database.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await migrator.BeginTransactionAsync(Stop);
        var running = migrator.ExecuteAsync(sql, CancellationToken.None);
        await OpenTransaction.UntilOneWaitsAsync(database, running);

        var waited = !running.IsCompleted;
        var partitions = await database.Owner.AskAsync<long>(Partitions);
        await query.RollbackAsync(Stop);
        await running;

        Assert.True(waited, $"{name} did not wait for {table}");
        Assert.True(partitions == 0, $"{name} held {partitions} partitions of {table} while it waited for it");
    }

    [GeneratedRegex(@"drop trigger (?:if exists )?\w+ on (\w+)")]
    private static partial Regex DroppedTrigger();
}
