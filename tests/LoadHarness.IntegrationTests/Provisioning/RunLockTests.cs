using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.IntegrationTests.Provisioning;

/// <summary>One run at a time on a given database.</summary>
public sealed class RunLockTests(PostgresCluster cluster)
{
    private const string Locks =
        """
        select count(*) from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Another_run_is_refused_until_the_first_has_ended_and_its_force_deletes_nothing()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await given.Owner.AddWorkspaceAsync(leads: 500);
        var forced = Request(given.ConnectionString) with { DeletesRows = true, DeletesForeignRows = true };
        await using (await Provisioner.ProvisionAsync(forced, SilentProgress.Instance, Stop))
        {
            Assert.Equal(1, await given.Owner.AskAsync<long>(Locks));
            var refusal = await Assert.ThrowsAsync<HarnessException>(
                () => Provisioner.ProvisionAsync(forced, SilentProgress.Instance, Stop));

            Assert.Equal(ExitCode.Fault, refusal.ExitCode);
            Assert.StartsWith("Another run measures on this database", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("pg_terminate_backend(", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(500, await given.Owner.AskAsync<long>("select count(*) from leads"));
            // Who only looks is let in.
            await using var looked = await Provisioner.ProvisionAsync(
                forced with { Exclusive = false, DeletesRows = false }, SilentProgress.Instance, Stop);
        }

        await using var next = await Provisioner.ProvisionAsync(forced, SilentProgress.Instance, Stop);
    }

    [Fact]
    public async Task A_session_of_another_program_that_holds_it_is_named()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var other = await given.Owner.OpenConnectionAsync(Stop);
        await using (var hold = new NpgsqlCommand($"select pg_advisory_lock({RunLock.Key})", other)) await hold.ExecuteNonQueryAsync(Stop);

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => Provisioner.ProvisionAsync(Request(given.ConnectionString), SilentProgress.Instance, Stop));

        Assert.Contains($"pg_terminate_backend({other.ProcessID})", refusal.Message, StringComparison.Ordinal);
    }

    // Both arms of a comparison may be one database.
    [Fact]
    public async Task One_lock_of_a_program_stands_for_a_second_one_of_the_same_database()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var elsewhere = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var first = await RunLock.TakeAsync(new(given.ConnectionString), [], SilentProgress.Instance, Stop);
        Assert.NotNull(first);

        Assert.Null(await RunLock.TakeAsync(new(given.ConnectionString), [first], SilentProgress.Instance, Stop));
        await using var third = await RunLock.TakeAsync(new(elsewhere.ConnectionString), [first], SilentProgress.Instance, Stop);

        Assert.NotNull(third);
    }

    [Fact]
    public async Task Behind_a_transaction_pooler_none_stays_with_the_poolers_sessions_and_one_that_is_held_is_seen()
    {
        Require.Present(PgBouncer.Find() is null ? "pgbouncer is not installed: apt-get install pgbouncer." : null);
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var pooler = await PgBouncer.StartAsync(given.ConnectionString, poolSize: 2, Stop);
        var told = new Notes();

        Assert.Null(await RunLock.TakeAsync(new(pooler.ConnectionString), [], told, Stop));

        Assert.Contains("pooler", Assert.Single(told.Sentences), StringComparison.Ordinal);
        Assert.Equal(0, await given.Owner.AskAsync<long>(Locks));
        await using var direct = await RunLock.TakeAsync(new(given.ConnectionString), [], told, Stop);
        await Assert.ThrowsAsync<HarnessException>(() => RunLock.TakeAsync(new(pooler.ConnectionString), [], told, Stop));
    }

    // The migration takes advisory locks from PUBLIC.
    [Fact]
    public async Task A_login_that_may_not_lock_works_without_and_is_told()
    {
        await using var given = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await given.Owner.ExecuteAsync("create role without_locks login password 'plain'");
        var login = new NpgsqlConnectionStringBuilder(given.ConnectionString)
        {
            Username = "without_locks", Password = "plain", Pooling = false,
        };
        var told = new Notes();

        await using (await Provisioner.ProvisionAsync(Request(login.ConnectionString), told, Stop))
            Assert.Contains(told.Sentences, sentence => sentence.Contains("holds no lock on the database", StringComparison.Ordinal));

        await given.Owner.ExecuteAsync("drop role without_locks");
    }

    private static DatabaseRequest Request(string connectionString) =>
        new(new DatabaseTarget.Given(connectionString), ServerProfile.Checklist, Keep: false, Force: true) { Exclusive = true };
}
