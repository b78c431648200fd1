using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using Npgsql;

namespace LoadHarness.EndToEndTests.Program;

public sealed class GivenDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_given_database_that_holds_tables_is_refused_and_stays_as_it_is()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await ServerAsync(cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using (var create = admin.CreateCommand(
            "create table precious (id int); insert into precious values (1)")) await create.ExecuteNonQueryAsync(cancellationToken);

        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "5000", "--profile", "smoke", "--database", database.AdminConnectionString, "--out", _output.Path);

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--force", ended.StandardError, StringComparison.Ordinal);
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(database.AdminConnectionString).Password!,
            ended.StandardError + ended.StandardOutput, StringComparison.Ordinal);
        await using var tables = admin.CreateCommand(
            "select string_agg(relname, ',') from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace");
        Assert.Equal("precious", await tables.ExecuteScalarAsync(cancellationToken));
    }

    [Fact]
    public async Task A_profile_that_wants_more_connections_than_the_server_has_is_refused_before_anything_is_made()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await ServerAsync(cancellationToken);

        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "2000", "--profile", BuiltProgram.CrowdProfile, "--database", database.AdminConnectionString, "--out",
            _output.Path);

        Assert.True(ended.ExitCode == 2, ended.StandardOutput + ended.StandardError);
        // A connection for each user and import, two for each campaign, and those beside.
        Assert.Contains("The profile crowd holds 306 connections at once", ended.StandardError, StringComparison.Ordinal);
        // By how much, and which file to copy.
        Assert.Matches(
            @"free: raise max_connections by at least 1\d\d, give --pooler pgbouncer, or lower mixedUsers.* in a copy of .*crowd\.json",
            ended.StandardError);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var tables = admin.CreateCommand("select count(*) from pg_tables where schemaname = 'public'");
        Assert.Equal(0L, await tables.ExecuteScalarAsync(cancellationToken));
    }

    [Fact]
    public async Task A_workload_with_more_users_than_the_server_has_connections_is_refused_before_its_set_up()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await ServerAsync(cancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(_output.Path, "crowd")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "workload.json"), """
            { "name": "crowd", "setUp": "set-up.sql", "scenarios": { "load": { "operations": { "count": 1 },
              "simulations": [ { "kind": "keepConstant", "copies": 300, "during": "2s" } ] } } }
            """, cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "statements.sql"), "-- name: count\nselect count(*) from made;\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "set-up.sql"), "create table made (id int);\n", cancellationToken);

        var ended = await BuiltProgram.RunAsync(
            "--workload", folder, "--database", database.AdminConnectionString, "--out", Path.Combine(_output.Path, "runs"));

        Assert.True(ended.ExitCode == 2, ended.StandardOutput + ended.StandardError);
        Assert.Contains("The workload holds 302 connections at once", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("raise max_connections by at least", ended.StandardError, StringComparison.Ordinal);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var tables = admin.CreateCommand("select count(*) from pg_tables where schemaname = 'public'");
        Assert.Equal(0L, await tables.ExecuteScalarAsync(cancellationToken));
    }

    [Fact]
    public async Task A_run_on_a_seeded_database_that_has_lost_rows_is_invalid_and_counts_what_is_there()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await ServerAsync(cancellationToken);
        string[] given = ["--contacts", "2000", "--database", database.AdminConnectionString];
        Assert.Equal(0, (await BuiltProgram.RunAsync(["seed", .. given])).ExitCode);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        foreach (var (table, lead) in new[] { ("email_sends", "lead_id"), ("lead_activities", "lead_id"), ("leads", "id") })
        {
            await using var delete = admin.CreateCommand($"delete from {table} where workspace_id = 1 and {lead} % 2 = 0");
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        var ended = await BuiltProgram.RunAsync(["run", .. given, "--profile", BuiltProgram.TenSecondProfile, "--out", _output.Path]);

        Assert.True(ended.ExitCode == 5, ended.StandardOutput + ended.StandardError);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), cancellationToken);
        Assert.Contains(run.Invalid, reason => reason.Contains("2,000 rows of leads instead of 3,000", StringComparison.Ordinal));
        Assert.StartsWith("This run holds 1,000 leads.", run.Verdicts.Single(verdict => verdict.Id == "SC-1").Evidence,
            StringComparison.Ordinal);
        Assert.Contains(run.Verdicts.Single(verdict => verdict.Id == "TQ-1").Caveats,
            caveat => caveat.Contains("measured at 1,000 leads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_beside_another_one_on_a_given_database_ends_at_once_and_force_leaves_every_row()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await ServerAsync(cancellationToken);
        string[] given = ["--contacts", "2000", "--database", database.AdminConnectionString];
        Assert.Equal(0, (await BuiltProgram.RunAsync(["seed", .. given])).ExitCode);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var other = await admin.OpenConnectionAsync(cancellationToken);
        await using (var hold = new NpgsqlCommand($"select pg_advisory_lock({RunLock.Key})", other))
            await hold.ExecuteNonQueryAsync(cancellationToken);

        foreach (var arguments in (string[][])[
            ["run", .. given, "--force", "--profile", BuiltProgram.TinyProfile, "--out", _output.Path], ["seed", .. given, "--force"],
            ["migrate", "--measure", "--database", database.AdminConnectionString]])
        {
            var ended = await BuiltProgram.RunAsync(arguments);
            Assert.True(ended.ExitCode == 1, $"{arguments[0]}: {ended.ExitCode} {ended.StandardOutput} {ended.StandardError}");
            Assert.Contains("Another run measures on this database", ended.StandardError, StringComparison.Ordinal);
        }

        await using var leads = admin.CreateCommand("select count(*) from leads");
        Assert.Equal(3_000L, await leads.ExecuteScalarAsync(cancellationToken));
    }

    private static Task<Database> ServerAsync(CancellationToken cancellationToken) => Provisioner.ProvisionAsync(
        new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance, cancellationToken);
}
