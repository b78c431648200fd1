using LoadHarness.Checks.Health;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Faults of a whole server, on a small one of their own.</summary>
public sealed class ServerFaultTests
{
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
}
