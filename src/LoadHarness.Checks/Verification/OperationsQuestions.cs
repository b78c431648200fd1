using LoadHarness.Postgres.Jobs;

namespace LoadHarness.Checks.Verification;

/// <summary>Sections 5 to 10: settings, monitoring, analytics, maintenance, extensions, jobs.</summary>
internal static class OperationsQuestions
{
    private const string PartmanRemedy = "install pg_partman (Debian: apt-get install postgresql-15-partman) and migrate again";

    private const string StatementsRemedy =
        "add pg_stat_statements to shared_preload_libraries, restart, and create extension pg_stat_statements as a superuser";

    public static IReadOnlyList<SqlCheck> All { get; } =
    [
        Setting("CF-1", "max_connections", "200", "current_setting('max_connections')::bigint", "200"),
        Setting("CF-2", "shared_buffers", "512MB", "pg_size_bytes(current_setting('shared_buffers'))", "536870912"),
        Setting("CF-3", "effective_cache_size", "2GB", "pg_size_bytes(current_setting('effective_cache_size'))", "2147483648"),
        Setting("CF-4", "maintenance_work_mem", "128MB", "pg_size_bytes(current_setting('maintenance_work_mem'))", "134217728"),
        Setting("CF-5", "max_parallel_workers", "8", "current_setting('max_parallel_workers')::bigint", "8"),
        new("CF-6", "select case when used > 0 and max_connections > 0 then 'met' else 'missed' end, format('%s of %s connections used, %s active, %s idle in a transaction', used, max_connections, active, idle_in_transaction), used_percent, null, '%' from get_connection_pool_status()"),
        new("MO-1", "select case when count(*) > 0 then 'met' else 'missed' end, format('%s statements; the largest share is %s%%', count(*), round(max(share_percent)::numeric, 1)), count(*), null, 'statements' from get_query_performance_stats(100)"),
        Rows("MO-2", "get_database_performance_metrics()", "metrics"),
        Rows("MO-3", "get_table_size_stats()", "tables"),
        Rows("MO-4", "get_index_usage_stats()", "indexes"),
        new("MO-5", "select case when hit_percent is not null then 'met' else 'inconclusive' end, format('%s%% of %s blocks since %s', round(hit_percent::numeric, 2), blocks, since::timestamptz(0)), hit_percent, null, '%' from get_cache_hit_ratio()"),
        new("MO-6", "select case when count(*) > 0 then 'met' else 'missed' end, format('%s statements are counted', count(*)), count(*), null, 'statements' from pg_stat_statements", [Needs("pg_stat_statements", StatementsRemedy)]),
        View("AN-1", "lead_analytics"),
        View("AN-2", "campaign_performance"),
        new(
            "AN-3",
            "select case when count(*) = 2 and (select schedule from scheduled_jobs where requirement = 'JB-2') = '*/30 * * * *' then 'met' else 'missed' end, format('%s views refreshed concurrently (rolled back), slowest %s ms; schedule %s', count(*), round(max(duration_ms)), (select schedule from scheduled_jobs where requirement = 'JB-2')), max(duration_ms), null, 'ms' from refresh_analytics_views()"),
        Growth("AN-4", "get_campaign_analytics", "sum(recipients)"),
        Growth("AN-5", "get_lead_growth_analytics", "sum(new_leads)"),
        new("MA-1", "select case when bool_and(outcome = 'succeeded') then 'met' else 'missed' end, string_agg(format('%s: %s', task, detail), '; '), sum(duration_ms), null, 'ms' from perform_maintenance_tasks()"),
        new(
            "MA-2",
            """
            select case when count(*) > 0 then 'met' else 'missed' end,
                format('a partition of 11 years ago was made; %s partitions older than ten years archived (all rolled back); the policy keeps %s days',
                    count(*), (select keep_days from retention_policies where table_name = 'email_sends')),
                count(*), 1, 'partitions'
            from cleanup_old_email_sends(3650)
            """,
            ["select add_month_partitions('public.email_sends', d, d) from (select (date_trunc('month', now()) - interval '11 years')::date) as t (d)"]),
        new("MA-4", "select case when bool_and(a.last) then 'met' else 'missed' end, format('analyze_critical_tables() ran; rows are estimated for %s tables', count(*)), count(*), 5, 'tables' from (select reltuples >= 0 as last from pg_class where oid = any (array['leads', 'email_sends', 'lead_activities', 'campaigns', 'api_keys']::regclass[])) a", ["select analyze_critical_tables()"]),
        new(
            "MA-3",
            $"select case when count(*) = (select count(*) from scheduled_jobs) then 'met' else 'missed' end, format('%s jobs of this database in cron.job, background workers %s', count(*), current_setting('cron.use_background_workers', true)), count(*), (select count(*) from scheduled_jobs), 'jobs' from cron.job where active and database = current_database() and command like 'call public.run_job(%'",
            [Needs("cron.job", JobScheduler.Remedy)]),
        new("EX-1", "select case when count(*) = 2 then 'met' else 'missed' end, format('pg_partman %s keeps %s', (select extversion from pg_extension where extname = 'pg_partman'), string_agg(parent_table, ', ')), count(*), 2, 'tables' from partman.part_config where parent_table in ('public.email_sends', 'public.lead_activities')", [Needs("partman.part_config", PartmanRemedy)]),
        new("EX-2", "select case when count(*) > 0 then 'met' else 'missed' end, format('get_query_performance_stats() reads %s statements from it', count(*)), count(*), null, 'statements' from get_query_performance_stats(1000)"),
        OperatorClass("EX-3", "btree_gin"),
        OperatorClass("EX-4", "btree_gist"),
        new("EX-5", "select case when count(*) > 0 then 'met' else 'missed' end, format('pg_cron %s runs %s jobs', (select extversion from pg_extension where extname = 'pg_cron'), count(*)), count(*), 5, 'jobs' from cron.job where command like 'call public.run_job(%'", [Needs("cron.job", JobScheduler.Remedy)]),
        Job("JB-1", "0 2 * * *"),
        Job("JB-2", "*/30 * * * *"),
        Job("JB-3", "0 1 1 * *"),
        Job("JB-4", "0 3 * * *"),
        new(
            "JB-5",
            "select case when schedule = '0 4 * * *' and current_setting('app.renewed') = 'active' then 'met' else 'missed' end, format('schedule %s; a key with auto-renewal that lapsed is %s after the 03:00 job and renewed until %s after the 04:00 job (rolled back)', schedule, current_setting('app.renewed'), (select max(expires_at)::date from api_keys where name = 'verify')), null, null, '' from scheduled_jobs where requirement = 'JB-5'",
            [
                $"insert into api_keys (workspace_id, name, key_hash, expires_at, auto_renew) values ({Tenant.Workspace}, 'verify', sha256('verify'), now() - interval '1 minute', true)",
                "select expire_api_keys()",
                "select set_config('app.renewed', (select status from api_keys where name = 'verify'), true)",
                "select auto_renew_api_keys()",
                "do $$ begin if exists (select from api_keys where name = 'verify' and expires_at < now()) then raise exception 'the key was not renewed'; end if; end $$",
            ],
            WithTenant: true),
    ];

