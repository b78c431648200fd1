using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>A server that has really used up most of its transaction ids, as one does whose vacuum was held back for months.</summary>
public sealed class TransactionIdTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_100_000_000, HealthStatus.Yellow)]
    [InlineData(1_850_000_000, HealthStatus.Red)]
    public async Task Old_transaction_ids_are_found_and_frozen(long next, HealthStatus status)
    {
        // Else autovacuum would fix the fault before anybody looks.
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("autovacuum_freeze_max_age", "2000000000"));
        await SpendIdsAsync(server, next);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Pooling = false,
        }.ConnectionString);

        var finding = await FaultFinding.FindAsync(source, "transaction-ids", status, "postgres");
        await FaultFinding.FixAsync(source, "transaction-ids", finding);

        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "transaction-ids")).Status);
        Assert.True(await source.AskAsync<int>("select age(datfrozenxid) from pg_database where datname = current_database()") < 1_000_000);
    }

    private static async Task SpendIdsAsync(NativeCluster server, long next)
    {
        await ServerAccount.RunAsync(server.Binaries.PgCtl, ["stop", "-D", server.Directory.Data, "-m", "fast", "-w"], Stop);
        await ServerAccount.RunAsync(server.Binaries.PathOf("pg_resetwal"),
            ["-x", next.ToString(), server.Directory.Data], Stop);
        // The commit log has two bits an id, 2^20 ids a file; the server expects the file of its next id.
        var segment = Path.Combine(server.Directory.Data, "pg_xact", (next >> 20).ToString("X4"));
        await File.WriteAllBytesAsync(segment, new byte[256 * 1024], Stop);
        await ServerAccount.OwnAsync(segment, Stop);
        await ServerAccount.RunAsync(server.Binaries.PgCtl,
            ["start", "-D", server.Directory.Data, "-l", server.Directory.Log, "-w", "-o",
                $"-p {server.Port}"], Stop);
    }
}
