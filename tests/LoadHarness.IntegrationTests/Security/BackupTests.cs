using CliWrap;
using CliWrap.Buffered;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Migration;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>A dump by the role that the guide names brings every row and policy back.</summary>
public sealed class BackupTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dump_by_a_role_that_bypasses_row_security_brings_every_row_and_policy_back()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var restored = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await SampleRows.InsertAsync(database.Owner);
        await database.Owner.ExecuteAsync(
            """
            do $$ begin create role crm_backup login bypassrls password 'backup' in role pg_read_all_data;
            exception when duplicate_object then null;
            end $$
            """);
        var file = Path.Combine(Path.GetTempPath(), $"backup-{Guid.NewGuid():N}.dump");
        try
        {
            await RunAsync("pg_dump", database, "crm_backup", "backup", "--format=custom", $"--file={file}");
            await RunAsync("pg_restore", restored, "postgres", null, "--exit-on-error", file);
        }
        finally
        {
            File.Delete(file);
        }

        foreach (var table in await database.Owner.ListAsync(
            """
            select c.oid::regclass::text from pg_class c
            where relkind in ('r', 'p') and not relispartition and relnamespace in ('public'::regnamespace, 'archive'::regnamespace)
            order by 1
            """))
            Assert.Equal($"{table} {await ContentsAsync(database, table)}", $"{table} {await ContentsAsync(restored, table)}");
        foreach (var catalog in (string[])
            [
                "select concat_ws(' ', schemaname, tablename, policyname, roles, cmd, qual, with_check) from pg_policies order by 1",
                """
                select concat_ws(' ', oid::regclass, relowner::regrole, relrowsecurity, relforcerowsecurity,
                    (select string_agg(a::text, ' ' order by a::text) from unnest(coalesce(relacl, acldefault('r', relowner))) a))
                from pg_class
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm')
                order by 1
                """,
                """
                select pg_get_indexdef(indexrelid)
                from pg_index i
                join pg_class c on c.oid = indrelid
                where relnamespace = 'public'::regnamespace
                order by 1
                """,
                "select translate(pg_get_triggerdef(oid), '()', '') from pg_trigger where not tgisinternal order by 1",
            ])
            Assert.Equal(await database.Owner.ListAsync(catalog), await restored.Owner.ListAsync(catalog));
    }

    private static Task<string> ContentsAsync(TestDatabase database, string table) =>
        database.Owner.AskAsync<string>($"select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from {table} t");

    private async Task RunAsync(string program, TestDatabase database, string user, string? password, params string[] arguments)
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var result = await CliWrap.Cli.Wrap(cluster.Server.Binaries.PathOf(program))
            .WithArguments(["--host", server.Host!, "--port", $"{server.Port}", "--username", user, "--dbname", server.Database!,
                .. arguments])
            .WithEnvironmentVariables(variables => variables.Set("PGPASSWORD", password ?? server.Password))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Stop);
        Assert.True(result.ExitCode == 0, result.StandardError);
    }
}
