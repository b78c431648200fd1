using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>DP-2, QA-5: there and back.</summary>
public sealed class ReversibilityTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Up_down_and_up_again_gives_the_same_schema_and_keeps_every_row()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var columns = await SchemaDump.ColumnsAsync(database.Owner, cancellationToken);
        var migrator = new Migrator(database.Owner);
        var baseSchema = await SchemaDump.OfAsync(cluster, database, cancellationToken);
        var rows = await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken);

        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        var optimized = await SchemaDump.OfAsync(cluster, database, cancellationToken);
        Assert.NotEqual(baseSchema, optimized);
        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));

        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal(baseSchema, await SchemaDump.OfAsync(cluster, database, cancellationToken));
        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));

        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal(optimized, await SchemaDump.OfAsync(cluster, database, cancellationToken));
        Assert.Equal(rows, await SchemaDump.RowsAsync(database.Owner, columns, cancellationToken));
    }

    /// <summary>As health tells people to drop those that their workload does not use.</summary>
    [Fact]
    public async Task A_schema_without_its_indexes_goes_down_and_up_again()
    {
        const string indexes =
            """
            from pg_index x join pg_class c on c.oid = x.indexrelid
            where c.relnamespace = 'public'::regnamespace and not c.relispartition and not x.indisunique
              and not exists (select from pg_constraint k where k.conindid = c.oid)
            """;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var migrator = new Migrator(database.Owner);
        await database.Owner.ExecuteAsync(
            $"do $$ begin execute (select 'drop index ' || string_agg(c.oid::regclass::text, ', ') {indexes}); end $$;");

        await migrator.DownAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        await migrator.UpAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);

        Assert.True(await database.Owner.AskAsync<bool>("select to_regclass('leads_workspace_tags_idx') is not null"));
    }

    [Fact]
    public async Task Identities_go_on_where_they_were_after_a_swap_in_both_directions()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var migrator = new Migrator(database.Owner);

        var before = await NextActivityAsync(database);
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        var after = await NextActivityAsync(database);
        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal([before + 1, before + 2], [after, await NextActivityAsync(database)]);
    }

    [Fact]
    public async Task Counters_that_are_not_folded_yet_survive_the_way_down()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var migrator = new Migrator(database.Owner);
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        await using (var command = database.Owner.CreateCommand(
            """
            insert into campaign_metric_deltas (workspace_id, campaign_id, opened)
            select workspace_id, id, 3
            from campaigns, generate_series(1, 2)
            """))
            await command.ExecuteNonQueryAsync(cancellationToken);

        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);

        await using var count = database.Owner.CreateCommand("select count(*) filter (where opened_count = 6) = count(*) from campaigns");
        Assert.True((bool)(await count.ExecuteScalarAsync(cancellationToken))!);
    }

    [Fact]
    public async Task Rows_that_maintenance_archived_outlive_a_rollback_and_the_next_migration_archives_beside_them()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        var migrator = new Migrator(database.Owner);
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        var all = await SendsAsync(database, "email_sends");
        var archived = await ArchiveOldestAsync(database);
        Assert.NotEmpty(archived);

        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal(all, await SendsAsync(database, "email_sends") + await SendsAsync(database, archived));

        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        Assert.Equal(all, await SendsAsync(database, "email_sends") + await SendsAsync(database, archived));
        // The month is there again, under the name that the archived one bears.
        await database.Owner.ExecuteAsync(
            $"""
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select workspace_id, campaign_id, lead_id, email, created_at
            from {archived}
            """);
        var second = await ArchiveOldestAsync(database);
        Assert.NotEqual(archived, second);
        Assert.Equal(await SendsAsync(database, archived), await SendsAsync(database, second));
    }

    [Fact]
    public async Task An_extension_that_others_use_by_now_stays_and_is_told()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create table own (words text); create index own_words on own using gin (words gin_trgm_ops)");
        var migrator = new Migrator(database.Owner);
        var told = new Notes();

        await migrator.DownAsync(told, cancellationToken);

        Assert.Contains(told.Sentences, sentence => sentence.Contains("The extension pg_trgm stays", StringComparison.Ordinal)
            && sentence.Contains("own_words", StringComparison.Ordinal)
            && sentence.Contains("drop extension pg_trgm;", StringComparison.Ordinal));
        Assert.Equal(["pg_trgm"], await database.Owner.ListAsync(
            "select extname from pg_extension where extname in ('btree_gin', 'btree_gist', 'pg_trgm')"));
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
    }

    [Fact]
    public async Task Pg_partman_stays_with_the_tables_of_others_that_it_keeps()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var there = await database.Owner.AskAsync<bool>("select exists (select from pg_extension where extname = 'pg_partman')");
        Require.Present(there ? null : "pg_partman is not installed: apt-get install postgresql-15-partman.");
        await database.Owner.ExecuteAsync(
            """
            insert into partman.part_config
            select (jsonb_populate_record(c, '{"parent_table": "public.own"}')).*
            from partman.part_config c
            where parent_table = 'public.email_sends'
            """);
        var migrator = new Migrator(database.Owner);
        var told = new Notes();

        await migrator.DownAsync(told, cancellationToken);

        Assert.Contains(told.Sentences, sentence => sentence.Contains("The extension pg_partman stays", StringComparison.Ordinal)
            && sentence.Contains("public.own", StringComparison.Ordinal));
        Assert.Equal(["public.own"], await database.Owner.ListAsync("select parent_table from partman.part_config"));
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
    }

    [Fact]
    public async Task Row_security_of_somebodys_own_table_is_the_same_after_the_way_up_and_down()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (name) values ('one'), ('two');
            create table notes (id bigint primary key, workspace_id bigint not null references workspaces (id), body text not null);
            insert into notes select id, id, name from workspaces;
            alter table notes enable row level security;
            create policy tenant on notes using (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint)
            """);
        var migrator = new Migrator(database.Owner);
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        await database.Owner.ExecuteAsync("grant select on notes to lh_app");
        var before = await SecurityOfNotesAsync(database);
        Assert.StartsWith("true", before, StringComparison.Ordinal);
        Assert.Contains("lh_app", before, StringComparison.Ordinal);
        Assert.Contains("tenant: ", before, StringComparison.Ordinal);

        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);

        Assert.Equal(before, await SecurityOfNotesAsync(database));
        Assert.Equal(2, await SendsAsync(database, "notes"));
    }

    // A team that gives its tables to the schema's owner keeps them there: the role outlives a rollback.
    [Fact]
    public async Task A_table_that_somebody_gave_to_the_schemas_owner_stays_there_with_its_row_security()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync("create table notes (id bigint primary key, workspace_id bigint not null)");
        var migrator = new Migrator(database.Owner);
        await migrator.UpAsync(SilentProgress.Instance, cancellationToken);
        await database.Owner.ExecuteAsync(
            """
            alter table notes owner to lh_owner;
            alter table notes enable row level security;
            alter table notes force row level security;
            create policy tenant on notes using (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint and id > 0)
            """);
        var before = await SecurityOfNotesAsync(database);

        await migrator.DownAsync(SilentProgress.Instance, cancellationToken);

        Assert.Equal(before, await SecurityOfNotesAsync(database));
    }

    private static Task<string> SecurityOfNotesAsync(TestDatabase database) => database.Owner.AskAsync<string>(
        """
        select concat_ws(' ', c.relrowsecurity::text, c.relforcerowsecurity::text, c.relowner::regrole, c.relacl,
            (select string_agg(p.polname || ': ' || pg_get_expr(p.polqual, p.polrelid), ', ') from pg_policy p where p.polrelid = c.oid))
        from pg_class c
        where c.oid = 'public.notes'::regclass
        """);

    // The oldest month that holds sends, as the maintenance retires it.
    private static async Task<string> ArchiveOldestAsync(TestDatabase database)
    {
        // A month with sends that wait is not retired.
        await database.Owner.ExecuteAsync("update email_sends set status = 'sent' where status = 'pending'");
        await using var command = database.Owner.CreateCommand(
            """
            with oldest as (select tableoid::regclass as partition from email_sends order by created_at limit 1)
            select o.partition::oid::bigint from oldest o, lateral retire_partition('email_sends', o.partition, 'archive') r
            """);
        var oid = (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        await using var name = database.Owner.CreateCommand($"select {oid}::oid::regclass::text");
        return (string)(await name.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<long> SendsAsync(TestDatabase database, string table)
    {
        await using var command = database.Owner.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<long> NextActivityAsync(TestDatabase database)
    {
        await using var command = database.Owner.CreateCommand(
            """
            insert into lead_activities (workspace_id, lead_id, activity_type)
            select workspace_id, id, 'note' from leads
            limit 1
            returning id
            """);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
