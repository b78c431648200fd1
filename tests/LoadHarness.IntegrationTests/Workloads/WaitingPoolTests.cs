using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Workloads;

/// <summary>Requests that find all connections taken: they wait, and the limit for connecting does not count that.</summary>
public sealed class WaitingPoolTests(PostgresCluster cluster)
{
    private const int ConnectSeconds = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_waits_for_a_connection_longer_than_connecting_may_take()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = Open(database.ConnectionString);

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => app.ScalarAsync<long>(
            $"select $1::bigint from pg_sleep({2 * ConnectSeconds})", [], Stop)));

        Assert.All(answers, answer => Assert.Equal(Workspaces.Own, answer));
    }

    [Fact]
    public async Task A_request_that_is_given_up_while_it_waits_takes_no_connection()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = Open(database.ConnectionString);
        await using (await app.ConnectAsync(Stop))
        {
            using var impatient = new CancellationTokenSource();
            var waiting = app.ConnectAsync(impatient.Token);
            Assert.False(waiting.IsCompleted);
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        Assert.Equal(Workspaces.Own, await AskAsync(app));
    }

    [Fact]
    public async Task A_connection_that_breaks_gives_its_place_back_once()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = Open(database.ConnectionString);
        await using (var connection = await app.ConnectAsync(Stop))
        {
            await Workspaces.ReadAsync<bool>(database, $"select pg_terminate_backend({connection.ProcessID}, 10000)");
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => app.QueryAsync(connection, "select $1::bigint", [], Stop));
        }

        await using var only = await app.ConnectAsync(Stop).WaitAsync(Patience, Stop);
        var second = app.ConnectAsync(Stop);
        Assert.False(second.IsCompleted);
        await only.DisposeAsync();
        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_the_server_refuses_gives_its_place_back()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = Open(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "no such" }.ConnectionString);

        for (var attempt = 0; attempt < 3; attempt++)
            await Assert.ThrowsAsync<PostgresException>(() => AskAsync(app).WaitAsync(Patience, Stop));
    }

    private static Task<long> AskAsync(TenantDatabase app) => app.ScalarAsync<long>("select $1::bigint", [], Stop);

    private static TenantDatabase Open(string connectionString) => TenantDatabase.Open(
        new NpgsqlConnectionStringBuilder(connectionString) { Timeout = ConnectSeconds }.ConnectionString, "lh_app", Workspaces.Own,
        connections: 1);
}
