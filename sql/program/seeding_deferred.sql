-- id: capture-deferred
-- Keys, indexes, foreign keys and triggers that the seeder takes off before the load, with the statements that drop each and put it back.
-- $1: names of tables in schema public.
--
-- Phases of restoring: 0 the indexes behind keys that foreign keys refer to, 1 those keys, 2 foreign keys of plain tables and of
-- partitions, not yet validated, 3 every other index, and each partition's keys and validations, 4 keys of plain tables, indexes and
-- keys of partitioned parents, 5 validations of plain tables, foreign keys of parents and of other tables, 6 triggers. Foreign keys come
-- before the long index builds because adding one locks the table referred to against them, while validating it does not. A parent's
-- foreign key adopts the validated ones of its partitions. What belongs to a partition through its parent is dropped with the parent, and
-- so has no statement of its own to drop it. The column relation names a chain: what shares one is restored in order on one connection;
-- the heaviest chains of a phase come first.
insert into loadharness.seed_deferred (ordinal, phase, relation, drop_sql, create_sql)
with recursive relations as (
    select c.oid, c.relkind, c.relispartition, c.oid::regclass::text as relation,
           exists (select 1 from pg_constraint f where f.confrelid = c.oid and f.contype = 'f') as referenced
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($1)
    union all
    select c.oid, c.relkind, c.relispartition, c.oid::regclass::text, false
    from relations r
    join pg_inherits i on i.inhparent = r.oid
    join pg_class c on c.oid = i.inhrelid
),
indexes as (
    select r.relation, r.relkind, r.relispartition, r.referenced and k.contype in ('p', 'u') as referenced,
           i.indexrelid, i.indexrelid::regclass::text as index, x.relname as index_name,
           k.conname, k.contype, k.oid as constraint_oid,
           case when k.condeferred then ' deferrable initially deferred' when k.condeferrable then ' deferrable' else '' end
               as deferral,
           exists (select 1 from pg_inherits h where h.inhrelid = i.indexrelid) as inherited,
           -- What pg_get_indexdef leaves out.
           coalesce(format('; comment on index %s is %L', i.indexrelid::regclass, obj_description(i.indexrelid, 'pg_class')), '')
           || coalesce((select string_agg(format('; alter index %s alter column %s set statistics %s', a.attrelid::regclass,
               a.attnum, a.attstattarget), '')
                        from pg_attribute a where a.attrelid = i.indexrelid and a.attstattarget >= 0), '') as properties,
           -- An inverted index over an expression takes ten times as long to build as a B-tree, over a column two to three times.
           case when r.relispartition then 0 when m.amname = 'gin'
               and i.indexprs is not null then 3 when m.amname = 'gin' then 2 else 1 end as weight
    from relations r
    join pg_index i on i.indrelid = r.oid
    join pg_class x on x.oid = i.indexrelid
    join pg_am m on m.oid = x.relam
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
),
foreign_keys as (
    select k.oid, k.conname, k.conrelid::regclass::text as relation, k.convalidated, k.conparentid = 0 as own,
           coalesce(r.relkind = 'r', false) as leaf, coalesce(r.relispartition, false) as of_partition,
           format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
               as definition,
           coalesce(format('; comment on constraint %I on %s is %L', k.conname, k.conrelid::regclass,
               obj_description(k.oid, 'pg_constraint')), '') as comment
    from pg_constraint k
    left join relations r on r.oid = k.conrelid
    where k.contype = 'f'
      and (r.oid is not null or (k.conparentid = 0 and k.confrelid in (select oid from relations)))
),
found (phase, chain, step, weight, drop_sql, create_sql) as (
    select case when referenced and not relispartition then 0 else 3 end,
           case when relispartition then relation else index end, 0, weight,
           case when not inherited and conname is null then format('drop index %s', index) end,
           pg_get_indexdef(indexrelid) || properties
    from indexes
    where relkind = 'r' and contype is distinct from 'x'
    union all
    select case when relispartition then 3 when referenced then 1 else 4 end, relation, 1, 0,
           case when not inherited then format('alter table %s drop constraint %I', relation, conname) end,
           case when contype = 'x'
               then format('alter table %s add constraint %I %s', relation, conname, pg_get_constraintdef(constraint_oid))
                else format('alter table %s add constraint %I %s using index %I%s', relation, conname,
                            case contype when 'p' then 'primary key' else 'unique' end, index_name, deferral) end
           || coalesce(format('; comment on constraint %I on %s is %L', conname, relation,
               obj_description(constraint_oid, 'pg_constraint')), '')
    from indexes
    where relkind = 'r' and conname is not null
    union all
    select 2, 'foreign keys', 0, 0,
           case when own then format('alter table %s drop constraint %I', relation, conname) end,
           definition || case when convalidated then ' not valid' else '' end || comment
    from foreign_keys
    where leaf
    union all
    select case when of_partition then 3 else 5 end, relation, 2, 0, null,
           format('alter table %s validate constraint %I', relation, conname)
    from foreign_keys
    where leaf and convalidated
    union all
    select 5, relation, 0, 0, format('alter table %s drop constraint %I', relation, conname), definition || comment
    from foreign_keys
    where own and not leaf
    union all
    select 4, relation, 0, 0,
           case when conname is null then format('drop index %s', index)
               else format('alter table %s drop constraint %I', relation, conname) end,
           case when conname is null then replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
                else format('alter table %s add constraint %I %s', relation, conname, pg_get_constraintdef(constraint_oid)) end
           || properties
    from indexes
    where relkind = 'p' and not inherited
    union all
    select 6, r.relation, 0, 0,
           format('alter table %s disable trigger %I', r.relation, t.tgname),
           format('alter table %s enable %s trigger %I', r.relation,
                  case t.tgenabled when 'R' then 'replica' when 'A' then 'always' else '' end, t.tgname)
    from relations r
    join pg_trigger t on t.tgrelid = r.oid
    where not t.tgisinternal and t.tgenabled <> 'D' and t.tgparentid = 0
)
select row_number() over (order by phase, weight desc, chain, step, create_sql), phase, chain, drop_sql, create_sql
from found;