    // SQLSTATE 0A000 tells the verifier that this is missing, not wrong.
    private static string Needs(string relation, string remedy) =>
        $"do $$ begin if to_regclass('{relation}') is null then raise exception '{relation} is not in this database' using errcode = 'feature_not_supported', hint = '{remedy}'; end if; end $$";

    private static SqlCheck Setting(string id, string name, string claimed, string value, string limit) => new(
        id, $"select case when {value} = {limit} then 'met' else 'missed' end, format('{name} is %s, claimed {claimed}', current_setting('{name}')), {value}, {limit}, ''");

    private static SqlCheck Rows(string id, string function, string unit) => new(
        id, $"select case when count(*) > 0 then 'met' else 'missed' end, format('{function} gives %s {unit}', count(*)), count(*), null, '{unit}' from {function}");

    private static SqlCheck View(string id, string name) => new(
        id,
        $"select case when m.ispopulated and i.indisunique and not has_table_privilege('lh_app', m.oid, 'select') then 'met' else 'missed' end, format('populated, unique index %s, not readable by lh_app; %s rows', i.indexrelid::regclass, (select count(*) from {name})), (select count(*) from {name}), null, 'rows' from (select c.oid, c.relispopulated as ispopulated from pg_class c where c.oid = 'public.{name}'::regclass and c.relkind = 'm') m join pg_index i on i.indrelid = m.oid and i.indisunique limit 1");

    private static SqlCheck Growth(string id, string function, string total) => new(
        id,
        $"select case when count(*) > 0 then 'met' else 'missed' end, format('%s months, %s in them', count(*), {total}), count(*), null, 'months' from {function}({Tenant.Workspace}, now() - interval '3 months', now() + interval '1 day', 'month')",
        ["select refresh_analytics_views()"],
        WithTenant: true);

    private static SqlCheck OperatorClass(string id, string extension) => new(
        id,
        $"""
        select case when count(*) > 0 then 'met' else 'missed' end, coalesce(string_agg(distinct x.indexrelid::regclass::text, ', '), 'no index uses it'), count(distinct x.indexrelid), 1, 'indexes'
        from pg_index x
        join pg_depend d on d.objid = any (x.indclass) and d.classid = 'pg_opclass'::regclass and d.deptype = 'e'
        join pg_extension e on e.oid = d.refobjid and e.extname = '{extension}'
        """);

    private static SqlCheck Job(string id, string schedule) => new(
        id,
        $"select case when schedule = '{schedule}' then 'met' else 'missed' end, format('%s: schedule %s GMT; its body ran (rolled back); by pg_cron or jobs run', name, schedule), null, null, '' from scheduled_jobs where requirement = '{id}'",
        [
            $"""
            do $$
            declare job scheduled_jobs; step record; told text; problem boolean;
            begin
                select * into job from scheduled_jobs where requirement = '{id}';
                for step in execute case when job.stepwise then job.body else format('select null::text as name, %L as statement', job.body) end loop
                    execute step.statement into told, problem;
                    if problem then raise exception '%', told; end if;
                end loop;
            end $$
            """,
        ]);
}
