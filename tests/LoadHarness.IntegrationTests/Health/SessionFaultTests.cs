using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Faults of sessions: each is found, then fixed by the check's own statement.</summary>
public sealed class SessionFaultTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.5, 600, HealthStatus.Yellow)]
    [InlineData(0.5, 1, HealthStatus.Red)]
    public async Task A_statement_that_runs_too_long_is_found_with_its_text_and_cancelled(double warn, double red, HealthStatus status)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var limits = Limits("long-transaction", warn, red);
        var slow = database.Owner.ExecuteAsync("select pg_sleep(60) as too_long");
        var finding = await FaultFinding.FindAsync(database.Owner, "long-transaction", status, "session", limits);
        Assert.Contains("too_long", finding.Detail, StringComparison.Ordinal);
        await FaultFinding.FixAsync(database.Owner, "long-transaction", finding, limits);
        Assert.Equal(PostgresErrorCodes.QueryCanceled, (await Assert.ThrowsAsync<PostgresException>(() => slow)).SqlState);
    }

    [Fact]
    public async Task Who_would_cancel_a_concurrent_build_or_a_dump_is_told_what_that_costs()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create table built (id int)");
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("insert into built values (1)", connection)) await command.ExecuteNonQueryAsync(Stop);
        var build = database.Owner.ExecuteAsync("create index concurrently built_id on built (id)");
        await OpenTransaction.UntilOneWaitsAsync(database, build);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            ApplicationName = "pg_dump",
        }.ConnectionString);
        await using var dump = await source.OpenConnectionAsync(Stop);
        await using var dumping = await dump.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("select 1", dump)) await command.ExecuteScalarAsync(Stop);
        var builder = await database.Owner.AskAsync<int>(
            "select pid from pg_stat_progress_create_index where datname = current_database()");

        Assert.StartsWith("Let it end: cancelled, the build leaves an invalid index", await RemedyAsync(builder), StringComparison.Ordinal);
        Assert.StartsWith("Let it end: cancelled, the dump is no backup", await RemedyAsync(dump.ProcessID), StringComparison.Ordinal);
        Assert.Equal($"select pg_cancel_backend({connection.ProcessID});", await RemedyAsync(connection.ProcessID));
        await open.RollbackAsync(Stop);
        await dumping.RollbackAsync(Stop);
        await build;

        async Task<string?> RemedyAsync(int session) => (await FaultFinding.FindAsync(
            database.Owner, "long-transaction", HealthStatus.Yellow, $"session {session}", Limits("long-transaction", 0.5, 600))).Remedy;
    }

    [Fact]
    public async Task A_vacuum_is_no_transaction_that_anybody_should_cancel()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var limits = Limits("long-transaction", 0.5, 600);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("select 1", connection)) await command.ExecuteNonQueryAsync(Stop);
        await using var vacuum = await SlowVacuum.BeginAsync(database);

        await FaultFinding.FindAsync(database.Owner, "long-transaction", HealthStatus.Yellow, $"session {connection.ProcessID}", limits);
        Assert.DoesNotContain((await FaultFinding.LookAsync(database.Owner, "long-transaction", limits)).Findings,
            finding => finding.Detail.Contains("vacuum", StringComparison.Ordinal));
        await open.RollbackAsync(Stop);
    }

    [Fact]
    public async Task A_session_idle_in_a_transaction_is_found_and_ended()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var limits = Limits("idle-in-transaction", 0.5, 1);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("select 1", connection)) await command.ExecuteScalarAsync(Stop);
        var finding = await FaultFinding.FindAsync(
            database.Owner, "idle-in-transaction", HealthStatus.Red, $"session {connection.ProcessID}", limits);
        await FaultFinding.FixAsync(database.Owner, "idle-in-transaction", finding, limits);
    }

    [Fact]
    public async Task A_transaction_of_a_second_is_neither_long_nor_idle_by_the_checks_own_limits()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("select pg_sleep(1)", connection)) await command.ExecuteScalarAsync(Stop);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "long-transaction")).Status);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "idle-in-transaction")).Status);
    }

    /// <summary>
    /// A login that is shown sessions without their state, or statements without their text, sees no fault; that is not the same as none.
    /// </summary>
    [Theory]
    [InlineData("KM-1")]
    [InlineData("KM-3")]
    [InlineData("idle-in-transaction")]
    [InlineData("long-transaction")]
    public async Task Sessions_that_the_login_may_not_see_are_unknown_with_the_grant_that_shows_them(string check)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var open = await connection.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("select 1", connection)) await command.ExecuteScalarAsync(Stop);

        var seen = await FaultFinding.LookAsync(database.As("lh_readonly"), check);

        Assert.Equal(HealthStatus.Unknown, seen.Status);
        Assert.Contains(seen.Findings, finding => finding.Remedy == "grant pg_read_all_stats to lh_readonly;");
    }

    private static HealthLimits Limits(string check, double warn, double red) =>
        new() { Of = new Dictionary<string, (double, double)> { [check] = (warn, red) } };
}
