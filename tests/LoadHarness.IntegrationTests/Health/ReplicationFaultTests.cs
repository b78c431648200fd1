using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>What outlives its session: slots without a reader, and transactions that were prepared and forgotten.</summary>
public sealed class ReplicationFaultTests
{
    // Some 30 MB of WAL.
    private const string Write = "create table filled as select repeat(md5(g::text), 10) as filler from generate_series(1, 60000) g";

    [Fact]
    public async Task A_slot_that_nobody_reads_is_found_with_the_wal_that_it_keeps_and_dropped()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var limits = Limits("replication-slots", 1, 1000);
        await source.ExecuteAsync("select pg_create_physical_replication_slot('forgotten', true)");
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "replication-slots", limits)).Status);
        await source.ExecuteAsync(Write);

        var finding = await FaultFinding.FindAsync(source, "replication-slots", HealthStatus.Yellow, "forgotten", limits);
        Assert.Contains("until the disk is full", finding.Detail, StringComparison.Ordinal);
        const string drop = "select pg_drop_replication_slot('forgotten');";
        Assert.EndsWith(drop, finding.Remedy, StringComparison.Ordinal);
        await source.ExecuteAsync(drop);
        await FaultFinding.AssertGoneAsync(source, "replication-slots", "forgotten", limits);
    }

    [Fact]
    public async Task A_slot_whose_wal_was_given_up_is_red()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("max_slot_wal_keep_size", "1MB"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await source.ExecuteAsync("select pg_create_physical_replication_slot('forgotten', true)");
        await source.ExecuteAsync(Write);
        await source.ExecuteAsync("select pg_switch_wal()");
        await source.ExecuteAsync("checkpoint");

        var finding = await FaultFinding.FindAsync(source, "replication-slots", HealthStatus.Red, "forgotten");

        Assert.StartsWith("its reader cannot go on", finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prepared_transaction_that_nobody_ends_is_found_and_rolled_back()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("max_prepared_transactions", "2"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var limits = Limits("prepared-transactions", 0.1, 3600);
        await source.ExecuteAsync("begin; create table prepared (id int); prepare transaction 'forgotten'");

        var finding = await FaultFinding.FindAsync(source, "prepared-transactions", HealthStatus.Yellow, "forgotten", limits);
        Assert.Contains("in the database postgres: commit prepared 'forgotten';", finding.Remedy, StringComparison.Ordinal);
        const string end = "rollback prepared 'forgotten';";
        Assert.EndsWith(end, finding.Remedy, StringComparison.Ordinal);
        await source.ExecuteAsync(end);
        await FaultFinding.AssertGoneAsync(source, "prepared-transactions", "forgotten", limits);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(source, "prepared-transactions")).Status);
    }

    /// <summary>Every login is shown them: nothing has to be granted.</summary>
    [Theory]
    [InlineData("replication-slots")]
    [InlineData("prepared-transactions")]
    public async Task A_login_without_rights_of_its_own_is_told_the_same(string check)
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("max_prepared_transactions", "2"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await source.ExecuteAsync(
            """
            create role nobody login password 'plain';
            select pg_create_physical_replication_slot('forgotten', true)
            """);
        await source.ExecuteAsync("begin; create table prepared (id int); prepare transaction 'forgotten'");
        await source.ExecuteAsync(Write);
        await using var nobody = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Username = "nobody",
            Password = "plain",
        }.ConnectionString);

        await FaultFinding.FindAsync(nobody, check, HealthStatus.Yellow, "forgotten", Limits(check, 0.1, 3600));
    }

    private static HealthLimits Limits(string check, double warn, double red) =>
        new() { Of = new Dictionary<string, (double, double)> { [check] = (warn, red) } };
}
