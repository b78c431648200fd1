using LoadHarness.Comparing;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Scale;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>Sizes as small as their copies are made within seconds.</summary>
public sealed class ScaleRunTests(PostgresCluster cluster)
{
    private static readonly ComparisonPlan Writes = ComparisonPlan.Standard with
    {
        Scenarios = ["bulk-import", "campaign-send"],
        Slot = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task What_writes_is_measured_at_the_sizes_of_the_table()
    {
        Assert.NotNull(cluster.Server);
        var grown = new List<(string Scenario, double Leads, double Sends)>();
        var report = await new ScaleRun(Writes, 42, ServerProfile.Checklist, keep: false, SilentProgress.Instance)
        {
            Measured = async (arm, scenarios) => grown.Add((
                Assert.Single(scenarios), await GrowthAsync(arm, "leads"), await GrowthAsync(arm, "email_sends"))),
        }.MeasureAsync([2_000, 4_000, 8_000], [], TestContext.Current.CancellationToken);

        // Counters and times, at each size.
        Assert.Equal([("bulk-import", 6), ("campaign-send", 6)], grown.CountBy(copy => copy.Scenario)
            .Select(copies => (copies.Key, copies.Value)).Order());
        Assert.All(grown, copy =>
        {
            Assert.InRange(copy.Leads, 1, 1.1);
            Assert.InRange(copy.Sends, 1, 1.15);
            Assert.Equal(copy.Scenario == "bulk-import", copy.Leads > 1);
        });
        foreach (var operation in new[] { "bulk-import/import", "campaign-send/campaign" })
            foreach (var metric in new[] { OperationScale.Blocks, OperationScale.Mean })
                Assert.Equal(3, Assert.Single(report.Operations, of => of.Operation == operation && of.Metric == metric).Points.Count);
    }

    private static async Task<double> GrowthAsync(CrmArm arm, string table) =>
        (double)await arm.Admin.AskAsync<long>($"select count(*) from {table}") / arm.Seed.Tables.Single(load => load.Table == table).Rows;
}
