-- What the migrator keeps in a database, and what it asks of one.
-- In psql: prepare x as STATEMENT; then execute x (...); with values for $1 and the others.

-- id: migration-journal
-- What was applied, kept in the database itself.
create schema if not exists loadharness;
create table if not exists loadharness.journal (
    migration text not null,
    direction text not null check (direction in ('up', 'down', 'repeatable')),
    step text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp(),
    duration_ms double precision not null,
    primary key (migration, direction, step)
);
create table if not exists loadharness.created_object (
    ordinal bigint generated always as identity primary key,
    kind text not null,
    name text not null,
    unique (kind, name)
);
create table if not exists loadharness.revoked_right (role text primary key);

-- id: drops-of-the-migrators-own
-- Statements that drop what the migrator made in its schema. What the seeder keeps there is of the rows, which stay.
select format('drop table if exists loadharness.%I cascade', c.relname)
from pg_class c
where c.relnamespace = 'loadharness'::regnamespace and c.relkind = 'r' and c.relname not like 'seed\_%'
union all
select format('drop routine if exists %s cascade', p.oid::regprocedure)
from pg_proc p
where p.pronamespace = 'loadharness'::regnamespace;

-- id: objects-in-public
-- What the function files made. What an extension owns is not theirs, nor is a table's row type, which goes with its table.
select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end || ' ' || p.oid::regprocedure::text
from pg_proc p
where p.pronamespace = 'public'::regnamespace
  and not exists (select 1 from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
union all
select case c.relkind when 'v' then 'view ' when 'm' then 'materialized view ' when 'c' then 'type ' else 'table ' end
    || c.oid::regclass::text
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm', 'c', 'r', 'p') and not c.relispartition
  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e');

-- id: invalid-indexes
-- What failed concurrent builds left on the schema's tables. A build that is under way is not a leftover, nor is a partitioned index that
-- waits for its parts. $1: names of the tables; others are somebody's own.
with builds as (
    -- A reindex makes all its indexes first and tells the one that it is at; the others are known by its locks. Of another role's build a
    -- login without the rights of pg_read_all_stats is told neither index nor table.
    select p.index_relid as told, l.relation as locked, p.relid is null as is_hidden
    from pg_stat_progress_create_index p
    left join pg_locks l on l.pid = p.pid and l.granted
    where p.datname = current_database()
)
select format('%I.%I', n.nspname, c.relname)
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid
  and c.relkind = 'i'
  and (n.nspname = 'loadharness_build' or n.nspname = 'public' and exists (
      select from pg_class t where t.oid = coalesce(pg_partition_root(i.indrelid), i.indrelid) and t.relname = any ($1)))
  and not exists (
      select from builds b
      where i.indexrelid in (b.told, b.locked) or b.is_hidden and b.locked = i.indrelid)
order by 1;

-- id: longest-lock-wait
-- The session that has waited longest for a lock: seconds, what waits, and what the sessions ahead of it run.
-- $1: the application name of the load.
select extract(epoch from w.waited)::float8, w.query,
    coalesce((select string_agg(left(regexp_replace(b.query, '\s+', ' ', 'g'), 160), ' and ')
              from pg_stat_activity b where b.pid = any (pg_blocking_pids(w.pid))), 'gone')
from (
    select l.pid, clock_timestamp() - l.waitstart as waited, a.query
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
    where not l.granted and a.application_name = $1 and a.datname = current_database()
    order by l.waitstart
    limit 1
) w;

-- id: tables-to-spread
-- Tables to distribute over workers, in an order in which each comes after those that it refers to; with the column of the workspace.
with recursive tenants as (
    select c.oid, case when c.relname = 'workspaces' then 'id' else 'workspace_id' end as workspace
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and (c.relname = 'workspaces' or exists (
          select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped))
), levels as (
    select t.oid, 0 as level from tenants t
    union
    select k.conrelid, l.level + 1
    from levels l
    join pg_constraint k on k.confrelid = l.oid and k.contype = 'f' and k.conparentid = 0 and k.conrelid <> k.confrelid
)
select t.oid::regclass::text, t.workspace
from tenants t
join levels l on l.oid = t.oid
group by t.oid, t.workspace
order by max(l.level), t.oid;

-- id: schema-fingerprint
-- One line for each column, constraint, index, statistics target, owner, grant, policy, routine, view, trigger and comment of a schema.
-- $1: the schema.
with own as (
    select c.* from pg_class c where c.relnamespace = $1::text::regnamespace
      and not exists (select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
)
select format('column %s.%I %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, pg_get_expr(d.adbin, d.adrelid))
from pg_attribute a join own c on c.oid = a.attrelid left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
where c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
union all
select format('constraint %s.%I %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
from pg_constraint k join own c on c.oid = k.conrelid
union all
select format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i join own c on c.oid = i.indexrelid
union all
select format('statistics %s.%s %s', c.relname, a.attnum, a.attstattarget)
from pg_attribute a
join own c on c.oid = a.attrelid
where a.attstattarget >= 0 and not a.attisdropped
union all
select format('table %s %s %s %s %s %s %s', relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity,
    reloptions,
    (select string_agg(a::text, ' ' order by a::text)
        from unnest(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a))
    from own
union all
select format('column grant %s.%I %s', c.relname, a.attname, a.attacl)
from pg_attribute a
join own c on c.oid = a.attrelid
where a.attacl is not null
union all
select format('comment %s.%s %s', c.relname, a.attname, d.description) from pg_description d join own c on c.oid = d.objoid
left join pg_attribute a on (a.attrelid, a.attnum) = (d.objoid, d.objsubid) and d.objsubid > 0
where d.classoid = 'pg_class'::regclass
union all
select format('policy %s.%I %s %s', c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid))
from pg_policy p
join own c on c.oid = p.polrelid
union all
select format('routine %s %s %s', p.oid::regprocedure, coalesce(p.proacl, acldefault('f', p.proowner)), md5(p.prosrc))
from pg_proc p
where p.pronamespace = $1::text::regnamespace
  and not exists (select 1 from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
union all
select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t join own c on c.oid = t.tgrelid where not t.tgisinternal;
