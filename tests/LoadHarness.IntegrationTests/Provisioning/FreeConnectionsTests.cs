using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

/// <summary>What a load finds free is what others leave of the server, with or without the right to see them.</summary>
public sealed class FreeConnectionsTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_of_other_logins_are_counted_by_one_that_may_not_see_what_they_do()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("max_connections", "20"));
        await using var first = await SingleSession.OpenAsync(server.ConnectionString, Stop);
        await using var second = await SingleSession.OpenAsync(server.ConnectionString, Stop);
        await first.ExecuteAsync("create role plain login password 'plain'", Stop);
        await using var plain = await SingleSession.OpenAsync(
            new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "plain", Password = "plain" }, Stop);

        // Three are kept for superusers, and two are taken.
        Assert.Equal(15, await FreeConnections.ReadAsync(plain, Stop));
        Assert.Equal(15, await FreeConnections.ReadAsync(second, Stop));
    }

    [Fact]
    public async Task Behind_a_pooler_it_is_not_known_how_many_there_are()
    {
        Require.Present(PgBouncer.Find() is null ? "pgbouncer is not installed: apt-get install pgbouncer." : null);
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, poolSize: 2, Stop);
        await using var session = await SingleSession.OpenAsync(pooler.ConnectionString, Stop);

        Assert.Null(await FreeConnections.ReadAsync(session, Stop));
    }
}
