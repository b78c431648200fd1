using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Jobs;

/// <summary>No lock of a job holds a query for long, and none outlives its step.</summary>
public sealed class MaintenanceLockTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Retiring_and_making_partitions_waits_for_nobody_and_lets_nobody_wait()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 100);
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (workspace_id, name, subject) select id, 'c', 's' from workspaces;
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '48 months')::date);
            """);
        // Somebody else's open transaction: a detachment that waited for it would let everybody wait behind.
        await using var reader = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await reader.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var read = new NpgsqlCommand("select count(*) from email_sends", reader))
            await read.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var job = database.As("lh_jobs").ExecuteAsync("call run_job('maintenance')");
        // What waits behind it would wait until the reader ends, which is after that.
        var gaveUp = false;
        for (var turn = 0; turn < 20 || !gaveUp; turn++)
        {
            await database.Owner.ExecuteAsync(
                """
                set lock_timeout = '60s';
                update leads set updated_at = now() where id = 1;
                select count(*) from email_sends where workspace_id = 1
                """);
            gaveUp |= await database.Owner.AskAsync<bool>(
                """
                select exists (select from pg_stat_activity
                    where datname = current_database() and query like 'call run_job%' and wait_event = 'PgSleep')
                """);
            if (job.IsCompleted) await job;
            Assert.False(job.IsCompleted, "the partition was retired while a transaction had read it");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await job;
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from partitions_to_retire('email_sends', 1095)"));
        Assert.True(await database.Owner.AskAsync<long>(
            "select count(*) from pg_class where relnamespace = 'archive'::regnamespace and relkind = 'r'") >= 3);
        // For so long a query may wait behind an attempt.
        Assert.Equal(["40ms", "40ms"], await database.Owner.ListAsync(
            """
            select split_part(setting, '=', 2)
            from pg_proc cross join unnest(proconfig) as setting
            where proname in ('try_for_lock', 'retire_partition') and setting like 'lock_timeout=%'
            """));
    }

    [Theory]
    [InlineData("call perform_maintenance()")]
    [InlineData("select string_agg(detail, '; ') from perform_maintenance_tasks()")]
    public async Task No_lock_of_maintenance_on_rows_of_tenants_outlives_its_task_and_the_retention_is_only_looked_at(string call)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (workspace_id, name, subject) select id, 'c', 's' from workspaces;
            insert into campaign_metric_deltas (workspace_id, campaign_id, opened) select workspace_id, id, 1 from campaigns;
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '50 months')::date)
            """);
        // It stops the task of statistics. An application would wait for the lock that the task of counters takes on the campaign.
        await using var other = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var held = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("lock table api_keys in share update exclusive mode", other))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var tasks = database.As("lh_worker").AskAsync<string>(call);
        while (!await database.Owner.AskAsync<bool>(
            "select exists (select from pg_locks where relation = 'api_keys'::regclass and not granted)"))
        {
            Assert.False(tasks.IsCompleted);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await database.Owner.ExecuteAsync("set lock_timeout = '5s'; update campaigns set updated_at = now()");
        await held.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Contains("1 partitions to retire", await tasks, StringComparison.Ordinal);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from campaigns where opened_count = 1"));
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => database.As("lh_worker").ExecuteAsync("begin; call perform_maintenance()"));
        Assert.Equal(PostgresErrorCodes.InvalidTransactionTermination, refused.SqlState);
    }

    [Fact]
    public async Task Each_month_is_made_in_a_transaction_of_its_own()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var drops = await database.Owner.ListAsync(
            """
            select format('drop table %s', b.partition) from partition_bounds('email_sends') b
            where b.from_at > now() + interval '20 months'
            """);
        Assert.True(drops.Count >= 3, $"{drops.Count} partitions");
        foreach (var drop in drops) await database.Owner.ExecuteAsync(drop);
        await database.As("lh_jobs").ExecuteAsync("call run_job('create-partitions')");
        Assert.Equal("succeeded", await database.Owner.AskAsync<string>("select outcome from job_runs order by id desc limit 1"));
        // The row of a partition's key is written once, by the transaction that made it.
        Assert.Equal(drops.Count, await database.Owner.AskAsync<long>(
            """
            select count(distinct d.xmin::text) from partition_bounds('email_sends') b
            join pg_constraint c on c.conrelid = b.partition and c.contype = 'p'
            join pg_depend d on d.objid = c.oid
            where b.from_at > now() + interval '20 months'
            """));
    }

    [Fact]
    public async Task A_tenants_stray_dates_make_few_partitions_and_stop_no_job()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 1);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select l.workspace_id, l.id, 'x', t.at
            from leads l, (select '1970-01-15'::timestamptz + g * interval '13 months' from generate_series(1, 40) g
                           union all select now() - g * interval '1 month' from generate_series(30, 100) g
                           union all values ('2199-01-01'::timestamptz)) t (at)
            """);
        var before = await CountAsync(database);
        await database.As("lh_jobs").ExecuteAsync("call run_job('create-partitions')");
        Assert.InRange(await CountAsync(database) - before, 1, 4);
        await database.As("lh_jobs").ExecuteAsync("call run_job('maintenance')");
        Assert.Empty(await database.Owner.ListAsync("select detail from job_runs where outcome <> 'succeeded'"));
    }

    private static Task<long> CountAsync(TestDatabase database) =>
        database.Owner.AskAsync<long>("select count(*) from partition_bounds('lead_activities')");
}
