-- Growth, month by month. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: KM-2
-- title: Growth in a month
-- unit: %
-- warn: 50
-- red: 200
-- direction: at most
-- requires: public.table_size_history
-- remedy: Run the migrate verb on this database.
with measured as (
    select table_name,
        (array_agg(total_bytes order by captured_on desc))[1] as newest,
        (array_agg(total_bytes order by captured_on))[1] as oldest,
        max(captured_on) as last_day, min(captured_on) as first_day
    from public.table_size_history where captured_on >= current_date - 32
    group by table_name
), share as (
    select *, case when last_day - first_day >= 7
        then 100.0 * (newest - oldest) / nullif(oldest, 0) * 30 / (last_day - first_day) end as percent
    from measured where newest >= 10485760
)
select case when percent >= :red then 'red' else 'yellow' end as status, table_name as subject,
    format('grows by %s%% a month: now %s', round(percent::numeric), pg_size_pretty(newest)) as detail,
    'Look at retention_policies, or plan for the disk by the outlook of: loadharness health --monthly' as remedy, percent as figure
from share where percent >= :warn
union all
select case when (select max(last_day) - min(first_day) from measured) >= 7 then 'green' else 'unknown' end,
    'all tables', format('%s days of sizes are kept', coalesce((select max(last_day) - min(first_day) + 1 from measured), 0)),
    'loadharness jobs run --job maintenance', (select max(percent) from share)
order by 5 desc nulls last;
