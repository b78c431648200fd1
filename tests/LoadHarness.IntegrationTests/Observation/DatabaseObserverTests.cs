using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.IntegrationTests.Provisioning;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Observation;

public sealed class DatabaseObserverTests(PostgresCluster cluster)
{
    private const double Little = 1_000_000;
    private const string WriteMuch = "create table filler as select repeat(md5(n::text), 30) as filler from generate_series(1, 20000) n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_done_unwatched_stands_in_no_sample_and_the_rest_does()
    {
        await using var server = await NativeCluster.StartAsync(
            cluster.Server.Binaries, NativeClusterTests.SmallServer, keep: false, Stop);
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await using var observer = await DatabaseObserver.StartAsync(admin, server.ProcessId, Stop);
        await SamplesAsync(observer, 1);
        await observer.UnwatchedAsync(
            async () =>
            {
                await admin.ExecuteAsync(WriteMuch);
                // A second that is not watched has no sample to wait for.
                await Task.Delay(TimeSpan.FromSeconds(1.5), Stop);
                return true;
            },
            Stop);
        await SamplesAsync(observer, 2);
        var unwatched = observer.Latest;
        await admin.ExecuteAsync("drop table filler");
        await admin.ExecuteAsync(WriteMuch);
        await SamplesAsync(observer, 2);

        var samples = (await observer.FinishAsync([], Stop)).Samples;
        Assert.All(samples.TakeWhile(sample => sample.AtUtc <= unwatched!.AtUtc),
            sample => Assert.InRange(sample.WalBytesPerSecond, 0, Little));
        Assert.Contains(samples, sample => sample.WalBytesPerSecond > Little);
    }

    // The sampler looks ten times a second, each time in a transaction. On the server of all tests, autovacuum has some here as well: it
    // vacuums what all databases share in whichever it comes to.
    [Fact]
    public async Task An_idle_database_has_no_transactions()
    {
        await using var server = await OwnServer.StartAsync(("autovacuum", "off"), ("shared_buffers", "16MB"));
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await using var observer = await DatabaseObserver.StartAsync(admin, null, Stop);
        await SamplesAsync(observer, 3);

        var seen = await observer.FinishAsync([], Stop);

        Assert.InRange(seen.Samples.Average(sample => sample.TransactionsPerSecond), 0, 2);
    }

    [Fact]
    public async Task A_standby_is_seen_as_a_primary_is()
    {
        await using var server = await OwnServer.StartAsync(("shared_buffers", "16MB"), ("wal_level", "replica"));
        await OwnServer.RestartAsStandbyAsync(server);
        await using var admin = NpgsqlDataSource.Create(server.ConnectionString);
        await using var observer = await DatabaseObserver.StartAsync(admin, server.ProcessId, Stop);
        await SamplesAsync(observer, 2);

        var seen = await observer.FinishAsync([], Stop);

        Assert.All(seen.Samples, sample => Assert.Equal(0, sample.WalBytesPerSecond));
        Assert.Empty(seen.Notes);
    }

    [Fact]
    public async Task What_the_login_may_not_read_is_noted_and_asked_for_once_a_second()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            do $$ begin create role blind nologin; exception when duplicate_object or unique_violation then null; end $$;
            revoke execute on function pg_current_wal_insert_lsn() from public;
            """);
        var login = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c role=blind", NoResetOnClose = true };
        var began = Stopwatch.GetTimestamp();
        DatabaseObservation seen;
        await using (var admin = NpgsqlDataSource.Create(login))
        {
            await using var observer = await DatabaseObserver.StartAsync(admin, null, Stop);
            await Task.Delay(TimeSpan.FromSeconds(2), Stop);
            seen = await observer.FinishAsync([], Stop);
        }

        var most = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds / 0.95) + 1;
        // A session that has ended has told what was refused to it.
        await UntilAloneAsync(database);
        Assert.Empty(seen.Samples);
        var unread = Assert.Single(seen.Notes, note => note.StartsWith("No counters of the server: ", StringComparison.Ordinal));
        Assert.Contains("pg_current_wal_insert_lsn", unread, StringComparison.Ordinal);
        Assert.Single(seen.Notes, note => note.StartsWith("Sessions of other logins are not counted: ", StringComparison.Ordinal));
        Assert.Equal(2, seen.Notes.Count);
        Assert.InRange(await database.Owner.AskAsync<long>(
            "select xact_rollback from pg_stat_database where datname = current_database()"), 1, most);
    }

    [Theory]
    [InlineData("public")]
    [InlineData("an extension's")]
    public async Task Statements_are_counted_in_whatever_schema_the_extension_is(string schema)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            $"""create schema if not exists "{schema}"; create extension pg_stat_statements schema "{schema}" """);
        await database.Owner.ExecuteAsync("select 1 as counted_here");
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);

        var counted = await StatementCounters.ReadAsync(connection, Stop);

        Assert.Contains(counted.Statements.Values, statement => statement.Text.Contains("counted_here", StringComparison.Ordinal));
        Assert.Equal("\"$user\", public", await database.Owner.AskAsync<string>("show search_path"));
    }

    [Fact]
    public async Task Counters_that_a_monitoring_tool_reset_are_known_to_be_reset()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create extension pg_stat_statements");
        await database.Owner.ExecuteAsync("select 1 as counted_before");
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var before = await StatementCounters.ReadAsync(connection, Stop);
        // Those of this database alone: other tests count theirs.
        await database.Owner.ExecuteAsync(
            "select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)");

        var after = await StatementCounters.ReadAsync(connection, Stop);

        Assert.NotNull(before.ResetAt);
        Assert.False(before.WereReset(before));
        // What others call may push statements out meanwhile.
        Assert.True((after with { Dropped = before.Dropped, ResetAt = before.ResetAt }).WereReset(before));
    }

    private static async Task UntilAloneAsync(TestDatabase database)
    {
        while (await database.Owner.AskAsync<bool>(
            """
            select exists (select from pg_stat_activity
                where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid())
            """))
            await Task.Delay(10, Stop);
    }

    private static async Task SamplesAsync(DatabaseObserver observer, int count)
    {
        for (; count > 0; count--)
        {
            var before = observer.Latest;
            while (observer.Latest == before) await Task.Delay(10, Stop);
        }
    }
}
