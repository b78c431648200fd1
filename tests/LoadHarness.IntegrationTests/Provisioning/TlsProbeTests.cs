using LoadHarness.Checks.Connections;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

/// <summary>SV-3: how verify sees that a server of its own speaks TLS.</summary>
public sealed class TlsProbeTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_probed_server_spoke_TLS_and_is_left_as_it_was()
    {
        await using var server = await NativeCluster.StartAsync(
            cluster.Server.Binaries, NativeClusterTests.SmallServer, keep: false, Stop);

        var session = await TlsProbe.RunAsync(server.ConnectionString, Stop);

        Assert.StartsWith("TLS", session.Protocol, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(server.Directory.Data, "loadharness_probe*"));
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(Stop);
        await using var left = new NpgsqlCommand("select count(*) from pg_file_settings where name like 'ssl%'", connection);
        Assert.Equal(0L, await left.ExecuteScalarAsync(Stop));
    }
}
