-- Partitions by their bounds, never by their names. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: default-partition
-- title: Rows in a default partition
-- unit: rows
-- warn: 1
-- red: 1
-- direction: at most
-- requires: public.check_default_partitions()
-- remedy: Run the migrate verb on this database.
-- Rows of far months are where they belong: no month is made for one tenant's stray date.
select case when missing_months > 0 then 'red' else 'green' end as status, partition::text as subject,
    case when missing_months > 0
        then format('%s rows from %s to %s: %s of their months have no partition', row_count, oldest, newest, missing_months)
         when row_count > 0 then format('%s rows of far months, from %s to %s', row_count, oldest, newest)
         else 'empty' end as detail,
    'select public.create_monthly_partitions();' as remedy, case when missing_months > 0 then row_count else 0 end as figure
from public.check_default_partitions()
order by row_count desc;

-- id: future-partitions
-- title: Months ahead without a partition
-- unit: months
-- warn: 1
-- red: 1
-- direction: at most
-- requires: public.partition_bounds(regclass)
-- remedy: Run the migrate verb on this database.
with months as (
    select p.parent, m.month
    from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent)
    cross join generate_series(0, 23) as n (ahead)
    cross join lateral (select date_trunc('month', now() at time zone 'UTC') + make_interval(months => n.ahead) as month) m
), missing as (
    select parent, month from months
    where not exists (
        select from public.partition_bounds(parent) b
        where not b.is_default and b.from_at <= month at time zone 'UTC' and b.to_at > month at time zone 'UTC')
)
select case when month < now() + interval '3 months' then 'red' else 'yellow' end as status,
    parent::text as subject, format('no partition for %s', to_char(month, 'YYYY-MM')) as detail,
    'select public.create_monthly_partitions();' as remedy, count(*) over () as figure
from missing
order by month;
