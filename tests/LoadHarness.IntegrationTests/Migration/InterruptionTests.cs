using System.Collections.Concurrent;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>DP-1: whatever stops a migration, running it again finishes it.</summary>
public sealed class InterruptionTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Stopped_before_every_single_step_is_journaled_it_resumes_up_and_down()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var columns = await SchemaDump.ColumnsAsync(database.Owner, cancellationToken);
        var baseSchema = await SchemaDump.OfAsync(cluster, database, cancellationToken);
        var rows = await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken);

        var stopsUp = await StopAtEveryStepAsync(migrator => migrator.UpAsync(SilentProgress.Instance, cancellationToken), database);
        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));
        var resumed = await SchemaDump.OfAsync(cluster, database, cancellationToken);
        var stopsDown = await StopAtEveryStepAsync(migrator => migrator.DownAsync(SilentProgress.Instance, cancellationToken), database);

        Assert.Equal(baseSchema, await SchemaDump.OfAsync(cluster, database, cancellationToken));
        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));
        await new Migrator(database.Owner).UpAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal(resumed, await SchemaDump.OfAsync(cluster, database, cancellationToken));
        var files = MigrationFiles.Read();
        Assert.Equal(files.Migrations.Sum(m => m.Up.Count), stopsUp);
        Assert.Equal(files.Migrations.Sum(m => m.Down.Count), stopsDown);
    }

    [Fact]
    public async Task A_session_killed_before_it_can_journal_a_copy_leaves_a_migration_that_resumes()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var columns = await SchemaDump.ColumnsAsync(database.Owner, cancellationToken);
        var rows = await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken);
        var killed = new Migrator(database.Owner)
        {
            StepExecuted = step => KillOnceAsync(step, "05_partitioned_tables/copy_email_sends", database),
        };

        await Assert.ThrowsAnyAsync<Exception>(() => killed.UpAsync(SilentProgress.Instance, cancellationToken));
        Assert.Contains((await killed.StatusAsync(cancellationToken)).Migrations, line => line.State == MigrationState.Applying);
        await new Migrator(database.Owner).UpAsync(SilentProgress.Instance, cancellationToken);

        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));
    }

    [Fact]
    public async Task A_half_way_migration_is_finished_before_it_is_rolled_back()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var stopped = new Migrator(database.Owner)
        {
            StepExecuted = step => step.StartsWith("03_", StringComparison.Ordinal) ? throw new Stop() : Task.CompletedTask,
        };
        await Assert.ThrowsAsync<Stop>(() => stopped.UpAsync(SilentProgress.Instance, cancellationToken));

        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => new Migrator(database.Owner).DownAsync(SilentProgress.Instance, cancellationToken));
        Assert.Contains("half-way up", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_changed_during_the_copy_arrive_as_they_are()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var columns = await SchemaDump.ColumnsAsync(database.Owner, cancellationToken);
        IReadOnlyDictionary<string, string>? rows = null;
        var migrator = new Migrator(database.Owner)
        {
            StepExecuted = async step =>
            {
                if (step == "05_partitioned_tables/copy_email_sends")
                    await ChangeSendsAsync(database);
                if (step == "05_partitioned_tables/compare_email_sends")
                    rows = await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken);
            },
        };

        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);

        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));
    }

    private static async Task ChangeSendsAsync(TestDatabase database)
    {
        await using var command = database.Owner.CreateCommand(
            """
            delete from email_sends where id % 17 = 0;
            update email_sends set status = 'clicked' where id % 5 = 0;
            update email_sends set created_at = created_at - interval '3 months' where id % 7 = 0;
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select workspace_id, campaign_id, lead_id, email from email_sends where id % 11 = 0;
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<int> StopAtEveryStepAsync(Func<Migrator, Task> run, TestDatabase database)
    {
        var stopped = new ConcurrentDictionary<string, bool>();
        while (true)
        {
            try
            {
                await run(new Migrator(database.Owner)
                {
                    StepExecuted = step => stopped.TryAdd(step, true) ? throw new Stop() : Task.CompletedTask,
                });
                return stopped.Count;
            }
            catch (Stop)
            {
                // The next attempt gets one step further.
            }
        }
    }

    private static async Task KillOnceAsync(string step, string at, TestDatabase database)
    {
        if (step != at)
            return;
        await using var command = database.Owner.CreateCommand(
            """
            select count(pg_terminate_backend(l.pid)) from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.pid <> pg_backend_pid()
              and l.database = (select oid from pg_database where datname = current_database())
            """);
        Assert.Equal(1L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private sealed class Stop : Exception;
}
