using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>Whatever ends a seeding, the same options bring the same rows, indexes and checksum.</summary>
public sealed class InterruptedSeedingTests(PostgresCluster cluster)
{
    private const string HeldByWhoWaits =
        """
        select held.relation::regclass::text
        from pg_locks waiting
        join pg_locks held using (pid, database)
        join pg_class c on c.oid = held.relation and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        where not waiting.granted and waiting.relation = 'email_sends'::regclass
          and held.granted and held.mode in ('AccessExclusiveLock', 'ShareRowExclusiveLock')
        limit 1
        """;

    private static readonly SeedRequest Request = new(4_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1), LeadsPerChunk = 300 };

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SchemaState.Base, "Loading leads", 3)]
    [InlineData(SchemaState.Base, "Loading lead_activities", 9)]
    [InlineData(SchemaState.Base, "Building indexes and constraints", 4)]
    [InlineData(SchemaState.Optimized, "Loading email_sends", 5)]
    [InlineData(SchemaState.Optimized, "Building indexes and constraints", 60)]
    [InlineData(SchemaState.Base, "Vacuuming", 2)]
    public async Task Sessions_that_are_terminated_leave_a_seeding_that_goes_on(SchemaState schema, string stage, int advances)
    {
        await using var database = await cluster.CreateDatabaseAsync(schema);
        var before = await Catalog.ReadAsync(database.Owner);
        var killer = new AtAdvance(stage, advances, () => TerminateOthers(database.ConnectionString));
        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Seeder(database.Owner).SeedAsync(Request, killer, Stop));
        Assert.Contains("goes on where it stopped", fault.Message, StringComparison.Ordinal);
        var restored = await database.Owner.ScalarAsync<bool>(
            "select exists (select 1 from loadharness.seed_time where stage = 'indexes')", Stop);
        Assert.Equal(stage.StartsWith("Building", StringComparison.Ordinal), restored);

        await GoesOnAsync(database.Owner, before);
    }

    [Theory]
    [InlineData("Loading leads", 17)]
    [InlineData("Loading email_sends", 17)]
    [InlineData("Building indexes and constraints", 12)]
    public async Task A_server_that_is_killed_at_a_random_moment_of_a_stage_leaves_a_seeding_that_goes_on(string stage, int advances)
    {
        await using var server = await OwnServerAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        var before = await Catalog.ReadAsync(source);
        var moment = new Random(TestSeed.Draw()).Next(1, advances);
        TestContext.Current.AddAttachment("moment", $"killed at advance {moment} of {stage}");
        var killer = new AtAdvance(stage, moment, () => server.CrashAndRestartAsync(Stop).GetAwaiter().GetResult());
        await Assert.ThrowsAsync<HarnessException>(() => new Seeder(source).SeedAsync(Request, killer, Stop));

        await GoesOnAsync(source, before);
    }

    [Fact]
    public async Task A_cancelled_seeding_goes_on()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var before = await Catalog.ReadAsync(database.Owner);
        using var stop = new CancellationTokenSource();
        var progress = new AtAdvance("Loading email_sends", 2, stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Seeder(database.Owner).SeedAsync(Request, progress, stop.Token));

        await GoesOnAsync(database.Owner, before);
    }

    // No option names the month, so the same options ask for another one from the 1st on.
    [Theory]
    [InlineData("Loading email_sends", 2)]
    [InlineData("Building indexes and constraints", 4)]
    public async Task A_seeding_that_was_begun_in_an_earlier_month_goes_on_with_its_own_and_its_rows_are_used_again(
        string stage, int advances)
    {
        var earlier = Request with { SeededAtMonth = Request.SeededAtMonth.AddMonths(-1) };
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var killer = new AtAdvance(stage, advances, () => TerminateOthers(database.ConnectionString));
        await Assert.ThrowsAsync<HarnessException>(() => new Seeder(database.Owner).SeedAsync(earlier, killer, Stop));

        foreach (var isFirst in new[] { true, false })
        {
            var told = new Notes();
            var manifest = await new Seeder(database.Owner).SeedAsync(Request, told, Stop);
            Assert.Equal((SeedChecksum.Of(earlier), earlier.SeededAtMonth), (manifest.Checksum, manifest.SeededAtMonth));
            Assert.Equal(!isFirst, manifest.Reused);
            Assert.Contains("The newest month of the rows is 2026-09; rows that are begun now end with 2026-10.", told.Sentences);
        }

        var anew = await new Seeder(database.Owner).SeedAsync(Request with { Replace = true }, SilentProgress.Instance, Stop);
        Assert.Equal((SeedChecksum.Of(Request), Request.SeededAtMonth), (anew.Checksum, anew.SeededAtMonth));
    }

    [Fact]
    public async Task A_deadlock_with_another_session_delays_the_seeding_and_no_more()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // The seeding waits first, and looks for a deadlock first: so it is the one that the server ends.
        await database.Owner.ExecuteAsync("do $$ begin execute format('alter database %I set deadlock_timeout = ''3s''', "
            + "current_database()); end $$", Stop);
        NpgsqlConnection.ClearPool(new NpgsqlConnection(database.ConnectionString));
        await using var other = new NpgsqlConnection(database.ConnectionString);
        await other.OpenAsync(Stop);
        await other.ExecuteAsync("set deadlock_timeout = '60s'; begin; select from email_sends limit 1", Stop);

        var seeding = new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        string? held;
        while ((held = await other.ScalarAsync<string>(HeldByWhoWaits, Stop)) is null) await Task.Delay(20, Stop);
        await other.ExecuteAsync($"lock table {held} in row exclusive mode; commit", Stop);

        Assert.Equal(SeedChecksum.Of(Request), (await seeding).Checksum);
    }

    [Fact]
    public async Task A_half_seeded_database_refuses_other_options()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var killer = new AtAdvance("Loading leads", 2, () => TerminateOthers(database.ConnectionString));
        await Assert.ThrowsAsync<HarnessException>(() => new Seeder(database.Owner).SeedAsync(Request, killer, Stop));

        var other = Request with { Contacts = 5_000 };
        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(other, SilentProgress.Instance, Stop));
        Assert.Contains("4000 contacts", refusal.Message, StringComparison.Ordinal);
        var replaced = await new Seeder(database.Owner).SeedAsync(other with { Replace = true }, SilentProgress.Instance, Stop);
        Assert.Equal(SeedChecksum.Of(other), replaced.Checksum);
    }

    // As a program wrote them that named no version of its rows, with another library's words, and one to come.
    [Theory]
    [InlineData("words of Bogus 35.6.5", true)]
    [InlineData("words of Bogus 35.6.5", false)]
    [InlineData("words of Bogus 1.0.0, rows version 1", false)]
    [InlineData("words of Bogus 35.6.5, rows version 999", true)]
    public async Task Rows_of_another_version_of_the_program_are_neither_gone_on_with_nor_used_again(string made, bool isHalf)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        if (isHalf)
        {
            var killer = new AtAdvance("Loading leads", 2, () => TerminateOthers(database.ConnectionString));
            await Assert.ThrowsAsync<HarnessException>(() => new Seeder(database.Owner).SeedAsync(Request, killer, Stop));
        }
        else await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync($"update loadharness.seed_run set identity = regexp_replace(identity, 'words of .*', '{made}')",
            Stop);

        var refusal = await Assert.ThrowsAsync<HarnessException>(
            () => new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop));

        Assert.Contains(made, refusal.Message, StringComparison.Ordinal);
        if (!made.Contains("version", StringComparison.Ordinal))
            Assert.Contains("rows version 1)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"this one makes words of Bogus 35.6.5, rows version {SeedRequest.RowsVersion}", refusal.Message,
            StringComparison.Ordinal);
        Assert.Contains("--force", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await SeedReuse.FindAsync(database.Owner, Request, Stop));
        var again = await new Seeder(database.Owner).SeedAsync(Request with { Replace = true }, SilentProgress.Instance, Stop);
        Assert.Equal((SeedChecksum.Of(Request), false), (again.Checksum, again.Reused));
    }

    [Fact]
    public async Task A_rollback_waits_for_a_seeding_and_keeps_what_it_knows()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var killer = new AtAdvance("Loading leads", 2, () => TerminateOthers(database.ConnectionString));
        await Assert.ThrowsAsync<HarnessException>(() => new Seeder(database.Owner).SeedAsync(Request, killer, Stop));
        var migrator = new Migrator(database.Owner);

        var refusal = await Assert.ThrowsAsync<HarnessException>(() => migrator.DownAsync(SilentProgress.Instance, Stop));
        Assert.Contains("A seeding is half-way", refusal.Message, StringComparison.Ordinal);
        await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        await migrator.UpAsync(SilentProgress.Instance, Stop);

        Assert.True((await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop)).Reused);
    }

    private static async Task GoesOnAsync(NpgsqlDataSource source, List<string> catalog)
    {
        var (loading, indexes, vacuum) = await LengthenAsync(source);
        var manifest = await new Seeder(source).SeedAsync(Request with { LeadsPerChunk = 1_000 }, SilentProgress.Instance, Stop);
        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        Assert.Equal(catalog, await Catalog.ReadAsync(source));
        Assert.InRange(manifest.LoadTime, loading, loading + Hour);
        Assert.InRange(manifest.Tables.Aggregate(TimeSpan.Zero, (sum, table) => sum + table.Duration), loading, manifest.LoadTime);
        Assert.InRange(manifest.IndexTime, indexes, indexes + Hour);
        Assert.InRange(manifest.AnalyzeTime, vacuum, vacuum + Hour);
    }

    /// <summary>Makes recorded times as long as no machine needs, so that they are seen in the sums.</summary>
    /// <returns>What they add to the loading, to the building of indexes and to the vacuum.</returns>
    private static async Task<(TimeSpan Loading, TimeSpan Indexes, TimeSpan Vacuum)> LengthenAsync(NpgsqlDataSource source)
    {
        await source.ExecuteAsync($"update loadharness.seed_chunk set seconds = {Hour.TotalSeconds}; "
            + $"update loadharness.seed_time set seconds = {Hour.TotalSeconds}", Stop);
        return (
            await source.ScalarAsync<long>("select count(*) from loadharness.seed_chunk", Stop) * Hour / Request.Workers,
            await GoesAsync("indexes") * Hour, await GoesAsync("vacuum") * Hour);

        Task<long> GoesAsync(string stage) => source.ScalarAsync<long>(
            "select count(distinct go) from loadharness.seed_time where stage = $1", Stop, stage);
    }

    private static async Task<NativeCluster> OwnServerAsync()
    {
        var server = await OwnServer.StartAsync(("shared_buffers", "64MB"));
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await SchemaTemplates.BuildAsync(source, SchemaState.Base);
        return server;
    }

    private static void TerminateOthers(string connectionString)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(
            """
            select pg_terminate_backend(pid)
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            """, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Does something at the n-th advance of a stage, in the midst of the work.</summary>
    private sealed class AtAdvance(string stage, int count, Action action) : IStageProgress
    {
        private int _left = count;

        public void Note(string sentence)
        {
        }

        public ICountedTask Begin(string name, long? total, string unit) => new CountedAdvance(this, name == stage);

        private sealed class CountedAdvance(AtAdvance owner, bool counts) : ICountedTask
        {
            public void Advance(long done)
            {
                if (counts && Interlocked.Decrement(ref owner._left) == 0)
                    owner.Act();
            }

            public void Dispose()
            {
            }
        }

        private void Act() => action();
    }
}
