using LoadHarness.Comparing.Counters;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>What is counted of an operation is what it sends.</summary>
public sealed class StatementReadingsTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_driver_asks_as_it_opens_a_pool_is_no_part_of_an_operation()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("create extension if not exists pg_stat_statements", Stop);
        var before = await StatementReadings.BeginAsync(database.Owner, forget: false, Stop);
        await using (var pool = NpgsqlDataSource.Create(database.ConnectionString))
            Assert.Equal(0, await pool.ScalarAsync<long>("select count(*) from leads", Stop));

        var read = await StatementReadings.ReadAsync(database.Owner, before, "lead-queries/count", calls: 1, Stop);

        Assert.Equal("select count(*) from leads", Assert.Single(read.Statements).Statement);
    }
}
