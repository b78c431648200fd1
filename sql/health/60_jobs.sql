-- Jobs that failed or were not run, and views that were not refreshed. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: jobs
-- title: Jobs that failed or are overdue
-- unit: jobs
-- warn: 1
-- red: 1
-- direction: at most
-- requires: public.get_job_status()
-- remedy: Run the migrate verb on this database.
select case when last_outcome = 'failed' then 'red'
            when last_started is null then 'unknown'
            when coalesce(last_success, '-infinity') < clock_timestamp() - max_age then 'yellow' else 'green' end as status,
    job as subject,
    case when last_outcome = 'failed' then format('failed at %s: %s', last_started::timestamptz(0), last_detail)
         when last_started is null then 'has not run yet'
         else format('last success %s', coalesce(last_success::timestamptz(0)::text, 'never')) end as detail,
    format('loadharness jobs run --job %s', job) as remedy,
    case when last_outcome = 'failed' then 1 else 0 end as figure
from public.get_job_status()
union all
-- It ends for good with status 0, as when its home database was dropped: no error, and no job after it. Other roles' processes are
-- shown without their kind to a role that may not read all statistics. Not by current_setting, which is an error for a role that may not
-- read the setting: the failed jobs would go with it.
select 'red', 'pg_cron launcher', 'has ended: none of the jobs that pg_cron has will run',
    'Restart the server; until then: loadharness jobs run', 1
where exists (select from pg_settings where name = 'cron.database_name')
    and not pg_is_in_recovery()
    and pg_has_role(current_user, 'pg_read_all_stats', 'usage')
    and not exists (select from pg_stat_activity where backend_type = 'pg_cron launcher');

-- id: analytics-freshness
-- title: Age of the analytics views
-- unit: min
-- warn: 65
-- red: 180
-- direction: at most
-- requires: public.analytics_refreshes
-- remedy: Run the migrate verb on this database.
select case when minutes >= :red then 'red' when minutes >= :warn then 'yellow' else 'green' end as status,
    view_name as subject, format('refreshed %s minutes ago', round(minutes::numeric, 1)) as detail,
    'select * from public.refresh_analytics_views();' as remedy, minutes as figure
from (select view_name, extract(epoch from clock_timestamp() - refreshed_at)::double precision / 60 as minutes
      from public.analytics_refreshes) r
order by minutes desc;
