using LoadHarness.Checks.Connections;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

[Collection(Alone.Name)]
public sealed class PgBouncerTests(PostgresCluster cluster)
{
    private const double LeastGain = 40;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clients_workspace_never_reaches_another_client_of_the_same_server_connection()
    {
        RequirePooler();
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, poolSize: 2, Stop);
        await using var clients = NpgsqlDataSource.Create(pooler.ConnectionString);
        await Task.WhenAll(Enumerable.Range(1, 20).Select(workspace => AskAsync(clients, workspace)));
    }

    [Fact]
    public async Task A_search_path_holds_behind_it_too()
    {
        RequirePooler();
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "information_schema" };
        await using var pooler = await PgBouncer.StartAsync(server.ConnectionString, poolSize: 2, Stop);
        await using var clients = NpgsqlDataSource.Create(pooler.ConnectionString);

        await using var asked = clients.CreateCommand("select current_schema()");

        Assert.Equal("information_schema", await asked.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task Pooled_connections_cost_less_than_new_ones_RE_4()
    {
        RequirePooler();
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var pooler = await PgBouncer.StartAsync(database.ConnectionString, poolSize: 4, Stop);
        var ways = await MeasureAsync();
        // Something else may stop the machine for longer than all requests of a round take: that is not the pool's doing.
        for (var again = 0; again < 5 && ConnectionOverhead.Compare(ways).Figure < LeastGain; again++) ways = await MeasureAsync();
        Assert.Equal(["connect per request", "Npgsql pool", "pgbouncer"], ways.Select(way => way.Way));
        Assert.True(ways[0].BackendsStarted >= 100, $"{ways[0]}");
        Assert.True(ways[1].BackendsStarted <= 4, $"{ways[1]}");
        Assert.True(ways[2].BackendsStarted <= 4, $"{ways[2]}");

        var comparison = ConnectionOverhead.Compare(ways);
        Assert.Equal(ways[0].RoundMilliseconds.Zip(ways[1].RoundMilliseconds, (without, with) => 100 * (1 - (with / without))).Average(),
            comparison.Figure, 0.001);
        Assert.InRange(comparison.Figure, LeastGain, 100);
        Assert.Matches(
            @"judging nothing: pgbouncer, connected to anew for each request, takes [\d.,]+ times as long as Npgsql pool \(-?[\d.,]+ to ",
            comparison.Evidence);
        Assert.Contains("no pgbouncer was there", ConnectionOverhead.Compare([.. ways.Take(2)]).Evidence, StringComparison.Ordinal);

        Task<IReadOnlyList<ConnectionOverhead>> MeasureAsync() =>
            ConnectionOverhead.MeasureAsync(database.ConnectionString, pooler, requests: 100, users: 4, rounds: 3, Stop);
    }

    /// <summary>
    /// Setting and question in one round trip see the workspace; a question alone, on a connection that others used, sees none.
    /// </summary>
    private static async Task AskAsync(NpgsqlDataSource clients, int workspace)
    {
        for (var round = 0; round < 10; round++)
        {
            await using var connection = await clients.OpenConnectionAsync(Stop);
            await using (var batch = new NpgsqlBatch(connection))
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('app.workspace_id', $1, true)")
                {
                    Parameters = { new() { Value = $"{workspace}" } },
                });
                batch.BatchCommands.Add(new NpgsqlBatchCommand("select current_setting('app.workspace_id')"));
                await using var reader = await batch.ExecuteReaderAsync(Stop);
                Assert.True(await reader.NextResultAsync(Stop) && await reader.ReadAsync(Stop));
                Assert.Equal($"{workspace}", reader.GetString(0));
            }

            await using var alone = new NpgsqlCommand("select nullif(current_setting('app.workspace_id', true), '')", connection);
            Assert.Equal(DBNull.Value, await alone.ExecuteScalarAsync(Stop));
        }
    }

    private static void RequirePooler() =>
        Require.Present(PgBouncer.Find() is null ? "pgbouncer is not installed: apt-get install pgbouncer." : null);
}
