using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>DP-2: both tables are copied at once, also after a migrator that died while its server sessions went on.</summary>
public sealed class BesideStepTests(PostgresCluster cluster)
{
    private const string First = "03_plain_tables/copy_email_sends";
    private const string Beside = "03_plain_tables/copy_lead_activities";

    private const string CopySends =
        "call loadharness.copy_rows('public.email_sends', 'loadharness_build.email_sends', 'workspace_id, id', 'id')";

    private const string MissingSends =
        "select count(*) from email_sends s where not exists (select from loadharness_build.email_sends b where b.id = s.id)";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_step_begins_while_the_one_before_it_is_not_journaled_yet()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var begun = new TaskCompletionSource();
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step =>
            {
                if (step == Beside) begun.TrySetResult();
            },
            StepExecuted = step => step == First ? begun.Task.WaitAsync(TimeSpan.FromMinutes(10), Stop) : Task.CompletedTask,
        };

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.All((await migrator.StatusAsync(Stop)).Migrations, line => Assert.Equal(MigrationState.Absent, line.State));
    }

    [Fact]
    public async Task A_step_waits_for_the_session_that_an_earlier_migrator_left_at_work()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var left = await database.Owner.OpenConnectionAsync(Stop);
        await MigrationLock.AcquireConcurrentAsync(left, 1, SilentProgress.Instance, Stop);
        var waited = false;
        var begunAlone = true;
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step => begunAlone &= step != Beside || waited,
            StepExecuted = async step =>
            {
                if (step != First) return;
                waited = true;
                await MigrationLock.ReleaseConcurrentAsync(left, 1, Stop);
            },
        };

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.True(waited && begunAlone);
    }

    [Fact]
    public async Task A_partition_that_another_session_copies_is_left_to_it()
    {
        await using var database = await StoppedBeforeTheCopiesAsync();
        await using var other = await database.Owner.OpenConnectionAsync(Stop);
        var held = await other.ScalarAsync<long>(
            """
            with largest as (select tableoid as leaf, count(*) as sends from email_sends group by tableoid order by 2 desc limit 1)
            select sends from largest where pg_try_advisory_lock('loadharness.copy_progress'::regclass::oid::int, leaf::int)
            """, Stop);

        await database.Owner.ExecuteAsync(CopySends);
        var without = await database.Owner.AskAsync<long>(MissingSends);
        await other.ExecuteAsync("select pg_advisory_unlock_all()", Stop);
        await database.Owner.ExecuteAsync(CopySends);

        Assert.Equal(held, without);
        Assert.Equal(0, await database.Owner.AskAsync<long>(MissingSends));
    }

    [Fact]
    public async Task A_row_that_the_mirror_brought_first_stays_as_it_brought_it()
    {
        await using var database = await StoppedBeforeTheCopiesAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into loadharness_build.email_sends (id, workspace_id, campaign_id, lead_id, email, status, created_at)
            select id, workspace_id, campaign_id, lead_id, email, 'clicked', created_at from email_sends where id % 1000 = 7
            """);

        await database.Owner.ExecuteAsync(CopySends);

        Assert.Equal(0, await database.Owner.AskAsync<long>(MissingSends));
        Assert.Equal(6, await database.Owner.AskAsync<long>("select count(*) from loadharness_build.email_sends where status = 'clicked'"));
    }

    private async Task<TestDatabase> StoppedBeforeTheCopiesAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SampleRows.InsertAsync(database.Owner);
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step =>
            {
                if (step == "03_plain_tables/mirror_email_sends") throw new StopHere();
            },
        };
        await Assert.ThrowsAsync<StopHere>(() => migrator.DownAsync(SilentProgress.Instance, Stop));
        return database;
    }

    private sealed class StopHere : Exception;
}
