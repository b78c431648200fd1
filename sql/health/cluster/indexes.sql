-- Asked on a cluster in the place of the checks of the same names, whose tables and indexes are empty on the coordinator.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: KM-5
-- title: Critical tables are read through indexes
-- unit: %
-- warn: 95
-- red: 50
-- direction: at least
-- requires: public.ask_workers(text)
-- remedy: Run the migrate verb on this database.
with parts as (
    select e ->> 'relation' as relation, sum((e ->> 'live')::bigint) as live, sum((e ->> 'scans')::bigint) as scans,
        sum((e ->> 'seq')::bigint) as seq, min((e ->> 'age')::double precision) as age
    from public.ask_workers($worker$
        select coalesce(jsonb_agg(t), '[]') from (
            select s.logicalrelid::regclass as relation, sum(greatest(u.n_live_tup, c.reltuples::bigint)) as live,
                sum(coalesce(u.idx_scan, 0)) as scans, sum(u.seq_scan) as seq,
                -- As on one server.
                extract(epoch from clock_timestamp() - min(coalesce(d.stats_reset, a.stats_reset, pg_postmaster_start_time()))) as age
            from pg_dist_shard s
            -- A table of a few pages is best read whole.
            join pg_stat_user_tables u on u.relid = to_regclass(shard_name(s.logicalrelid, s.shardid))
            join pg_class c on c.oid = u.relid and c.relkind <> 'p' and greatest(u.n_live_tup, c.reltuples::bigint) >= 10000
            join pg_stat_database d on d.datname = current_database()
            cross join pg_stat_archiver a
            group by 1) t $worker$) as e
    group by 1
)
select case when scans + seq < 100 or age < :settled then 'unknown'
            when share < :red then 'red'
            when share < :warn then 'yellow'
            when hides_a_day then 'unknown'
            else 'green' end as status,
    relname as subject, format('%s index scans, %s sequential ones on the workers in %s h of statistics, %s rows', scans, seq,
        round((age / 3600)::numeric, 1), live)
        || case when hides_a_day then ': a bad day does not show in so long a time' else '' end as detail,
    case when hides_a_day and share >= :warn
         then 'Take the difference of two looks at the workers, an hour apart: '
             || 'select relname, idx_scan, seq_scan from pg_stat_user_tables;'
         else 'Find the statement in pg_stat_statements, look at its plan, then add the index it lacks or: analyze public.'
             || relname || ';'
    end as remedy,
    share as figure
from (
    select p.relname::text as relname, sum(a.live) as live, sum(a.scans) as scans, sum(a.seq) as seq, min(a.age) as age,
        100.0 * sum(a.scans) / nullif(sum(a.scans) + sum(a.seq), 0) as share
    from pg_class p
    cross join lateral (select p.oid as relid union all select t.relid from pg_partition_tree(p.oid) t where t.isleaf) m
    join parts a on a.relation in (m.relid::regclass::text, 'public.' || m.relid::regclass)
    where p.relname in ('leads', 'email_sends', 'lead_activities', 'campaigns') and p.relkind in ('r', 'p') and not p.relispartition
      and p.relnamespace = to_regnamespace('public')
    group by p.oid, p.relname
) t
-- Over more than a week it is green if it would be so had all sequential scans come in one day.
cross join lateral (select age > 604800 and 100.0 * scans / nullif(scans + seq * age / 86400, 0) < :warn as hides_a_day) w
order by share nulls last;

-- id: unused-index
-- title: Unused indexes
-- unit: MB
-- warn: 10
-- red: 1000
-- direction: at most
-- requires: public.get_index_usage_stats()
-- remedy: Run the migrate verb on this database.
select case when statistics.age < :settled or standbys then 'unknown'
    when coalesce(noted.age, 0) < 7 * 86400 then 'unknown'
    when u.index_bytes / 1048576.0 >= :red and purpose is null then 'red'
    else 'yellow' end as status,
    u.index_name as subject,
    format('%s on all nodes, never scanned in %s h of statistics', pg_size_pretty(u.index_bytes),
        round((least(statistics.age, noted.age) / 3600)::numeric, 1))
        || case when noted.age is null then '; since when it is there is not known: the job maintenance notes it'
                when noted.age < 7 * 86400 then format('; first seen %s h ago', round((noted.age / 3600)::numeric, 1)) else '' end
        || case when standbys then '; the scans on standbys are counted there' else '' end
        || coalesce('; it is there for: ' || purpose, '') as detail,
    -- As on one server.
    case when standbys and purpose is null then 'Ask the standbys too (pg_stat_user_indexes there). If none scans it: ' else '' end
        || case when purpose is not null
        then 'Keep it: the schema counts on its indexes, and migrate does not make one again. Look whether what it is for is in use here'
        -- PostgreSQL drops an index of a partitioned table in no other way.
        when c.relkind = 'I'
        then format('begin; set local lock_timeout = ''2s''; drop index %I; commit; -- locks %s with its partitions meanwhile',
            u.index_name, u.table_name)
        else format('drop index concurrently %I;', u.index_name) end as remedy,
    case when purpose is null then u.index_bytes / 1048576.0 end as figure
from public.get_index_usage_stats() u
left join pg_class c on c.relnamespace = 'public'::regnamespace and c.relname = u.index_name
cross join lateral obj_description(c.oid, 'pg_class') as purpose
cross join lateral (
    select extract(epoch from clock_timestamp() - min(h.captured_at)) as age from public.setting_history h
    where h.value = c.oid::text and h.name = format('index %I.%I', 'public', u.index_name)) noted
cross join (
    select min((e ->> 'age')::double precision) as age, bool_or((e ->> 'standbys')::boolean) as standbys
    from public.ask_workers($worker$
        select jsonb_build_array(jsonb_build_object(
            'age', extract(epoch from clock_timestamp() - coalesce(
                stats_reset, (select a.stats_reset from pg_stat_archiver a), pg_postmaster_start_time())),
            'standbys', pg_is_in_recovery() or exists (select from pg_stat_replication)))
        from pg_stat_database where datname = current_database() $worker$) as e
) statistics
where u.state = 'unused' and u.index_bytes / 1048576.0 >= :warn
order by purpose is not null, u.index_bytes desc;
