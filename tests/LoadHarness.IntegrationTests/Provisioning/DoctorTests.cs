using LoadHarness.Checks.Diagnosis;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Provisioning;

public sealed class DoctorTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_without_durability_or_statistics_is_called_out_with_the_remedy()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using (var fill = database.Owner.CreateCommand(
            "create table t with (autovacuum_enabled = off) as select generate_series(1, 5000) as n; alter role postgres in database "
                + new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString).Database + " set synchronous_commit = off"))
            await fill.ExecuteNonQueryAsync(Stop);
        Npgsql.NpgsqlConnection.ClearAllPools();
        // A session hands its counts over when it ends.
        while (!await database.Owner.AskAsync<bool>("select n_live_tup > 0 from pg_stat_user_tables where relname = 't'"))
            await Task.Delay(20, Stop);

        var verdicts = await Doctor.ExamineAsync(
            new DatabaseTarget.Given(database.ConnectionString), 1_000, SilentProgress.Instance, Stop);
        Assert.Equal(VerdictKind.Missed, KindOf(verdicts, "synchronous_commit"));
        Assert.Equal(VerdictKind.Missed, KindOf(verdicts, "fsync"));
        Assert.Equal(VerdictKind.Met, KindOf(verdicts, "full_page_writes"));
        Assert.Equal(VerdictKind.Missed, KindOf(verdicts, "analyze"));
        Assert.Contains("analyze;", verdicts.Single(verdict => verdict.Id == "analyze").Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scale_that_the_disk_cannot_hold_is_missed()
    {
        Assert.NotNull(cluster.Server);
        var verdicts = await Doctor.ExamineAsync(new DatabaseTarget.Native(), 1_000_000_000_000, SilentProgress.Instance, Stop);
        Assert.Equal(VerdictKind.Missed, KindOf(verdicts, "disk"));
    }

    [Fact]
    public async Task Disk_and_memory_of_a_given_server_are_not_those_of_this_machine()
    {
        var verdicts = await Doctor.ExamineAsync(
            new DatabaseTarget.Given("Host=127.0.0.1;Port=1;Password=secret"), 1_000_000_000_000, SilentProgress.Instance, Stop);
        Assert.Equal(VerdictKind.Unavailable, KindOf(verdicts, "disk"));
        Assert.Equal(VerdictKind.Unavailable, KindOf(verdicts, "memory"));
        Assert.Equal(VerdictKind.Missed, KindOf(verdicts, "database"));
        Assert.DoesNotContain(verdicts, verdict => verdict.Evidence.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_a_server_that_runs_here_has_this_machines_disk_and_memory()
    {
        const string noEngine = "no engine answers.";
        Assert.Null(MachineChecks.Elsewhere(new DatabaseTarget.Native(), engineFault: null));
        Assert.Null(MachineChecks.Elsewhere(new DatabaseTarget.Auto(), noEngine));
        Assert.NotNull(MachineChecks.Elsewhere(new DatabaseTarget.Auto(), engineFault: null));
        Assert.NotNull(MachineChecks.Elsewhere(new DatabaseTarget.Container(), noEngine));
        Assert.NotNull(MachineChecks.Elsewhere(new DatabaseTarget.Given("Host=db"), noEngine));
    }

    [Fact]
    public async Task What_several_generators_and_several_servers_need_is_named()
    {
        Assert.NotNull(cluster.Server);
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var verdicts = await Doctor.ExamineAsync(
            new DatabaseTarget.Given(database.ConnectionString), 1_000, SilentProgress.Instance, Stop);
        Assert.Contains("nats-server", verdicts.Single(verdict => verdict.Id == "broker").Evidence, StringComparison.Ordinal);
        // The image is the one that CI runs.
        var image = File.ReadLines(Repository.File(".github", "workflows", "ci.yml"))
            .First(line => line.Contains("image: citusdata/", StringComparison.Ordinal)).Split("image: ")[1].Trim();
        Assert.Contains(image, verdicts.Single(verdict => verdict.Id == "citus").Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UTF8", "C", "lc_ctype C:")]
    [InlineData("UTF8", "C.UTF-8", null)]
    [InlineData("LATIN1", "C", "the encoding LATIN1:")]
    [InlineData("EUC_JP", "C", "the encoding EUC_JP:")]
    public async Task A_database_that_knows_ASCII_letters_only_is_named_with_what_fails(string encoding, string letters, string? fault)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var name = $"letters_{Guid.NewGuid():N}";
        await database.Owner.ExecuteAsync(
            $"create database {name} template template0 encoding '{encoding}' lc_collate 'C' lc_ctype '{letters}'");
        try
        {
            var given = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = name, Pooling = false };
            await using var connection = new Npgsql.NpgsqlConnection(given.ConnectionString);
            await connection.OpenAsync(Stop);
            var told = await DatabaseChecks.LettersAsync(connection, Stop);
            Assert.Equal(fault is null ? VerdictKind.Met : VerdictKind.Unavailable, told.Kind);
            Assert.Contains(fault ?? "lower() knows them", told.Evidence, StringComparison.Ordinal);
        }
        finally
        {
            await database.Owner.ExecuteAsync($"drop database {name} with (force)");
        }
    }

    [Theory]
    [InlineData("on", VerdictKind.Met)]
    [InlineData("off", VerdictKind.Unavailable)]
    public void Small_pages_are_told_with_what_allows_huge_ones(string status, VerdictKind kind)
    {
        var told = Assert.Single(DatabaseChecks.HugePages(ServerWith(new() { ["huge_pages_status"] = status })));
        Assert.Equal(kind, told.Kind);
        Assert.Equal(kind == VerdictKind.Unavailable,
            told.Evidence.Contains("sysctl vm.nr_overcommit_hugepages", StringComparison.Ordinal));
        Assert.Empty(DatabaseChecks.HugePages(ServerWith([])));
    }

    [Theory]
    [InlineData("ext4", VerdictKind.Met)]
    [InlineData("tmpfs", VerdictKind.Missed)]
    [InlineData("ramfs", VerdictKind.Missed)]
    public void A_private_servers_data_in_memory_is_missed_with_the_way_out(string fileSystem, VerdictKind kind)
    {
        var told = Assert.Single(DatabaseChecks.Storage(ServerWith([]) with { FileSystem = fileSystem }));
        Assert.Equal(kind, told.Kind);
        Assert.Equal(kind == VerdictKind.Missed, told.Evidence.Contains("Set TMPDIR", StringComparison.Ordinal));
        Assert.Empty(DatabaseChecks.Storage(ServerWith([])));
    }

    private static ServerEnvironment ServerWith(Dictionary<string, string> settings) =>
        new(ServerKind.Native, "host:1", "15", settings, []);

    private static VerdictKind KindOf(IReadOnlyList<Verdict> verdicts, string id) => verdicts.Single(verdict => verdict.Id == id).Kind;
}
