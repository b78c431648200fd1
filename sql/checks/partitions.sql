-- Section 2: partitions, by their bounds.

-- id: PT-1; table=email_sends
-- id: PT-2; table=lead_activities
set local timezone = 'UTC';
select case when pg_get_partkeydef(:'table'::regclass) = 'RANGE (created_at)' and count(*) filter (where not is_default) > 0
             and bool_and(is_default or to_at = from_at + interval '1 month') and count(*) filter (where is_default) = 1
            then 'met' else 'missed' end,
    format('%s, %s monthly partitions from %s to %s and a default one', pg_get_partkeydef(:'table'::regclass),
        count(*) filter (where not is_default), min(from_at)::date, max(to_at)::date),
    count(*) filter (where not is_default), 24, 'partitions'
from partition_bounds(:'table');

-- id: PT-3
select case when count(*) = 0 then 'met' else 'missed' end,
    case when count(*) = 0 then 'every index of both parents is attached and valid on every partition'
         else format('%s partitions lack an index or have an invalid one; first %s', count(*), min(partition::text)) end,
    count(*), 0, 'partitions'
from (
    select b.partition
    from unnest(array['email_sends', 'lead_activities']::regclass[]) as p (parent)
    cross join lateral partition_bounds(p.parent) b
    join pg_index i on i.indrelid = p.parent
    where not exists (
        select from pg_inherits h join pg_index c on c.indexrelid = h.inhrelid
        where h.inhparent = i.indexrelid and c.indrelid = b.partition and c.indisvalid)
) lacking;

-- id: PT-4
select set_config('app.made', create_monthly_partitions(30)::text, true);
select case when current_setting('app.made')::int >= 2 and exists (select 1 from scheduled_jobs where requirement = 'JB-3') then 'met'
    else 'missed' end, format(
    'create_monthly_partitions(30) made %s partitions (rolled back); the job %s calls it', current_setting('app.made'),
    (select name from scheduled_jobs where requirement = 'JB-3')), current_setting('app.made')::int, 2, 'partitions';

-- id: PT-5
select case when min(ahead) >= 24 then 'met' else 'missed' end, string_agg(format('%s: %s months ahead of this one', parent, ahead), '; '),
    min(ahead), 24, 'months'
from (
    select p.parent, count(b.partition) as ahead
    from unnest(array['email_sends', 'lead_activities']::regclass[]) as p (parent)
    left join lateral partition_bounds(p.parent) b on not b.is_default and b.from_at > now()
    group by p.parent
) a;

-- id: MA-5
select create_monthly_partitions();
select set_config('app.again', create_monthly_partitions()::text, true);
select case when current_setting('app.again')::int = 0 then 'met' else 'missed' end,
    format('create_monthly_partitions() ran, then again: %s more partitions', current_setting('app.again')),
    current_setting('app.again')::int, 0, 'partitions';
