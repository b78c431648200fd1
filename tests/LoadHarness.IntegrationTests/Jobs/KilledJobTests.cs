using System.Diagnostics;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Jobs;

/// <summary>Jobs whose sessions are killed at any moment: the next runs end where undisturbed ones do.</summary>
public sealed class KilledJobTests(PostgresCluster cluster)
{
    private const int Kills = 4;

    // Each job has something to do: months that are missing, one to archive, stale claims, counts, campaigns and keys that are due.
    private const string Work =
        """
        insert into workspaces (id, name) values (1, 'own'), (2, 'foreign') on conflict do nothing;
        insert into leads (workspace_id, email, status)
        select 1 + g % 2, 'l' || g || '@x.io', case when g % 10 = 0 then 'bounced' else 'active' end from generate_series(1, 2000) g;
        insert into campaigns (workspace_id, id, name, subject) select 1 + g % 2, g, 'c', 's' from generate_series(1, 6) g;
        insert into lead_segments (workspace_id, id, name, conditions)
        select w, w, 's', '{"field":"email","operator":"exists"}' from generate_series(1, 2) w;
        update campaigns set segment_id = workspace_id, status = 'scheduled', scheduled_at = now() - interval '1 hour' where id < 5;
        update campaigns set status = 'sending' where id > 4;
        insert into email_sends (workspace_id, campaign_id, lead_id, email, status, claimed_by, claimed_at, attempts)
        select workspace_id, 5 + (workspace_id = 1)::int, id, email, 'claimed', 'w', now() - interval '1 hour', 1 from leads;
        insert into campaign_metric_deltas (workspace_id, campaign_id, sent) select workspace_id, id, 3 from campaigns;
        insert into api_keys (workspace_id, name, key_hash, expires_at, auto_renew)
        select 1 + g % 2, 'k', sha256(g::text::bytea), now() + case when g < 5 then interval '-1 hour' else interval '1 hour' end, g > 4
        from generate_series(1, 8) g;
        update retention_policies set keep_days = 400 where table_name in ('email_sends', 'lead_activities');
        do $$
        declare
            v_month regclass;
        begin
            for v_month in
                select b.partition from unnest(array['email_sends', 'lead_activities']::regclass[]) t
                cross join lateral partition_bounds(t) b
                where b.from_at > now() + interval '1 year'
            loop
                execute format('drop table %s', v_month);
            end loop;
        end
        $$;
        """;

    private const string End =
        """
        select string_agg(line, e'\n' order by line collate "C")
        from (
            select format('send %s %s %s %s %s', workspace_id, campaign_id, lead_id, status, attempts) from email_sends
            union all
            select format('campaign %s %s %s %s %s', id, status, total_recipients, sent_count, recipients_due) from campaigns
            union all
            select format('month %s %s %s', t, b.from_at, b.to_at)
            from unnest(array['email_sends', 'lead_activities']::regclass[]) t cross join lateral partition_bounds(t) b
            union all
            select format('archived %s', relname) from pg_class where relnamespace = to_regnamespace('archive') and relkind = 'r'
            union all
            select format('key %s %s %s', id, status, expires_at > now() + interval '2 days') from api_keys
            union all
            select format('analytics %s', count(*)) from lead_analytics
            union all
            select format('left %s', count(*)) from campaign_metric_deltas) as state (line)
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_are_killed_end_where_undisturbed_ones_do()
    {
        await using var calm = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var disturbed = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        foreach (var database in (TestDatabase[])[calm, disturbed]) await database.Owner.ExecuteAsync(Work);
        var random = new Random(1);
        var killed = 0;
        foreach (var job in await calm.Owner.ListAsync("select name from scheduled_jobs order by name <> 'start-campaigns', name"))
        {
            var begun = Stopwatch.GetTimestamp();
            await calm.Owner.ExecuteAsync($"call run_job('{job}')");
            var length = Stopwatch.GetElapsedTime(begun);
            for (var kill = 0; kill < Kills; kill++) killed += await KillAsync(disturbed, job, length * random.NextDouble());
            await disturbed.Owner.ExecuteAsync($"call run_job('{job}')");
        }

        Assert.True(killed > 0, "No job was still running when it was to be killed.");
        Assert.Equal(await calm.Owner.AskAsync<string>(End), await disturbed.Owner.AskAsync<string>(End));
        Assert.Equal(0, await disturbed.Owner.AskAsync<long>("select count(*) from job_runs where outcome = 'running'"));
    }

    // 1 when the job was still running.
    private static async Task<int> KillAsync(TestDatabase database, string job, TimeSpan after)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var call = new NpgsqlCommand($"call run_job('{job}')", connection);
        var running = call.ExecuteNonQueryAsync(Stop);
        await Task.Delay(after, Stop);
        await database.Owner.ExecuteAsync("select pg_terminate_backend($1, 5000)", connection.ProcessID);
        try
        {
            await running;
            return 0;
        }
        catch (NpgsqlException)
        {
            return 1;
        }
    }
}
