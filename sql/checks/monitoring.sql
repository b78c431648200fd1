-- Sections 6 and 7: monitoring and analytics.

-- id: MO-1
select case when count(*) > 0 then 'met' else 'missed' end,
    format('%s statements; the largest share is %s%%', count(*), round(max(share_percent)::numeric, 1)), count(*), null, 'statements'
from get_query_performance_stats(100);

-- id: MO-2; function=get_database_performance_metrics(); unit=metrics
-- id: MO-3; function=get_table_size_stats(); unit=tables
-- id: MO-4; function=get_index_usage_stats(); unit=indexes
select case when count(*) > 0 then 'met' else 'missed' end, format('%s gives %s %s', :'function', count(*), :'unit'),
    count(*), null, :'unit'
from :function;

-- id: MO-5
select case when hit_percent is not null then 'met' else 'inconclusive' end,
    format('%s%% of %s blocks since %s', round(hit_percent::numeric, 2), blocks, since::timestamptz(0)), hit_percent, null, '%'
from get_cache_hit_ratio();

-- id: MO-6
-- needs: pg_stat_statements
-- remedy: add pg_stat_statements to shared_preload_libraries, restart, and create extension pg_stat_statements as a superuser
select case when count(*) > 0 then 'met' else 'missed' end, format('%s statements are counted', count(*)), count(*), null, 'statements'
from pg_stat_statements;

-- id: AN-1; view=lead_analytics
-- id: AN-2; view=campaign_performance
select case when c.relispopulated and not has_table_privilege('lh_app', c.oid, 'select') then 'met' else 'missed' end,
    format('populated, unique index %s, not readable by lh_app; %s rows', i.indexrelid::regclass, counted.rows),
    counted.rows, null, 'rows'
from pg_class c
join pg_index i on i.indrelid = c.oid and i.indisunique
cross join (select count(*) as rows from :view) counted
where c.oid = format('public.%s', :'view')::regclass and c.relkind = 'm'
limit 1;

-- id: AN-3
select case when count(*) = 2 and job.schedule = '*/30 * * * *' then 'met' else 'missed' end,
    format('%s views refreshed concurrently (rolled back), slowest %s ms; schedule %s', count(*), round(max(duration_ms)), job.schedule),
    max(duration_ms), null, 'ms'
from refresh_analytics_views()
cross join (select schedule from scheduled_jobs where requirement = 'JB-2') job
group by job.schedule;

-- id: AN-4; function=get_campaign_analytics; total=recipients
-- id: AN-5; function=get_lead_growth_analytics; total=new_leads
-- tenant: made
select refresh_analytics_views();
select case when count(*) > 0 then 'met' else 'missed' end, format('%s months, %s in them', count(*), sum(:total)), count(*), null, 'months'
from :function(current_setting('app.workspace_id')::bigint, now() - interval '3 months', now() + interval '1 day', 'month');
