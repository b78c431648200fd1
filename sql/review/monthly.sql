-- OP-2: the month's review.

-- title: Months ahead
select p.parent::text as table, max(b.to_at)::date as partitions_end
from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent)
cross join lateral public.partition_bounds(p.parent) b
group by p.parent;

-- title: Archived partitions
select c.relname as partition, pg_size_pretty(pg_total_relation_size(c.oid)) as size
from pg_class c
where c.relnamespace = to_regnamespace('archive') and c.relkind = 'r'
order by 1;

-- title: Capacity outlook
select table_name, pg_size_pretty(newest) as now, pg_size_pretty(((newest - oldest) * 30.0 / nullif(days, 0))::bigint) as a_month,
    pg_size_pretty((newest + (newest - oldest) * 365.0 / nullif(days, 0))::bigint) as in_a_year
from (
    select table_name, (array_agg(total_bytes order by captured_on desc))[1] as newest,
        (array_agg(total_bytes order by captured_on))[1] as oldest, max(captured_on) - min(captured_on) as days
    from public.table_size_history
    group by table_name
) h
order by newest desc
limit 15;

-- title: Changed settings
select name, value, captured_at::timestamptz(0) as since
from public.setting_history
where captured_at > now() - interval '31 days'
  -- These may hold passwords.
  and name !~ '(conninfo|_command)$'
  -- Indexes are noted there too, for health.
  and name not like 'index %'
order by captured_at desc
limit 40;
