using LoadHarness.Checks.Health;
using LoadHarness.IntegrationTests.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>What is told of a cluster is told of its workers: the coordinator's own tables are empty.</summary>
public sealed class ClusterMonitoringTests(PostgresCluster cluster)
{
    // The name of its part is cut.
    private const string LongIndex = "leads_an_index_whose_name_is_so_long_that_a_part_has_another";

    private static readonly HealthLimits AtOnce = new() { StatisticsSettle = TimeSpan.Zero };

    [Fact]
    public async Task Sizes_health_and_upkeep_reach_the_workers_and_a_silent_one_is_unknown()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(PretendedCluster.Catalog);
        await database.Owner.ExecuteAsync(PretendedCluster.Spread);
        await database.Owner.ExecuteAsync(
            $"""
            create index {LongIndex} on leads (phone);
            create table leads_102008 (id int, filler text, tags text[]) with (autovacuum_enabled = off);
            alter table leads_102008 owner to lh_owner;
            create index {LongIndex[..40]}_0a1b2c3d_102008 on leads_102008 (filler);
            create index leads_tags_of_the_part on leads_102008 using gin (tags);
            insert into leads_102008 select g, repeat(md5(g::text), 8), array[g::text] from generate_series(1, 60000) g;
            delete from leads_102008 where id > 40000;
            analyze leads_102008;
            insert into leads_102008 select g, 'x', array[g::text] from generate_series(1, 200) g;
            do $$ begin for i in 1..100 loop perform count(*) from leads_102008 where id = -1; end loop; end $$;
            insert into setting_history values (now() - interval '8 days', 'index public.{LongIndex}', '{LongIndex}'::regclass::oid::text)
            """);

        Assert.True(await database.Owner.AskAsync<long>(
            $"select index_bytes from get_index_usage_stats() where index_name = '{LongIndex}'") > 10_000_000);
        Assert.True(await database.Owner.AskAsync<long>(
            "select total_bytes from get_table_size_stats() where table_name = 'leads'") > 20_000_000);
        await FaultFinding.FindAsync(database.Owner, "unused-index", HealthStatus.Yellow, LongIndex, AtOnce);
        await FaultFinding.FindAsync(database.Owner, "KM-5", HealthStatus.Red, "leads", AtOnce);
        await FaultFinding.FindAsync(database.Owner, "table-bloat", HealthStatus.Yellow, "worker:5433: leads_102008");

        await database.Owner.ExecuteAsync("set role lh_owner; select flush_lead_indexes()");
        Assert.Equal(0, await database.Owner.AskAsync<long>("select gin_clean_pending_list('leads_tags_of_the_part')"));
        await database.Owner.ExecuteAsync("insert into leads_102008 values (1, 'x', '{a}')");
        Assert.True(await database.Owner.AskAsync<long>("select flush_gin_pending_lists()") > 0);

        await database.Owner.ExecuteAsync(
            """
            set allow_system_table_mods = on;
            create or replace function pg_catalog.run_command_on_workers(
                p_command text, out nodename text, out nodeport int, out success bool, out result text)
            language sql as $$ select 'worker', 5433, false, 'connection refused' $$
            """);
        var silent = await FaultFinding.LookAsync(database.Owner, "table-bloat");
        Assert.Contains(silent.Findings, finding => finding is { Status: HealthStatus.Unknown, Subject: "worker:5433" });
        // Nobody's import fails for it.
        await database.Owner.ExecuteAsync("select flush_lead_indexes()");
    }
}
