using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>A server that has really used up most of its transaction ids, as one does whose vacuum was held back for months.</summary>
public sealed class TransactionIdTests
{
    private const string Check = "transaction-ids";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_100_000_000, HealthStatus.Yellow)]
    [InlineData(1_850_000_000, HealthStatus.Red)]
    public async Task Old_transaction_ids_are_found_and_frozen(long next, HealthStatus status)
    {
        // Else autovacuum would fix the fault before anybody looks.
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("autovacuum_freeze_max_age", "2000000000"));
        await SpendIdsAsync(server, next);
        await using var source = Source(server, "postgres");

        await FaultFinding.FixAsync(source, Check, await FaultFinding.FindAsync(source, Check, status, "postgres"));
        Assert.True(await source.AskAsync<int>("select age(datfrozenxid) from pg_database where datname = current_database()") < 1_000_000);

        // The oldest of any database stops the server.
        var template = await FaultFinding.FindAsync(source, Check, status, "template1");
        Assert.Equal("In the database template1: vacuum (freeze);", template.Remedy);
        await FreezeAsync(server, "template1");
        await FaultFinding.AssertGoneAsync(source, Check, "template1");
        var closed = await FaultFinding.FindAsync(source, Check, status, "template0");
        Assert.Equal(
            "alter database template0 allow_connections true; there: vacuum (freeze); "
            + "and at the end: alter database template0 allow_connections false;", closed.Remedy);
        await source.ExecuteAsync("alter database template0 allow_connections true");
        await FreezeAsync(server, "template0");
        await source.ExecuteAsync("alter database template0 allow_connections false");
        await FaultFinding.AssertGoneAsync(source, Check, "template0");

        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, Check)).Status);
    }

    [Fact]
    public async Task Old_multixacts_are_found_as_well()
    {
        await using var server = await OwnServer.StartAsync(
            ("shared_buffers", "16MB"), ("autovacuum_multixact_freeze_max_age", "2000000000"));
        await SpendMultixactsAsync(server, 1_100_000_000);
        await using var source = Source(server, "postgres");

        var finding = await FaultFinding.FindAsync(source, Check, HealthStatus.Yellow, "postgres");

        Assert.Contains("multixacts", finding.Detail, StringComparison.Ordinal);
    }

    /// <summary>A vacuum alone would change nothing.</summary>
    [Fact]
    public async Task What_holds_the_oldest_id_is_named_before_the_vacuum()
    {
        await using var server = await OwnServer.StartAsync(
            ("shared_buffers", "16MB"), ("max_prepared_transactions", "2"), ("autovacuum", "off"));
        await using var source = Source(server, "postgres");
        // From two ids on.
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { [Check] = (1e-7, 90) } };
        await source.ExecuteAsync("begin; select txid_current(); prepare transaction 'forgotten'");
        for (var i = 0; i < 5; i++) await source.ExecuteAsync("select txid_current()");

        var held = await FaultFinding.FindAsync(source, Check, HealthStatus.Yellow, "postgres", limits);
        Assert.Contains("held by the prepared transaction forgotten", held.Detail, StringComparison.Ordinal);
        Assert.Contains("rollback prepared 'forgotten'; Then: vacuum (freeze);", held.Remedy, StringComparison.Ordinal);
        await source.ExecuteAsync("rollback prepared 'forgotten'");

        var free = await FaultFinding.FindAsync(source, Check, HealthStatus.Yellow, "postgres", limits);
        Assert.DoesNotContain("forgotten", free.Detail, StringComparison.Ordinal);
    }

    private static NpgsqlDataSource Source(NativeCluster server, string database) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionStringTo(database))
        {
            Pooling = false,
        }.ConnectionString);

    private static async Task FreezeAsync(NativeCluster server, string database)
    {
        await using var source = Source(server, database);
        await source.ExecuteAsync("vacuum (freeze)");
    }

    // The commit log has two bits an id, 2^20 ids a file.
    private static Task SpendIdsAsync(NativeCluster server, long next) =>
        SpendAsync(server, ["-x", next.ToString()], "pg_xact", next >> 20);

    // Their offsets are four bytes each, 2^16 a file.
    private static Task SpendMultixactsAsync(NativeCluster server, long next) =>
        SpendAsync(server, ["-m", $"{next},1"], Path.Combine("pg_multixact", "offsets"), next >> 16);

    private static async Task SpendAsync(NativeCluster server, string[] options, string folder, long file)
    {
        await ServerAccount.RunAsync(server.Binaries.PgCtl, ["stop", "-D", server.Directory.Data, "-m", "fast", "-w"], Stop);
        await ServerAccount.RunAsync(server.Binaries.PathOf("pg_resetwal"), [.. options, server.Directory.Data], Stop);
        // The server expects the file of its next id.
        var segment = Path.Combine(server.Directory.Data, folder, file.ToString("X4"));
        await File.WriteAllBytesAsync(segment, new byte[256 * 1024], Stop);
        await ServerAccount.OwnAsync(segment, Stop);
        await ServerAccount.RunAsync(server.Binaries.PgCtl,
            ["start", "-D", server.Directory.Data, "-l", server.Directory.Log, "-w", "-o",
                $"-p {server.Port}"], Stop);
    }
}
