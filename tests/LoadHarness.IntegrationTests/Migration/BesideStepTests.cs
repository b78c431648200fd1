using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;
using Npgsql;

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
            StepExecuted = step => step == First ? begun.Task.WaitAsync(TimeSpan.FromMinutes(1), Stop) : Task.CompletedTask,
        };

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.All((await migrator.StatusAsync(Stop)).Migrations, line => Assert.Equal(MigrationState.Absent, line.State));
    }

    [Fact]
    public async Task A_step_waits_for_the_session_that_an_earlier_migrator_left_at_work()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var left = await database.Owner.OpenConnectionAsync(Stop);
        await MigrationLock.AcquireBesideAsync(left, 1, SilentProgress.Instance, Stop);
        var waited = false;
        var begunAlone = true;
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step => begunAlone &= step != Beside || waited,
            StepExecuted = async step =>
            {
                if (step != First) return;
                waited = true;
                await MigrationLock.ReleaseBesideAsync(left, 1, Stop);
            },
        };

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.True(waited && begunAlone);
    }

    [Fact]
    public async Task A_partition_that_another_session_copies_is_left_to_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SampleRows.InsertAsync(database.Owner);
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step =>
            {
                if (step == "03_plain_tables/mirror_email_sends") throw new StopHere();
            },
        };
        await Assert.ThrowsAsync<StopHere>(() => migrator.DownAsync(SilentProgress.Instance, Stop));
        await using var other = await database.Owner.OpenConnectionAsync(Stop);
        var held = await other.ScalarAsync<long>(
            """
            with largest as (select tableoid as leaf, count(*) as sends from email_sends group by tableoid order by 2 desc limit 1)
            select sends from largest where pg_try_advisory_lock('loadharness.copy_progress'::regclass::oid::int, leaf::int)
            """, Stop);
        await using var session = await database.Owner.OpenConnectionAsync(Stop);

        await session.ExecuteAsync(CopySends, Stop);
        var without = await session.ScalarAsync<long>(MissingSends, Stop);
        await other.ExecuteAsync("select pg_advisory_unlock_all()", Stop);
        await session.ExecuteAsync(CopySends, Stop);

        Assert.Equal(held, without);
        Assert.Equal(0, await session.ScalarAsync<long>(MissingSends, Stop));
    }

    private sealed class StopHere : Exception;
}
