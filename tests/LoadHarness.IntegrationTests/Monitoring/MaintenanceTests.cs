using System.Text.Json;
using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Monitoring;

public sealed class MaintenanceTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Every_maintenance_task_succeeds()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var outcomes = JsonDocument.Parse(await database.As("lh_worker").AskAsync<string>("call perform_maintenance()")).RootElement;
        Assert.Equal(
            await database.Owner.ListAsync("select name || ' succeeded' from maintenance_tasks()"),
            outcomes.EnumerateArray().Select(o => $"{o.GetProperty("task")} {o.GetProperty("outcome")}"));
        Assert.Empty(await database.As("lh_worker").ListAsync(
            "select task || ' ' || detail from perform_maintenance_tasks() where outcome <> 'succeeded'"));
        Assert.True(await database.Owner.AskAsync<bool>(
            "select last_analyze is not null from pg_stat_user_tables where relname = 'campaigns'"));
    }

    // Only its owner may empty the pending list of an index.
    [Fact]
    public async Task An_index_of_the_teams_own_table_keeps_no_maintenance_task_from_succeeding()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            do $$ begin create role team nologin; exception when duplicate_object or unique_violation then null; end $$;
            create table team_notes (words text[] not null);
            create index team_notes_words_idx on team_notes using gin (words);
            insert into team_notes values ('{a,b}');
            alter table team_notes owner to team;
            """);

        Assert.Empty(await database.As("lh_worker").ListAsync(
            "select task || ' ' || detail from perform_maintenance_tasks() where outcome <> 'succeeded'"));
    }

    [Fact]
    public async Task Cleanup_archives_old_partitions_with_their_rows_whatever_their_names()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 10);
        await database.Owner.ExecuteAsync("insert into campaigns (workspace_id, name, subject) values ($1, 'c', 's')", workspace);
        await database.Owner.ExecuteAsync(
            "select add_month_partitions('email_sends', (now() - interval '14 months')::date, (now() - interval '14 months')::date)");
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select $1, (select max(id) from campaigns), id, email, now() - interval '14 months'
            from leads
            """, workspace);
        var partition = await database.Owner.AskAsync<string>("select tableoid::regclass::text from email_sends limit 1");
        await database.Owner.ExecuteAsync($"alter table {partition} rename to a_name_nobody_derives");

        var archived = await database.Owner.ListAsync("select relation from cleanup_old_email_sends(365)");

        Assert.Contains("a_name_nobody_derives", archived);
        Assert.Equal(10, await database.Owner.AskAsync<long>("select count(*) from archive.a_name_nobody_derives"));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }

    [Fact]
    public async Task Cleanup_keeps_what_is_younger_than_asked()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("select count(*) from cleanup_old_email_sends(31)");
        Assert.True(await database.Owner.AskAsync<bool>(
            """
            select bool_or(not is_default and from_at <= now() - interval '31 days' and to_at > now() - interval '31 days')
            from partition_bounds('email_sends')
            """));
    }

    [Theory]
    [InlineData("select count(*)::text from apply_retention('email_sends', 1095)", "0")]
    [InlineData("select again::text from retire_next_partition()", "true")]
    public async Task A_month_that_gets_sends_while_it_is_about_to_be_retired_stays(string retention, string answer)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync(
            """
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '50 months')::date);
            insert into campaigns (id, workspace_id, name, subject, status, enqueued_at)
            values (5, 1, 'c', 's', 'sent', date_trunc('month', now()) - interval '50 months');
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at, created_at)
            select 1, 5, l.id, l.email, 'sent', now(), c.enqueued_at from leads l, campaigns c order by l.id limit 1
            """);
        Task<string> retiring;
        await using (var session = await OpenTransaction.BeginAsync(app, stop))
        {
            await session.ActAsync("select total_scheduled from bulk_schedule_email_sends(5, 1)");
            retiring = database.Owner.AskAsync<string>(retention);
            await OpenTransaction.UntilOneWaitsAsync(database, retiring);
            Assert.False(retiring.IsCompleted, "the month was retired under a scheduling");
            await session.CommitAsync();
        }

        Assert.Equal(answer, await retiring);
        Assert.Equal("2 pending, 1 sent", await database.Owner.AskAsync<string>(
            """
            select string_agg(concat_ws(' ', n, status), ', ' order by status)
            from (select status, count(*) as n from email_sends group by status) s
            """));
        Assert.Equal("nothing left to retire", await database.Owner.AskAsync<string>("select detail from retire_next_partition()"));
        // Nor is the campaign one whose sends were archived.
        Assert.Equal(0, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], stop));
    }

    [Theory]
    [InlineData("select count(*) from cleanup_old_email_sends(null)")]
    [InlineData("select count(*) from cleanup_old_email_sends(-1)")]
    [InlineData("select count(*) from apply_retention('leads', 365)")]
    [InlineData("select count(*) from apply_retention('email_sends', 365, 'burn')")]
    public async Task Retention_that_makes_no_sense_is_refused_by_name(string sql)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.Owner.AskAsync<long>(sql));
        Assert.Equal("LH004", error.SqlState);
    }

    [Fact]
    public async Task Maintenance_keeps_sizes_settings_and_counters_for_trends()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("call perform_maintenance()");
        Assert.True(await database.Owner.AskAsync<long>("select count(*) from table_size_history where table_name = 'leads'") == 1);
        Assert.True(await database.Owner.AskAsync<long>("select count(*) from setting_history where name = 'max_connections'") == 1);
        Assert.True(await database.Owner.AskAsync<long>("select count(*) from database_snapshots") == 1);
    }

    [Fact]
    public async Task Settings_that_may_hold_a_password_are_not_kept()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // Neither does anything on a server that is no standby.
        await database.Owner.ExecuteAsync("alter system set primary_conninfo = 'host=h password=secret'");
        await database.Owner.ExecuteAsync("alter system set recovery_end_command = 'true secret'");
        try
        {
            await database.Owner.ExecuteAsync("select pg_reload_conf()");
            while (await database.Owner.AskAsync<long>("select count(*) from pg_settings where setting like '%secret'") < 2)
                await Task.Delay(10, TestContext.Current.CancellationToken);
            await database.Owner.ExecuteAsync("select capture_growth()");
        }
        finally
        {
            await database.Owner.ExecuteAsync("alter system reset primary_conninfo");
            await database.Owner.ExecuteAsync("alter system reset recovery_end_command");
            await database.Owner.ExecuteAsync("select pg_reload_conf()");
        }

        Assert.Empty(await database.Owner.ListAsync("select name from setting_history where value like '%secret%'"));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from setting_history where name = 'max_connections'"));
    }

    [Fact]
    public async Task Outcomes_of_jobs_that_run_every_minute_are_kept_for_days_and_not_for_months()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            insert into job_runs (job, runner, outcome, started_at, finished_at)
            select j, 'test', o, now() - days * interval '1 day', now() - days * interval '1 day'
            from unnest(array['send-upkeep', 'start-campaigns', 'maintenance']) j, unnest(array['succeeded', 'failed', 'skipped']) o,
                 unnest(array[1, 3, 10, 20, 100]) days;
            -- This one has had no success since: its last one stays.
            delete from job_runs where job = 'start-campaigns' and outcome = 'succeeded' and started_at > now() - interval '15 days';
            select prune_operations_history()
            """);
        Assert.Equal(
            [
                "maintenance failed 1,3,10,20", "maintenance skipped 1,3,10,20", "maintenance succeeded 1,3,10,20",
                "send-upkeep failed 1,3,10", "send-upkeep skipped 1", "send-upkeep succeeded 1",
                "start-campaigns failed 1,3,10", "start-campaigns skipped 1", "start-campaigns succeeded 20",
            ],
            await database.Owner.ListAsync(
                """
                select job || ' ' || outcome || ' '
                    || string_agg(extract(day from now() - started_at)::int::text, ',' order by started_at desc)
                from job_runs group by job, outcome order by job, outcome
                """));
    }
}
