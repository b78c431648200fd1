-- Indexes that are not used, not needed or not valid. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: KM-5
-- title: Critical tables are read through indexes
-- unit: %
-- warn: 95
-- red: 50
-- direction: at least
select case when scans + seq < 100 or statistics.age < :settled or pg_is_in_recovery() then 'unknown'
            when share < :red then 'red'
            when share < :warn then 'yellow'
            when hides_a_day then 'unknown'
            else 'green' end as status,
    relname as subject, format('%s index scans, %s sequential ones in %s h of statistics, %s rows', scans, seq,
        round((statistics.age / 3600)::numeric, 1), live)
        || case when hides_a_day then ': a bad day does not show in so long a time' else '' end as detail,
    case when pg_is_in_recovery() then 'This is a standby: ask the primary'
         when hides_a_day and share >= :warn
         then 'Take the difference of two looks, an hour apart: select relname, idx_scan, seq_scan from pg_stat_user_tables;'
         else 'Find the statement in pg_stat_statements, look at its plan, then add the index it lacks or: analyze public.'
             || relname || ';'
    end as remedy,
    share as figure
from (
    select p.relname::text as relname, sum(z.live) as live, coalesce(sum(s.idx_scan), 0) as scans, sum(s.seq_scan) as seq,
        100.0 * coalesce(sum(s.idx_scan), 0) / nullif(coalesce(sum(s.idx_scan), 0) + sum(s.seq_scan), 0) as share
    from pg_class p
    cross join lateral (select p.oid as relid union all select t.relid from pg_partition_tree(p.oid) t where t.isleaf) m
    join pg_stat_user_tables s on s.relid = m.relid
    join pg_class c on c.oid = m.relid and c.relkind <> 'p'
    -- A crash discards the counted rows, and a standby counts none; the last ANALYZE keeps its own number.
    cross join lateral (select greatest(s.n_live_tup, c.reltuples::bigint) as live) z
    where p.relname in ('leads', 'email_sends', 'lead_activities', 'campaigns') and p.relkind in ('r', 'p') and not p.relispartition
      -- Another schema's are not the program's.
      and p.relnamespace = to_regnamespace('public')
      -- A table of a few pages is best read whole.
      and z.live >= 10000
    group by p.oid, p.relname
) t
cross join (
    -- The archiver's counters begin with all others, at the first start or after a crash; the server may have been restarted since.
    select extract(epoch from clock_timestamp() - coalesce(d.stats_reset, a.stats_reset, pg_postmaster_start_time())) as age
    from pg_stat_database d cross join pg_stat_archiver a
    where datname = current_database()
) statistics
-- Over more than a week it is green if it would be so had all sequential scans come in one day.
cross join lateral (select statistics.age > 604800
    and 100.0 * scans / nullif(scans + seq * statistics.age / 86400, 0) < :warn as hides_a_day) w
order by share nulls last;

