using LoadHarness.Checks.Health;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Migration;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>
/// A database in which everybody may create in public, as every one from before PostgreSQL 15: no way up to the owner of the schema.
/// </summary>
public sealed class TrustedSchemaTests(PostgresCluster cluster)
{
    // Each succeeded for all roles of the application.
    private static readonly string[] OutsideOfAnyWorkspace =
    [
        "create temp table kept (i int)", "select lo_create(0)", "select lo_creat(-1)", "select lo_from_bytea(0, 'x')",
        "select query from pg_stat_statements", "select query from pg_stat_statements(true)",
        "select pg_advisory_lock(1)", "select pg_try_advisory_lock_shared(1, 2)", "select pg_advisory_xact_lock(1)",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("||(text,bigint)",
        """
        create function public.evil(text, bigint) returns text language sql as 'select $1';
        create operator public.|| (leftarg = text, rightarg = bigint, function = public.evil)
        """)]
    [InlineData("compile_segment(jsonb)", "create function public.compile_segment(jsonb) returns text language sql as 'select ''true'''")]
    [InlineData("lower(citizen)",
        """
        create type public.citizen as enum ('a');
        create function public.lower(public.citizen) returns text language sql as 'select ''a'''
        """)]
    public async Task What_a_stranger_left_in_public_stops_the_migration_before_its_first_step(string name, string sql)
    {
        await using var database = await OpenToAllAsync();
        await StrangerAsync(database, sql);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop));

        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        Assert.Contains("stranger", fault.Message, StringComparison.Ordinal);
        Assert.False(await database.Owner.AskAsync<bool>(
            """
            select to_regclass('lead_imports') is not null
              or exists (select from pg_class where oid = 'leads'::regclass and relrowsecurity)
            """));
    }

    [Fact]
    public async Task The_migration_takes_rights_from_everybody_and_the_rollback_gives_them_back()
    {
        await using var database = await OpenToAllAsync();
        var before = await SchemaDump.OfAsync(cluster, database, Stop);
        var migrator = new Migrator(database.Owner);

        await migrator.UpAsync(SilentProgress.Instance, Stop);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => StrangerAsync(database, "create function public.evil() returns int language sql as 'select 1'"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Empty(await AllowedAsync(database));
        Assert.NotEmpty(await database.Owner.ListAsync("select query from pg_stat_statements limit 1"));
        // A view that is refreshed goes through a temporary table of its owner's.
        await database.As("lh_worker").ExecuteAsync("select refresh_analytics_views()");
        // A copy of the database gives its own rights back, and not those of the one that was migrated.
        Assert.Empty(await database.Owner.ListAsync(
            "select name from loadharness.taken_right where position(current_database() in give_back) > 0"));
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        Assert.Equal(before, await SchemaDump.OfAsync(cluster, database, Stop));
        Assert.Equal(3, await database.Owner.AskAsync<long>(
            """
            select has_database_privilege('public', current_database(), 'temporary')::int
                + has_function_privilege('public', 'lo_create(oid)', 'execute')::int
                + (to_regclass('pg_stat_statements') is null or has_table_privilege('public', 'pg_stat_statements', 'select'))::int::bigint
            """));
        await StrangerAsync(database, "create function public.harmless() returns int language sql as 'select 1'");
    }

    [Fact]
    public async Task A_right_given_later_and_what_came_by_it_are_found_by_health_and_stop_the_next_migration()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await FaultFinding.AssertGoneAsync(database.Owner, "trusted-schemas", "PUBLIC");
        await database.Owner.ExecuteAsync("grant create on schema public to public");
        await FaultFinding.FindAsync(database.Owner, "trusted-schemas", HealthStatus.Red, "PUBLIC");
        await StrangerAsync(database, "create function public.compile_segment(jsonb) returns text language sql as 'select ''true'''");
        await FaultFinding.FindAsync(database.Owner, "trusted-schemas", HealthStatus.Red, "routine compile_segment(jsonb) of stranger");
        await Assert.ThrowsAsync<HarnessException>(() => new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop));
        Assert.False(await database.Owner.AskAsync<bool>("select has_schema_privilege('stranger', 'public', 'create')"));
    }

    [Fact]
    public async Task Every_function_looks_names_up_in_pg_catalog_first_and_no_definer_function_is_a_superusers()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select p.oid::regprocedure || ' ' || coalesce(array_to_string(p.proconfig, ' '), '')
            from pg_proc p
            where p.pronamespace in ('public'::regnamespace, 'loadharness'::regnamespace) and p.prosecdef
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
              and not exists (select from unnest(p.proconfig) c where c ~ '^search_path=("?pg_catalog"?)(, "?public"?)?, "?pg_temp"?$')
            """));
        Assert.Empty(await database.Owner.ListAsync(
            """
            select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner
            where p.prosecdef and r.rolsuper and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
            """));
    }

    // A session may have it off: a backslash in a text of a function's body would then escape what follows.
    [Fact]
    public async Task Every_function_with_a_backslash_says_what_it_means()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select p.oid::regprocedure::text
            from pg_proc p
            join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
            where p.pronamespace = 'public'::regnamespace and p.prosqlbody is null and strpos(p.prosrc, chr(92)) > 0
              and not coalesce(p.proconfig, '{}') @> '{standard_conforming_strings=on}'
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
            """));
    }

    private static async Task<string[]> AllowedAsync(TestDatabase database)
    {
        var allowed = new List<string>();
        foreach (var role in (string[])["lh_app", "lh_readonly", "lh_worker"])
        {
            foreach (var sql in OutsideOfAnyWorkspace)
            {
                var fault = await Record.ExceptionAsync(() => database.As(role).ExecuteAsync(sql));
                if (fault is not PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
                    allowed.Add($"{role}: {sql}: {fault?.Message}");
            }
        }

        return [.. allowed];
    }

    private async Task<TestDatabase> OpenToAllAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync("grant create on schema public to public");
        return database;
    }

    private static async Task StrangerAsync(TestDatabase database, string sql)
    {
        await database.Owner.ExecuteAsync(
            "do $$ begin create role stranger nologin; exception when duplicate_object or unique_violation then null; end $$");
        await database.As("stranger").ExecuteAsync(sql);
    }
}
