using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Seeding;

namespace LoadHarness.IntegrationTests.Seeding;

public sealed class SeederTests(PostgresCluster cluster)
{
    private static readonly SeedRequest Request = new(2_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1), LeadsPerChunk = 500 };

    [Theory]
    [InlineData(SchemaState.Base)]
    public async Task A_seeded_database_holds_exactly_the_rows_that_were_generated(SchemaState schema)
    {
        await using var database = await cluster.CreateDatabaseAsync(schema);
        var manifest = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, TestContext.Current.CancellationToken);

        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
    }
}