-- id: invalid-index
-- title: Invalid indexes
-- unit: indexes
-- warn: 1
-- red: 1
-- direction: at most
-- workers: asked too
with busy as (
    -- What is built, or its table, and what is dropped just now. Who may not read all statistics is not told the table of another role's
    -- build, but is shown its locks. The new indexes of a table that is reindexed wait for each other.
    select l.relation from pg_locks l
    where l.granted and l.database = (select oid from pg_database where datname = current_database())
      and (l.pid in (select pid from pg_stat_progress_create_index)
           or l.mode = 'ShareUpdateExclusiveLock' and l.relation in (select indexrelid from pg_index))
), invalid as (
    select i.indexrelid, i.indrelid, i.indexrelid::regclass as name, i.indrelid::regclass as on_table, c.relkind, c.relname,
        (select t.oid::regclass from pg_class t where t.reltoastrelid = i.indrelid) as toasted, k.conname,
        coalesce('alter table ' || i.indrelid::regclass || ' add ' || pg_get_constraintdef(k.oid), pg_get_indexdef(c.oid)) as definition
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u')
    where not i.indisvalid
      and not exists (
          select from busy b
          where b.relation in (i.indexrelid, i.indrelid) or b.relation in (select relid from pg_partition_tree(i.indrelid)))
), told as (
    select i.*, l.partitions, l.names
    from invalid i
    cross join lateral (
        select count(*) as partitions, array_agg(p.inhrelid::regclass::text order by p.inhrelid::regclass::text) as names
        from pg_inherits p
        where i.relkind = 'I' and p.inhparent = i.indrelid
          and not exists (
              select from pg_inherits h
              join pg_index x on x.indexrelid = h.inhrelid
              where h.inhparent = i.indexrelid and x.indrelid = p.inhrelid and x.indisvalid)) l
)
select 'red' as status, name::text as subject,
    case when relkind = 'i' then 'left by a build that failed: writes pay for it, no query may use it'
         when partitions = 0 then 'every partition has a valid index of it by now, but one was not when it was attached'
         else format('%s partitions have no valid index of it: %s%s', partitions, array_to_string(names[1:5], ', '),
             case when partitions > 5 then ', ...' end) end as detail,
    -- A reindex rebuilds neither what a partitioned index lacks, nor an invalid index of a TOAST table.
    case when relkind = 'I' then
            case when partitions = 0 then ''
                 else format('On each of these partitions, make concurrently what is in: %s; and for each: alter index %s attach partition '
                     '...; ', definition, name) || 'or give it up: ' end
            || format('begin; set local lock_timeout = ''2s''; %s; commit; -- locks %s with its partitions meanwhile',
                coalesce('alter table ' || on_table || ' drop constraint ' || quote_ident(conname), 'drop index ' || name), on_table)
            || case when partitions = 0 then '. Then make it again: ' || replace(definition, ' ON ONLY ', ' ON ') else '' end
         -- Of a reindex that failed: the index itself is valid.
         when relname ~ '_cc(new|old)[0-9]*$' then format('drop index concurrently %s;', name)
         when toasted is not null then format('vacuum full %s;', toasted)
         else format('reindex index concurrently %s;', name) end as remedy, 1 as figure
from told
order by subject;

-- id: unused-index
-- title: Unused indexes
-- unit: MB
-- warn: 10
-- red: 1000
-- direction: at most
with statistics as (
    select extract(epoch from clock_timestamp() - coalesce(
        stats_reset, (select a.stats_reset from pg_stat_archiver a), pg_postmaster_start_time())) as age,
        -- A standby counts the scans of its queries for itself.
        pg_is_in_recovery() or exists (select from pg_stat_replication) as standbys,
        case when to_regclass('public.setting_history') is null then true
             else has_table_privilege('public.setting_history', 'select') end as readable
    from pg_stat_database
    where datname = current_database()
), noted as (
    -- PostgreSQL does not know since when an index is there; the job maintenance notes each. A database without it, and a login that may
    -- not read what it notes, are asked all the same.
    select x.name, x.oid, min(x.captured_at) as seen
    from statistics
    cross join xmltable('/table/row' passing case
            when to_regclass('public.setting_history') is null or not readable then '<table/>'::xml
            else query_to_xml('select name, value, captured_at from public.setting_history where name like ''index %''', false, false, '')
            end
        columns name text, oid text path 'value', captured_at timestamptz) x
    group by x.name, x.oid
), usage as (
    -- One row an index, its partitions summed: it is used when one of its partitions' indexes is.
    select r.oid, r.relname, r.relkind, x.indrelid, x.indisunique, sum(pg_relation_size(m.relid))::bigint as bytes,
        coalesce(sum(s.idx_scan), 0) as scans, exists (select from pg_constraint k where k.conindid = r.oid) as constrained,
        -- Each index of the schema says what it is for. One of the team's own that does is meant to stay as well.
        obj_description(r.oid, 'pg_class') as purpose,
        (select extract(epoch from clock_timestamp() - o.seen) from noted o
         where o.oid = r.oid::text and o.name = format('index %I.%I', n.nspname, r.relname)) as age
    from pg_class r
    join pg_index x on x.indexrelid = r.oid
    join pg_namespace n on n.oid = r.relnamespace
    cross join lateral (select r.oid as relid union all select t.relid from pg_partition_tree(r.oid) t where t.isleaf) m
    left join pg_stat_user_indexes s on s.indexrelid = m.relid
    where r.relkind in ('i', 'I') and not r.relispartition and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
      -- Those of an extension are its own.
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = x.indrelid and d.deptype = 'e')
    group by r.oid, r.relname, r.relkind, x.indrelid, x.indisunique, n.nspname
)
select case when statistics.age < :settled or standbys then 'unknown'
        -- What runs once a week has not run yet.
        when coalesce(usage.age, 0) < 7 * 86400 then 'unknown'
        when bytes / 1048576.0 >= :red and purpose is null then 'red'
        else 'yellow' end as status,
    usage.relname::text as subject,
    format('%s, never scanned in %s h of statistics', pg_size_pretty(bytes),
            round((least(statistics.age, usage.age) / 3600)::numeric, 1))
        || case when usage.age is null and not readable then '; since when it is there is shown to members of lh_owner alone'
                when usage.age is null then '; since when it is there is not known: the job maintenance notes it'
                when usage.age < 7 * 86400 then format('; first seen %s h ago', round((usage.age / 3600)::numeric, 1)) else '' end
        || case when standbys then '; the scans on standbys are counted there' else '' end
        || coalesce('; it is there for: ' || purpose, '') as detail,
    case when standbys and purpose is null then 'Ask the standbys too (pg_stat_user_indexes there). If none scans it: ' else '' end
        || case when purpose is not null
        then 'Keep it: the schema counts on its indexes, and migrate does not make one again. Look whether what it is for is in use here'
        -- PostgreSQL drops an index of a partitioned table in no other way.
        when usage.relkind = 'I'
        then format('begin; set local lock_timeout = ''2s''; drop index %s; commit; -- locks %s with its partitions meanwhile',
            usage.oid::regclass, usage.indrelid::regclass)
        else format('drop index concurrently %s;', usage.oid::regclass) end as remedy,
    -- What stays would be held against a limit that asks for less.
    case when purpose is null then bytes / 1048576.0 end as figure
