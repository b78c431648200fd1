using System.Text.RegularExpressions;
using LoadHarness.Comparing.Ledger;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>Rules that every table, view and step keeps, also the ones that are added later.</summary>
public sealed partial class SchemaRuleTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Every_key_of_a_tenants_table_begins_with_the_workspace()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select i.indexrelid::regclass
            from pg_index i
            join pg_class c on c.oid = i.indrelid and c.relnamespace = 'public'::regnamespace
            join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'workspace_id'
            -- A view's columns are never marked not null.
            where i.indisunique and i.indkey[0] <> a.attnum and (a.attnotnull or c.relkind = 'm')
            """));
    }

    [Fact]
    public async Task What_refers_to_a_lead_is_found_by_an_index_when_the_lead_is_deleted()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select k.conrelid::regclass || '.' || k.conname
            from pg_constraint k
            where k.contype = 'f' and k.confrelid = 'leads'::regclass
              and not exists (
                  select from pg_index i
                  where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
                    and i.indkey[0] = k.conkey[1] and i.indkey[1] = k.conkey[2])
            """));
    }

    /// <summary>A reason of an index that was dropped hides that of the one which came after it.</summary>
    [Fact]
    public async Task Each_reason_of_an_index_is_of_one_that_the_schema_has()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var reasons = IndexReasons.Read(IndexReasons.DefaultFile).Select(reason => reason.Index);
        Assert.Empty(reasons.Except(await database.Owner.ListAsync("select indexname from pg_indexes where schemaname = 'public'")));
    }

    [Fact]
    public async Task Indexes_whose_entries_arrive_in_no_order_have_room_for_them()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Equal(["leads_workspace_id_email_key {fillfactor=70}", "leads_workspace_status_email_idx {fillfactor=70}"],
            await database.Owner.ListAsync(
            """
            select concat_ws(' ', c.relname, c.reloptions)
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            join pg_am m on m.oid = c.relam and m.amname = 'btree'
            join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'email' and a.attnum = any (i.indkey)
            where i.indrelid = 'leads'::regclass
            order by 1
            """));
    }

    [Fact]
    public async Task Every_policy_compares_the_workspace_with_that_of_the_transaction_and_every_view_is_its_callers()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select tablename || '.' || policyname
            from pg_policies
            where schemaname = 'public'
              and permissive = 'PERMISSIVE'
              and (qual !~ '^\((workspace_)?id = tenant_workspace\(\)\)$' or coalesce(with_check, qual) <> qual)
            """));
        Assert.Empty(await database.Owner.ListAsync(
            """
            select oid::regclass from pg_class c
            where relkind = 'v'
              and relnamespace = 'public'::regnamespace
              and not coalesce(reloptions::text, '') like '%security_invoker=true%'
              and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
            """));
    }

    [Fact]
    public async Task No_function_that_catches_an_error_says_that_it_may_run_in_parallel()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select oid::regprocedure from pg_proc
            where pronamespace = 'public'::regnamespace and proparallel <> 'u' and prosrc ~ '\n *exception *(\n *)?when '
            """));
    }

    [Fact]
    public async Task Rows_that_the_application_writes_lie_in_their_months_partition()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 10);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [],
            TestContext.Current.CancellationToken);
        Assert.Equal(10, await database.Owner.AskAsync<long>(
            """
            select count(*) from email_sends s
            join partition_bounds('email_sends') b on b.partition = s.tableoid
            where not b.is_default and s.created_at >= b.from_at and s.created_at < b.to_at
            """));
    }

    [Fact]
    public void Every_step_that_cannot_run_in_a_transaction_is_marked_so()
    {
        var steps = Directory.EnumerateFiles(
            Path.Combine(AppContext.BaseDirectory, "sql", "migrations"), "*.sql", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadAllText(file).Split("-- step:").Skip(1),
                (file, step) => (Name: $"{Path.GetFileName(file)}: {step.Split('\n')[0].Trim()}", Text: step))
            .Where(step => OutsideTransactions().IsMatch(step.Text)).ToList();
        Assert.True(steps.Count > 10, $"{steps.Count} steps");
        Assert.Empty(steps.Where(step => !step.Text.Contains("-- no-transaction", StringComparison.Ordinal)).Select(step => step.Name));
    }

    [Fact]
    public void Every_file_of_SQL_is_of_one_thing_and_fits_the_screen()
    {
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sql"), "*.sql", SearchOption.AllDirectories)
            // A step's text is part of its checksum: those of an older migration stay as they ran.
            .Where(file => !file.Contains("009_database_optimization", StringComparison.Ordinal))
            .Select(file => (Name: Path.GetFileName(file), Lines: File.ReadAllLines(file))).ToList();
        Assert.True(files.Count > 40, $"{files.Count} files");
        Assert.Empty(files.Where(file => file.Lines.Length > 300).Select(file => $"{file.Name}: {file.Lines.Length} lines"));
        Assert.Empty(files.SelectMany(file => file.Lines.Select((line, i) => (line, Place: $"{file.Name}:{i + 1}")))
            .Where(line => line.line.Length > 140).Select(line => line.Place));
    }

    [GeneratedRegex(@"^\s*((create|drop|reindex)\b[^;]*\bindex\s+concurrently|alter table[^;]*detach partition[^;]*concurrently|vacuum\b)",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex OutsideTransactions();
}
