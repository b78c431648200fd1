using LoadHarness.Checks.Health;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Faults of a whole server, on a small one of their own.</summary>
public sealed class ServerFaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_used_up_and_a_poor_cache_are_found()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "128kB"), ("max_connections", "12"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await source.ExecuteAsync(
            "create table wide as select g as id, repeat(md5(g::text), 10) as filler from generate_series(1, 100000) g");
        for (var i = 0; i < 6; i++) await source.ExecuteAsync("select count(*) from wide");
        var crowd = new List<NpgsqlConnection>();
        for (var i = 0; i < 8; i++) crowd.Add(await source.OpenConnectionAsync(TestContext.Current.CancellationToken));

        var report = await HealthCheck.RunAsync(source, SilentProgress.Instance, CancellationToken.None);

        foreach (var connection in crowd) await connection.DisposeAsync();
        Assert.Equal(HealthStatus.Red, report.Checks.Single(c => c.Id == "KM-3").Status);
        var cache = report.Checks.Single(c => c.Id == "KM-4");
        Assert.Equal(HealthStatus.Red, cache.Status);
        Assert.Contains("shared_buffers", cache.Findings[0].Remedy, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Red, report.Overall);
    }

    /// <summary>PostgreSQL discards its counts at a crash: what it does not know is not in order.</summary>
    [Fact]
    public async Task After_a_crash_the_rows_of_tables_are_unknown_until_they_are_analyzed()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"));
        await using var source = Unpooled(server);
        await AddLeadsAsync(source);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "table-bloat")).Status);

        await server.CrashAndRestartAsync(Stop);

        foreach (var check in (string[])["table-bloat", "stale-statistics", "KM-5"])
        {
            var lost = await FaultFinding.LookAsync(source, check);
            Assert.True(lost.Status == HealthStatus.Unknown, $"{check} is {lost.Status}: {lost.Evidence}");
            Assert.Contains("leads", Assert.Single(lost.Findings).Subject, StringComparison.Ordinal);
        }

        // Of the rows that it had before, the server counts none: these are no large share of them.
        await source.ExecuteAsync("alter table leads set (autovacuum_enabled = off); update leads set email = 'x' where id <= 2000; "
            + "select pg_stat_force_next_flush()");
        var finding = Assert.Single((await FaultFinding.LookAsync(source, "table-bloat")).Findings);
        Assert.Equal(HealthStatus.Unknown, finding.Status);
        await source.ExecuteAsync(finding.Remedy!);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "table-bloat")).Status);
    }

    [Fact]
    public async Task On_a_standby_the_rows_of_tables_are_unknown_and_the_primary_is_to_be_asked()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("wal_level", "replica"));
        await using var source = Unpooled(server);
        await AddLeadsAsync(source);
        await OwnServer.RestartAsStandbyAsync(server);

        foreach (var check in (string[])["table-bloat", "stale-statistics", "KM-5"])
        {
            var seen = await FaultFinding.LookAsync(source, check, new HealthLimits { StatisticsSettle = TimeSpan.Zero });
            Assert.True(seen.Status == HealthStatus.Unknown, $"{check} is {seen.Status}: {seen.Evidence}");
            Assert.Contains("ask the primary", Assert.Single(seen.Findings).Remedy, StringComparison.Ordinal);
        }
    }

    private static async Task AddLeadsAsync(NpgsqlDataSource source)
    {
        await source.ExecuteAsync("create table leads (id bigint primary key, email text)");
        await source.ExecuteAsync("insert into leads select g, g || '@example.com' from generate_series(1, 20000) g");
        await source.ExecuteAsync("analyze leads");
        await source.ExecuteAsync("checkpoint");
    }

    // Sessions of before the restart are dead.
    private static NpgsqlDataSource Unpooled(NativeCluster server) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
}
