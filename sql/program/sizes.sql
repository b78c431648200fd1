-- Bytes of tables and indexes.

-- id: relation-sizes
-- Of each table and of its indexes together; partitions are added to their parent.
with /* loadharness: sizes */
recursive family as (
    select c.oid as root, c.oid as member
    from pg_class c
    where c.relkind in ('r', 'p', 'm') and not c.relispartition and c.relnamespace = 'public'::regnamespace
    union all
    select f.root, i.inhrelid
    from family f
    join pg_inherits i on i.inhparent = f.member
)
select r.relname::text, case r.relkind when 'm' then 'materialized view' when 'p' then 'partitioned table' else 'table' end,
       sum(pg_table_size(f.member))::bigint, sum(pg_indexes_size(f.member))::bigint
from family f
join pg_class r on r.oid = f.root
group by 1, 2;

-- id: index-sizes-and-scans
-- Of each index, with its scans; the indexes of partitions are added to their parent's.
with /* loadharness: sizes */
recursive family as (
    select i.indexrelid as root, i.indexrelid as member
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    where not c.relispartition and c.relnamespace = 'public'::regnamespace
    union all
    select f.root, h.inhrelid
    from family f
    join pg_inherits h on h.inhparent = f.member
)
select r.relname::text, t.relname::text, sum(pg_relation_size(f.member))::bigint,
       sum(coalesce(pg_stat_get_numscans(f.member), 0))::bigint
from family f
join pg_class r on r.oid = f.root
join pg_index i on i.indexrelid = f.root
join pg_class t on t.oid = i.indrelid
group by 1, 2;

-- id: index-bytes
-- Of every index outside the system's schemas and the program's own; those of a partitioned table are summed under the parent's name.
select case when n.nspname = 'public' then '' else n.nspname || '.' end || coalesce(root.relname, i.relname),
       sum(pg_relation_size(i.oid))::bigint
from pg_class i
join pg_index x on x.indexrelid = i.oid
join pg_namespace n on n.oid = i.relnamespace and n.nspname !~ '^pg_'
     and n.nspname not in ('information_schema', 'loadharness')
left join lateral (
    select p.relname from pg_partition_ancestors(i.oid) with ordinality a (relid, place)
    join pg_class p on p.oid = a.relid order by a.place desc limit 1) root on i.relispartition
where i.relkind = 'i'
    -- Those of an extension are not the application's.
    and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = x.indrelid and d.deptype = 'e')
group by 1;

-- id: index-catalog
-- Every index of the schema, a partitioned one once: name, table, definition, what stands on it, which others do all that it does, its
-- parts. A foreign key stands on an index of the table that it refers to; that of a partition is its parent's business.
with indexes as (
    select c.oid, c.relname, t.relname as table_name, i.indrelid, i.indpred, i.indnkeyatts, i.indisunique, i.indnullsnotdistinct,
           i.indimmediate, k.oid is not null as constrained, coalesce(k.conexclop::text, '') as operators,
           (i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
            pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid), c.relam)::text as shape
    from pg_index i
    join pg_class c on c.oid = i.indexrelid and not c.relispartition
    join pg_class t on t.oid = i.indrelid
    left join pg_constraint k on k.conindid = c.oid and k.contype in ('p', 'u', 'x') and k.conparentid = 0
    where c.relnamespace = 'public'::regnamespace
      and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e')
), replaced as (
    -- The first may go: a rule that keeps rows right is kept by the second as well.
    select p.oid, o.relname::text as by
    from indexes p
    join indexes o on o.shape = p.shape and o.oid <> p.oid
    where (o.constrained or not p.constrained) and p.operators in ('', o.operators)
      and (not p.indisunique
           or o.indisunique and o.indnullsnotdistinct = p.indnullsnotdistinct and o.indimmediate = p.indimmediate)
)
select p.relname, p.table_name, pg_get_indexdef(p.oid),
       array(select case k.contype when 'f' then format('the foreign key %s of %s', k.conname, k.conrelid::regclass)
                                   else format('the constraint %s', k.conname) end
             from pg_constraint k
             where k.conindid = p.oid and k.conparentid = 0
             order by k.contype = 'f', k.conname)
       || array(select format('the rule that (%s) %s unique%s', string_agg(pg_get_indexdef(p.oid, part, true), ', ' order by part),
                              case when p.indnkeyatts = 1 then 'is' else 'are' end,
                              ' where ' || pg_get_expr(p.indpred, p.indrelid, true))
                from generate_series(1, p.indnkeyatts::int) part
                where p.indisunique and not p.constrained
                having count(*) > 0),
       array(select r.by from replaced r where r.oid = p.oid order by 1),
       array(select c.relname::text from pg_partition_tree(p.oid) part join pg_class c on c.oid = part.relid
             union select p.relname::text)
from indexes p
order by p.table_name, p.relname;
