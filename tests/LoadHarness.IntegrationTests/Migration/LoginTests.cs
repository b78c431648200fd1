using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Logins as services and administrators set them up.</summary>
public sealed class LoginTests(PostgresCluster cluster)
{
    private static readonly SeedRequest Request = new(1_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
