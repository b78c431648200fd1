using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using Npgsql;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>A given server whose login is no superuser, as services hand it out.</summary>
public sealed class ManagedServiceTests : IDisposable
{
    // What the migration's own hint asks an administrator for.
    private const string RolesByAdministrator =
        """
        create role lh_owner nologin;
        create role lh_app nologin;
        create role lh_readonly nologin;
        create role lh_worker nologin;
        create role lh_jobs login;
        grant lh_owner, lh_app, lh_readonly, lh_worker, lh_jobs to service;
        """;

    private readonly TemporaryDirectory _output = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData("createrole", "")]
    [InlineData("nocreaterole", RolesByAdministrator)]
    public async Task A_role_that_is_no_superuser_migrates_seeds_and_runs_and_what_it_may_not_do_is_unavailable(
        string may, string byAdministrator)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
                cancellationToken);
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        foreach (var sql in new[] { $"create role service login createdb {may} password 'plain'", byAdministrator,
            "create database crm owner service" }.Where(sql => sql.Length > 0))
        {
            await using var command = admin.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var login = new NpgsqlConnectionStringBuilder(server.AdminConnectionString)
        {
            Database = "crm",
            Username = "service",
            Password = "plain",
        };
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "2000", "--profile", BuiltProgram.TinyProfile, "--database", login.ConnectionString, "--out",
            _output.Path);

        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        Assert.DoesNotContain("WAL segments", ended.StandardOutput, StringComparison.Ordinal);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), cancellationToken);
        Assert.Null(run.IncompleteReason);
        Assert.All(run.Scenarios, scenario => Assert.Equal(0, scenario.Accounting.Failed));
        Assert.False(run.Server!.Capabilities.Single(capability => capability.Name == ServerCapabilities.Superuser).Available);
        Assert.All(
            run.Checklist.Where(row => row.Id is "EX-1" or "EX-2" or "EX-5" or "MO-1" or "MO-6" or "MA-3"),
            row => Assert.True(row.Kind == VerdictKind.Unavailable, $"{row.Id} is {row.Kind}: {row.Evidence}"));
    }

    [Fact]
    public async Task A_login_that_may_not_use_an_administrators_pg_cron_migrates_and_is_told_the_grant_that_it_needs()
    {
        await using var server = await CronServerAsync();
        await ExecuteAsync(server, "create role service login createrole password 'plain'");
        await ExecuteAsync(server, $"alter database {Database.Name} owner to service");
        var login = Login(server, Database.Name, "service");
        const string grant = "grant usage on schema cron to service;";

        await RequireAsync(0, "", "migrate", login);
        await RequireAsync(5, grant, "jobs", login, "schedule");
        await RequireAsync(1, grant, "rollback", login);
        await ExecuteAsync(server, grant);
        await RequireAsync(0, "GMT, by pg_cron", "jobs", login, "schedule");
        await RequireAsync(0, "The base schema is back", "rollback", login);

        Assert.Equal(0L, await AskAsync(server, "select count(*) from cron.job"));
    }

    [Fact]
    public async Task Rollback_takes_the_jobs_of_a_database_from_the_pg_cron_of_another()
    {
        await using var server = await CronServerAsync();
        await ExecuteAsync(server, "create database crm");
        var login = Login(server, "crm");

        await RequireAsync(0, "", "migrate", login);
        await RequireAsync(0, $"GMT, by pg_cron in {Database.Name}", "jobs", login, "schedule");
        Assert.Equal(8L, await AskAsync(server, "select count(*) from cron.job where database = 'crm'"));
        await RequireAsync(0, "8 jobs were taken back", "rollback", login);

        Assert.Equal(0L, await AskAsync(server, "select count(*) from cron.job"));
    }

    // pg_cron lives in the database that the server is made with.
    private static async Task<Database> CronServerAsync()
    {
        var server = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance, Stop);
        try
        {
            var cron = server.Server.Capabilities.Single(capability => capability.Name == "pg_cron");
            Require.Present(cron.Available ? null : cron.Remedy);
            await ExecuteAsync(server, "create extension if not exists pg_cron");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static string Login(Database server, string database, string? role = null)
    {
        var login = new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Database = database };
        if (role is not null) (login.Username, login.Password) = (role, "plain");
        return login.ConnectionString;
    }

    /// <summary>Runs a verb on the login's database, and requires how it ends and what it says.</summary>
    private static async Task RequireAsync(int exitCode, string said, string verb, string login, params string[] arguments)
    {
        var ended = await BuiltProgram.RunAsync([verb, .. arguments, "--database", login]);
        Assert.True(ended.ExitCode == exitCode, $"{verb}: {ended.ExitCode} {ended.StandardOutput} {ended.StandardError}");
        Assert.Contains(said, ended.StandardOutput + ended.StandardError, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(Database server, string sql)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<object?> AskAsync(Database server, string sql)
    {
        await using var admin = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = admin.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }
}
