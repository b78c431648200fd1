using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Jobs;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>What an arm does is what it is asked for.</summary>
public sealed class ArmJobsTests(PostgresCluster cluster, SmallTemplate template)
{
    /// <summary>Counted once: 17,000 blocks a call of a deep page that touches nine, in the batch in which the minute began.</summary>
    [Fact]
    public async Task An_arm_that_is_built_anew_has_the_jobs_of_its_schema_and_pg_cron_starts_none()
    {
        Assert.NotNull(cluster.Server);
        var stop = TestContext.Current.CancellationToken;
        var specification = ArmSpecification.Parse("--a", "optimized");
        await using var sql = await SqlFolder.OfAsync(specification.Schema, stop);
        await using var factory = new CrmArmFactory(await template.MakeAsync(), sql, rebuild: true);
        await using var arm = await factory.StartAsync("A", specification, SilentProgress.Instance, stop);
        var isThere = await arm.Admin.ScalarAsync<bool>("select to_regclass('cron.job') is not null", stop);
        Require.Present(isThere ? null : $"pg_cron is not loaded by the arm's server. {JobScheduler.Remedy}");

        var active = await arm.Admin.ListAsync("select active from cron.job", row => row.GetBoolean(0), stop);

        Assert.NotEmpty(active);
        Assert.DoesNotContain(true, active);
    }
}
