using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>DP-2: both tables are copied at once, also after a migrator that died while its server sessions went on.</summary>
public sealed class BesideStepTests(PostgresCluster cluster)
{
    private const string First = "03_plain_tables/copy_email_sends";
    private const string Beside = "03_plain_tables/copy_lead_activities";

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
        await MigrationLock.AcquireBesideAsync(left, SilentProgress.Instance, Stop);
        var waited = false;
        var begunAlone = true;
        var migrator = new Migrator(database.Owner)
        {
            StepBegun = step => begunAlone &= step != Beside || waited,
            StepExecuted = async step =>
            {
                if (step != First) return;
                waited = true;
                await MigrationLock.ReleaseBesideAsync(left, Stop);
            },
        };

        await migrator.DownAsync(SilentProgress.Instance, Stop);

        Assert.True(waited && begunAlone);
    }
}