from usage
cross join statistics
where scans = 0 and not constrained and not indisunique and bytes / 1048576.0 >= :warn
order by purpose is not null, bytes desc;

-- id: duplicate-index
-- title: Duplicate indexes
-- unit: indexes
-- warn: 1
-- red: 5
-- direction: at most
with indexes as (
    select i.*, c.relkind, c.relam, coalesce(pg_get_expr(i.indexprs, i.indrelid), '') as expressions,
        coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate,
        -- One that says what it is for is the schema's, as in unused-index.
        obj_description(i.indexrelid, 'pg_class') is not null as stays,
        -- A constraint, a subscription's updates or deletes, or a partitioned index would be without it.
        i.indisreplident or c.relispartition or exists (select from pg_constraint k where k.conindid = i.indexrelid) as needed
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'pg_toast')
    -- No query may use an invalid one, so it stands in for none.
    where i.indisvalid
), replaced as (
    -- All that the first does, the second does as well.
    select a.indexrelid, b.indexrelid as by, a.indrelid, a.relkind
    from indexes a
    join indexes b on b.indrelid = a.indrelid and b.indexrelid <> a.indexrelid and b.relam = a.relam
        and b.indkey = a.indkey and b.indclass = a.indclass and b.indoption = a.indoption and b.indcollation = a.indcollation
        and b.expressions = a.expressions and b.predicate = a.predicate
    where not a.needed and (b.stays or not a.stays)
      and (not a.indisunique
           or b.indisunique and b.indnullsnotdistinct = a.indnullsnotdistinct and b.indimmediate = a.indimmediate)
), going as (
    -- Of two alike the younger goes.
    select distinct on (r.indexrelid) r.*
    from replaced r
    where r.by < r.indexrelid or not exists (select from replaced o where o.indexrelid = r.by and o.by = r.indexrelid)
    order by r.indexrelid, r.by
)
select case when count(*) over () >= :red then 'red' else 'yellow' end as status,
    indexrelid::regclass::text as subject, format('the same columns as %s', by::regclass) as detail,
    case when relkind = 'I'
        then format('begin; set local lock_timeout = ''2s''; drop index %s; commit; -- locks %s with its partitions meanwhile',
            indexrelid::regclass, indrelid::regclass)
        else format('drop index concurrently %s;', indexrelid::regclass) end as remedy, count(*) over () as figure
from going;
