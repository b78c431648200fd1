using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class RecycledWalTests(PostgresCluster cluster)
{
    private const long Segment = 16 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_written_next_makes_no_new_segment()
    {
        await using var server = await StartAsync();
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        Assert.True(await RecycledWal.ProvideAsync(admin, 4 * Segment, Stop) >= 4 * Segment);
        var before = Segments(server);
        var from = await admin.AskAsync<string>("select pg_current_wal_lsn()::text");
        await admin.ExecuteAsync("create table filler as select repeat(md5(n::text), 30) as filler from generate_series(1, 50000) n");
        Assert.True(await admin.AskAsync<decimal>("select pg_current_wal_lsn() - $1::pg_lsn", from) > 2 * Segment);
        Assert.Equal(before, Segments(server));
    }

    [Fact]
    public async Task Where_enough_is_there_already_nothing_is_made()
    {
        await using var server = await StartAsync();
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await RecycledWal.ProvideAsync(admin, 4 * Segment, Stop);
        var before = await admin.AskAsync<string>("select pg_walfile_name(pg_current_wal_lsn())");
        await RecycledWal.ProvideAsync(admin, 4 * Segment, Stop);
        Assert.Equal(before, await admin.AskAsync<string>("select pg_walfile_name(pg_current_wal_lsn())"));
    }

    [Fact]
    public async Task No_more_is_made_than_the_server_keeps()
    {
        await using var server = await StartAsync();
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await RecycledWal.ProvideAsync(admin, 100_000 * Segment, Stop);
        Assert.InRange(Segments(server).Count, 8, 12);
    }

    private static List<string> Segments(NativeCluster server) =>
        [.. Directory.EnumerateFiles(Path.Combine(server.Directory.Data, "pg_wal")).Select(file => Path.GetFileName(file))
            .Where(name => name.Length == 24).Order(StringComparer.Ordinal)];

    private Task<NativeCluster> StartAsync() =>
        NativeCluster.StartAsync(cluster.Server.Binaries, new Dictionary<string, string>(NativeClusterTests.SmallServer)
        {
            ["min_wal_size"] = "128MB",
        }, keep: false, Stop);
}
