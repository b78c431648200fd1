using LoadHarness.Comparing.Counters;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Comparing;

public sealed class IndexSizesTests(PostgresCluster cluster)
{
    [Fact]
    public async Task The_programs_own_indexes_are_none_of_an_arms()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.True(await database.Owner.AskAsync<bool>("select to_regclass('loadharness.journal') is not null"));

        var sizes = await IndexSizes.ReadAsync(database.Owner, TestContext.Current.CancellationToken);

        Assert.Contains("leads_workspace_tags_idx", sizes.Keys);
        Assert.DoesNotContain(sizes.Keys, name => name.StartsWith("loadharness", StringComparison.Ordinal));
    }
}
