-- OP-1: the week's review.

-- title: Slowest statements
select left(regexp_replace(query, '\s+', ' ', 'g'), 100) as statement, calls, round(mean_ms::numeric, 2) as mean_ms,
    round(share_percent::numeric, 1) as share_percent
from public.get_query_performance_stats(10);

-- title: Table growth in 7 days
select s.table_name, s.row_estimate as rows, pg_size_pretty(s.total_bytes) as size,
    coalesce(pg_size_pretty(s.total_bytes - h.total_bytes), 'no earlier size') as growth
from public.get_table_size_stats() s
left join lateral (
    select total_bytes
    from public.table_size_history t
    where t.table_name = s.table_name and t.captured_on <= current_date - 7
    order by t.captured_on desc
    limit 1
) h on true
limit 15;

-- title: Partition health
select p.parent::text as table, count(*) as partitions, min(b.from_at)::date as first_month, max(b.to_at)::date as ends,
    (select coalesce(sum(d.row_count), 0)
     from public.check_default_partitions() d
     where d.partition in (select x.partition from public.partition_bounds(p.parent) x)) as default_rows
from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent)
cross join lateral public.partition_bounds(p.parent) b
where not b.is_default
group by p.parent;

-- title: Index use
select table_name, index_name, pg_size_pretty(index_bytes) as size, scans, state
from public.get_index_usage_stats()
order by state = 'used', index_bytes desc
limit 25;

-- title: Jobs
select job, schedule, coalesce(last_outcome, 'not run') as outcome, coalesce(last_started::timestamptz(0)::text, '') as started,
    coalesce(last_detail, '') as detail
from public.get_job_status();
