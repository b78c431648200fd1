using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Jobs;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Logins as services and administrators set them up.</summary>
public sealed class LoginTests(PostgresCluster cluster)
{
    private static readonly SeedRequest Request = new(1_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // On a server of its own: the roles are not there yet. The second case is what a migration that failed there leaves from version 16 on.
    [Theory]
    [InlineData("")]
    [InlineData("create role lh_owner nologin; create role lh_app nologin; create role lh_readonly nologin; "
        + "create role lh_worker nologin; create role lh_jobs login")]
    public async Task One_that_may_create_roles_migrates_acts_as_them_and_rolls_back(string before)
    {
        await using var server = await OwnServer.StartAsync(("fsync", "off"));
        await using (var superuser = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await superuser.ExecuteAsync("create role service login createrole password 'plain'", Stop);
            await superuser.ExecuteAsync("create database crm owner service", Stop);
        }

        await using var service = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionStringTo("crm"))
        {
            Username = "service",
            Password = "plain",
        }.ConnectionString);
        if (before.Length > 0) await service.ExecuteAsync(before, Stop);

        await new Migrator(service).BuildAsync(SilentProgress.Instance, Stop);

        foreach (var role in (string[])["lh_owner", "lh_app", "lh_readonly", "lh_worker", "lh_jobs"])
            Assert.Equal(role, await service.ScalarAsync<string>(
                $"select set_config('role', '{role}', false) from (select count(*) from pg_class) c", Stop));
        await using (var jobs = await JobSession.OpenAsync(service, Stop))
            Assert.Equal("lh_jobs", await jobs.AskAsync("select current_user || left($1 || $2, 0)", "", "", 30, Stop));
        await new Migrator(service).DownAsync(SilentProgress.Instance, Stop);
    }

    /// <summary>Each extension takes longer to make, and each workspace to insert, than the login's statements may take.</summary>
    [Fact]
    public async Task One_whose_statements_have_a_time_limit_migrates_and_seeds()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(
            """
            create schema slow;
            create function slow.ddl() returns event_trigger language plpgsql as 'begin perform pg_sleep(1.5); end';
            create event trigger slow_extensions on ddl_command_start when tag in ('CREATE EXTENSION') execute function slow.ddl();
            create function slow.rows() returns trigger language plpgsql as 'begin perform pg_sleep(1.5); return null; end'
            """, Stop);
        await using var limited = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = "-c statement_timeout=1s",
        }.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => limited.ExecuteAsync("select pg_sleep(1.5)", Stop));
        Assert.Equal(PostgresErrorCodes.QueryCanceled, refusal.SqlState);

        await new Migrator(limited).BuildAsync(SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync(
            "create trigger slow_rows after insert on workspaces execute function slow.rows()", Stop);
        var manifest = await new Seeder(limited).SeedAsync(Request, SilentProgress.Instance, Stop);

        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        // The limits are those of the sessions for long work alone.
        Assert.Equal("1s", await limited.ScalarAsync<string>("select current_setting('statement_timeout')", Stop));
    }
}
