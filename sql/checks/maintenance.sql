-- Sections 8 and 9: maintenance and extensions. A check whose needs are missing is unavailable, with the remedy.

-- id: MA-1
select case when bool_and(outcome = 'succeeded') then 'met' else 'missed' end, string_agg(format('%s: %s', task, detail), '; '),
    sum(duration_ms), null, 'ms' from perform_maintenance_tasks();

-- id: MA-2
-- role: lh_owner on a cluster
select add_month_partitions('public.email_sends', d, d) from (select (date_trunc('month', now()) - interval '11 years')::date) as t (d);
select case when count(*) > 0 then 'met' else 'missed' end,
    format('a partition of 11 years ago was made; %s partitions older than ten years archived (all rolled back); the policy keeps %s days',
        count(*), (select keep_days from retention_policies where table_name = 'email_sends')),
    count(*), 1, 'partitions'
from cleanup_old_email_sends(3650);

-- id: MA-3
-- needs: cron.job
-- The remedy is the one that `jobs` names.
select case when count(jobid) = wanted.jobs then 'met' else 'missed' end,
    format('%s jobs of this database in cron.job, background workers %s', count(jobid),
        -- Not by current_setting, which is an error for a role that may not read it.
        coalesce((select setting from pg_settings where name = 'cron.use_background_workers'), 'not shown to this login')),
    count(jobid), wanted.jobs, 'jobs'
from (select count(*) as jobs from scheduled_jobs) wanted
left join cron.job on active and database = current_database() and command like 'call public.run_job(%'
group by wanted.jobs;

-- id: MA-4
select analyze_critical_tables();
select case when bool_and(a.last) then 'met' else 'missed' end,
    format('analyze_critical_tables() ran; rows are estimated for %s tables', count(*)), count(*), 5, 'tables'
from (select reltuples >= 0 as last from pg_class
    where oid = any (array['leads', 'email_sends', 'lead_activities', 'campaigns', 'api_keys']::regclass[])) a;

-- id: EX-1
-- needs: partman.part_config
-- remedy: install pg_partman (Debian: apt-get install postgresql-15-partman) and migrate again
select case when count(*) = 2 then 'met' else 'missed' end,
    format('pg_partman %s keeps %s', (select extversion from pg_extension where extname = 'pg_partman'), string_agg(parent_table, ', ')),
    count(*), 2, 'tables' from partman.part_config where parent_table in ('public.email_sends', 'public.lead_activities');

-- id: EX-2
select case when count(*) > 0 then 'met' else 'missed' end, format('get_query_performance_stats() reads %s statements from it', count(*)),
    count(*), null, 'statements' from get_query_performance_stats(1000);

-- id: EX-3; extension=btree_gin
-- id: EX-4; extension=btree_gist
select case when count(*) > 0 then 'met' else 'missed' end,
    coalesce(string_agg(distinct x.indexrelid::regclass::text, ', '), 'no index uses it'), count(distinct x.indexrelid), 1, 'indexes'
from pg_index x
join pg_depend d on d.objid = any (x.indclass) and d.classid = 'pg_opclass'::regclass and d.deptype = 'e'
join pg_extension e on e.oid = d.refobjid and e.extname = :'extension';

-- id: EX-5
-- needs: cron.job
-- The remedy is the one that `jobs` names.
select case when count(*) > 0 then 'met' else 'missed' end,
    format('pg_cron %s runs %s jobs', (select extversion from pg_extension where extname = 'pg_cron'), count(*)), count(*), 5, 'jobs'
from cron.job where command like 'call public.run_job(%';
