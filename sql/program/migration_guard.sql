-- What somebody else added to tables that the migrator replaces by new ones: it would go with the old table, or stop the migrator half-way.
-- In psql: prepare x as STATEMENT; then execute x (...); with values for $1 and the others.

-- id: additions-to-replaced-tables
-- What would be lost. $1: names of the tables; $2: the kind of those that are not replaced yet: r on the way up, p on the way down;
-- $3: columns that the files make, as table.column; $4, $5, $6: names of triggers, constraints and policies that the files make.
with replaced as (
    select c.oid, c.relname from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($1) and c.relkind::text = $2
)
select format('column %s.%I', r.relname, a.attname)
from replaced r
join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
where r.relname || '.' || a.attname <> all ($3)
union all
select format('trigger %I on %s', t.tgname, t.tgrelid::regclass)
from replaced r
cross join lateral (select r.oid as relid union select p.relid::oid from pg_partition_tree(r.oid::regclass) p) as part
join pg_trigger t on t.tgrelid = part.relid and t.tgparentid = 0 and not t.tgisinternal
where t.tgname <> all ($4)
union all
select format('constraint %I on %s', k.conname, r.oid::regclass)
from replaced r
join pg_constraint k on k.conrelid = r.oid and k.contype in ('c', 'f', 'u', 'x') and k.conparentid = 0
where k.conname <> all ($5)
union all
select format('policy %I on %s', p.polname, r.oid::regclass)
from replaced r
join pg_policy p on p.polrelid = r.oid
where p.polname <> all ($6)
union all
select format('rule %I on %s', w.rulename, r.oid::regclass)
from replaced r
join pg_rewrite w on w.ev_class = r.oid
order by 1;

-- id: dependents-of-dropped-tables
-- What PostgreSQL would refuse to drop a table or a column for. $1, $2: as above; $3: other tables and views that the steps drop;
-- $4: columns that they drop, as table.column; $5: the schema's own tables, whose keys and policies the steps take care of.
with replaced as (
    select c.oid from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($1) and c.relkind::text = $2
), dropped as (
    select r.oid, 0 as attnum from replaced r
    union
    select p.relid::oid, 0 from replaced r cross join lateral pg_partition_tree(r.oid::regclass) p
    union
    select c.oid, 0 from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($3) and c.relkind in ('r', 'p', 'm')
    union
    select a.attrelid, a.attnum::int from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname || '.' || a.attname = any ($4)
), target as (
    select 'pg_class'::regclass::oid as classid, x.oid, x.attnum from dropped x
    union all
    -- Its row type, which a function may take or return, and arrays of it.
    select 'pg_type'::regclass::oid, y.oid, 0
    from dropped x
    join pg_class c on c.oid = x.oid
    join pg_type t on t.oid = c.reltype
    cross join lateral unnest(array[t.oid, t.typarray]) as y (oid)
    where x.attnum = 0
)
select distinct case when d.classid = 'pg_rewrite'::regclass and v.relkind in ('v', 'm')
    then case v.relkind when 'v' then 'view ' else 'materialized view ' end || v.oid::regclass::text
    else pg_describe_object(d.classid, d.objid, d.objsubid) end
from target x
join pg_depend d on d.deptype = 'n' and d.refclassid = x.classid and d.refobjid = x.oid and (x.attnum = 0 or d.refobjsubid = x.attnum)
left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
left join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid
left join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid
left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
left join pg_class v on v.oid = coalesce(
    w.ev_class, p.polrelid, k.conrelid, t.tgrelid, f.adrelid, case when d.classid = 'pg_class'::regclass then d.objid end)
where (k.oid is null or k.conparentid = 0)
  and not exists (select from dropped o where o.oid = v.oid and o.attnum = 0)
  and not coalesce(v.relnamespace = 'public'::regnamespace and v.relname = any ($5), false)
  -- What the function files made is dropped before the tables.
  and not exists (
      select from loadharness.created_object o
      where o.name = case when d.classid = 'pg_proc'::regclass then d.objid::regprocedure::text else v.oid::regclass::text end)
order by 1;

-- id: policies-that-steps-would-change
-- The way up gives each policy of the name tenant with a subquery another rule, also one on somebody's own table. The way down drops the
-- function of that rule. $1: r on the way up, p on the way down; $2: the schema's own tables.
select format('policy %I on %s', p.polname, c.oid::regclass)
from pg_policy p
join pg_class c on c.oid = p.polrelid
where not (c.relnamespace = 'public'::regnamespace and c.relname = any ($2))
  and case when $1 = 'r'
      then to_regprocedure('public.tenant_workspace()') is null and c.relnamespace = 'public'::regnamespace and p.polname = 'tenant'
           and pg_get_expr(p.polqual, p.polrelid) ~* 'select'
      else concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ~ '\mtenant_workspace\(' end
order by 1;

-- id: repeat-for-replaced-tables
-- Statements that give the new table what the old one had of somebody else's and no row needs. $1, $2: as above; $3: names of indexes that
-- the files make.
with replaced as (
    select c.oid, c.relowner, c.relacl from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname = any ($1) and c.relkind::text = $2
), rights as (
    select r.oid, a.grantee, a.is_grantable, lower(string_agg(a.privilege_type, ', ' order by a.privilege_type)) as what
    from replaced r
    cross join lateral aclexplode(r.relacl) a
    where a.grantee <> r.relowner
    group by r.oid, a.grantee, a.is_grantable
    union all
    select r.oid, a.grantee, a.is_grantable,
           format('%s (%s)', lower(a.privilege_type), string_agg(quote_ident(t.attname), ', ' order by t.attnum))
    from replaced r
    join pg_attribute t on t.attrelid = r.oid and t.attnum > 0 and not t.attisdropped
    cross join lateral aclexplode(t.attacl) a
    where a.grantee <> r.relowner
    group by r.oid, a.grantee, a.is_grantable, a.privilege_type
)
select format('grant %s on %s to %s%s', g.what, g.oid::regclass,
    case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
    case when g.is_grantable then ' with grant option' else '' end)
from rights g
where pg_get_userbyid(g.grantee)::text not like 'lh\_%'
union all
select replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
from replaced r
join pg_index i on i.indrelid = r.oid and i.indisvalid
join pg_class c on c.oid = i.indexrelid and c.relname <> all ($3)
where not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = r.oid)
union all
select format('alter publication %I add table %s', p.pubname, r.oid::regclass)
from replaced r
join pg_publication_rel m on m.prrelid = r.oid
join pg_publication p on p.oid = m.prpubid
order by 1;
