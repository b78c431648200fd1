using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

public sealed class MigratorTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_up_changes_nothing()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var before = await SchemaDump.OfAsync(cluster, database, Stop);
        var steps = 0;
        await new Migrator(database.Owner) { StepExecuted = _ => Task.FromResult(steps++) }.UpAsync(SilentProgress.Instance, Stop);
        Assert.Equal(0, steps);
        Assert.Equal(before, await SchemaDump.OfAsync(cluster, database, Stop));
    }

    [Theory]
    [InlineData("update leads set email = long.text", "leads")]
    [InlineData("update leads set source = long.text", "leads")]
    [InlineData("update leads set tags = array['vip', long.text]", "leads")]
    [InlineData("update email_sends set provider_id = long.text", "email_sends")]
    [InlineData("update lead_activities set activity_type = long.text", "lead_activities")]
    public async Task One_text_that_no_index_can_hold_stops_a_migration_before_it_changed_anything(string write, string table)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await ExecuteAsync(database,
            $"""
            insert into workspaces (id, name) values (1, 'one');
            insert into leads (id, workspace_id, email) values (1, 1, 'a@x.io');
            insert into campaigns (id, workspace_id, name, subject) values (1, 1, 'c', 's');
            insert into email_sends (workspace_id, campaign_id, lead_id, email) values (1, 1, 1, 'a@x.io');
            insert into lead_activities (workspace_id, lead_id, activity_type) values (1, 1, 'x');
            {write} from (select string_agg(md5(g::text), '') as text from generate_series(1, 70) as g) as long
            """);
        var done = new List<string>();
        var migrator = new Migrator(database.Owner) { StepExecuted = step => { done.Add(step.ToString()!); return Task.CompletedTask; } };
        var fault = await Assert.ThrowsAsync<HarnessException>(() => migrator.UpAsync(SilentProgress.Instance, Stop));
        Assert.Contains($"1 rows of {table} have a text that is too long for an index", fault.Message, StringComparison.Ordinal);
        Assert.True(done.Count <= 1, string.Join(", ", done));
    }

    [Fact]
    public async Task Two_migrators_at_once_apply_each_step_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var steps = 0;
        Task RunAsync() => Task.Run(
            () => new Migrator(database.Owner)
            {
                StepExecuted = _ => Task.FromResult(Interlocked.Increment(ref steps)),
            }.UpAsync(SilentProgress.Instance, Stop), Stop);

        await Task.WhenAll(RunAsync(), RunAsync());

        Assert.Equal(MigrationFiles.Read().Migrations.Sum(m => m.Up.Count), steps);
    }

    [Fact]
    public async Task A_file_changed_after_it_ran_is_refused_by_name()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await ExecuteAsync(database, "update loadharness.journal set checksum = 'other' where step = '03_leads/tags_index'");
        var fault = await Assert.ThrowsAsync<HarnessException>(() => new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop));
        Assert.Contains("03_leads/tags_index", fault.Message, StringComparison.Ordinal);
        Assert.Contains("009_database_optimization_2mm_contacts/03_leads/tags_index", (await new Migrator(database.Owner).StatusAsync(Stop))
            .Changed);
    }

    [Fact]
    public async Task An_invalid_index_left_by_a_failed_build_is_found_and_rebuilt()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await ExecuteAsync(database, "update pg_index set indisvalid = false where indexrelid = 'leads_workspace_tags_idx'::regclass");
        var migrator = new Migrator(database.Owner);
        Assert.Equal(["public.leads_workspace_tags_idx"], (await migrator.StatusAsync(Stop)).InvalidIndexes);

        await migrator.UpAsync(SilentProgress.Instance, Stop);

        Assert.Empty((await migrator.StatusAsync(Stop)).InvalidIndexes);
    }

    [Theory]
    [InlineData("create index concurrently campaigns_more on campaigns (subject)")]
    [InlineData("reindex table concurrently campaigns")]
    public async Task What_another_session_builds_is_no_leftover(string build)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await holder.BeginTransactionAsync(Stop);
        await using (var command = new NpgsqlCommand("lock table campaigns in row exclusive mode", holder, transaction))
            await command.ExecuteNonQueryAsync(Stop);
        var building = ExecuteAsync(database, build);
        await OpenTransaction.UntilOneWaitsAsync(database, building);

        Assert.True(await database.Owner.AskAsync<bool>("select exists (select from pg_index where not indisvalid)"));
        // The second is not told what the owner builds.
        foreach (var source in (NpgsqlDataSource[])[database.Owner, database.As("lh_readonly")])
        {
            await using var connection = await source.OpenConnectionAsync(Stop);
            Assert.Empty(await InvalidIndexes.FindAsync(connection, MigrationFiles.Read(), Stop));
        }

        await transaction.CommitAsync(Stop);
        await building;
    }

    [Fact]
    public async Task Invalid_indexes_that_are_not_the_schemas_own_stay_as_they_are()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await ExecuteAsync(database, "create table orders (x int); insert into orders values (1), (1)");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database, "create unique index concurrently once on orders (x)"));
        // One of somebody's own on a table of the schema: named, and no reason to fail.
        await ExecuteAsync(database, "insert into workspaces (id, name) values (1, 'own'); "
            + "insert into leads (workspace_id, email) values (1, 'a@own.example'), (1, 'b@own.example')");
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
            database, "create unique index concurrently own on leads ((true))"));
        await ExecuteAsync(database, "create index leads_ccnew1 on leads (company); "
            + "alter table campaigns add constraint campaigns_ccnew1 unique (id, subject); "
            + "update pg_index set indisvalid = false where indexrelid in ('leads_ccnew1'::regclass, 'campaigns_ccnew1'::regclass)");
        var told = new Notes();

        for (var again = 0; again < 2; again++) await new Migrator(database.Owner).UpAsync(told, Stop);

        Assert.Equal("campaigns_ccnew1, once, own", await database.Owner.AskAsync<string>(
            "select string_agg(c.relname, ', ' order by c.relname) "
            + "from pg_index i join pg_class c on c.oid = i.indexrelid where not i.indisvalid"));
        Assert.Contains(told.Sentences, sentence => sentence.StartsWith("The index public.own stays invalid", StringComparison.Ordinal));
        Assert.Contains(told.Sentences,
            sentence => sentence.StartsWith("The half-built copy public.campaigns_ccnew1 stays: ", StringComparison.Ordinal));
        Assert.DoesNotContain(told.Sentences, sentence => sentence.Contains("once", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollback_drops_nothing_of_somebodys_own_with_a_function()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await ExecuteAsync(database, "create schema grafana; create view grafana.sizes as select * from get_table_size_stats()");
        var migrator = new Migrator(database.Owner);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => migrator.DownAsync(SilentProgress.Instance, Stop));

        Assert.Contains("view grafana.sizes", fault.Message, StringComparison.Ordinal);
        Assert.True(await database.Owner.AskAsync<bool>("select count(*) > 0 from grafana.sizes"));
        await ExecuteAsync(database, "drop view grafana.sizes");
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        Assert.False(await database.Owner.AskAsync<bool>("select to_regnamespace('loadharness') is not null"));
    }

    [Fact]
    public async Task An_invalid_index_in_the_way_of_a_resumed_build_is_not_taken_for_the_real_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var stopped = new Migrator(database.Owner)
        {
            StepExecuted = step => step == "03_leads/tags_index" ? throw new TimeoutException() : Task.CompletedTask,
        };
        await Assert.ThrowsAsync<TimeoutException>(() => stopped.UpAsync(SilentProgress.Instance, Stop));
        await ExecuteAsync(database, "update pg_index set indisvalid = false where indexrelid = 'leads_workspace_tags_idx'::regclass");

        await new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop);

        Assert.Empty((await new Migrator(database.Owner).StatusAsync(Stop)).InvalidIndexes);
    }

    [Theory]
    [InlineData("update leads set email = upper(email) where id = 1", "capital letters")]
    [InlineData(
        """
        insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
        select workspace_id, campaign_id, lead_id, email, created_at
        from email_sends limit 1
        """, "exist twice")]
    [InlineData("update email_sends set workspace_id = 1 + workspace_id % 3 where id = 1", "another workspace")]
    public async Task Rows_that_would_not_fit_are_refused_before_anything_changes(string fault, string sentence)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await SampleRows.InsertAsync(database.Owner);
        await ExecuteAsync(database, fault);
        var refusal = await Assert.ThrowsAsync<HarnessException>(() => new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await new Migrator(database.Owner).StatusAsync(Stop)).Migrations[0].StepsDone);
    }

    [Fact]
    public async Task A_table_lock_held_for_seconds_is_waited_out_with_short_attempts()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await holder.BeginTransactionAsync(Stop);
        // Not a select: its snapshot would hold the steps up that build indexes concurrently, which come first.
        await using (var command = new Npgsql.NpgsqlCommand("lock table lead_segments in access share mode", holder, transaction))
            await command.ExecuteNonQueryAsync(Stop);
        var up = new Migrator(database.Owner).UpAsync(SilentProgress.Instance, Stop);
        // It waits, gives up, and waits again.
        foreach (var waits in new[] { true, false, true })
            while (waits != await database.Owner.AskAsync<bool>(
                "select exists (select from pg_locks where relation = 'lead_segments'::regclass and not granted)"))
            {
                if (up.IsCompleted) await up;
                Assert.False(up.IsCompleted);
                await Task.Delay(10, Stop);
            }

        await transaction.CommitAsync(Stop);
        await up;
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
