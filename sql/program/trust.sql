-- Who could put an object where the migration and its functions look names up. Every name has its schema here:
-- an operator of a stranger that fits better than PostgreSQL's own would be run.

-- id: public-creators
-- Roles other than owners and superusers that may create in public; PUBLIC is everybody.
select case when a.grantee operator(pg_catalog.=) 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(a.grantee) end
from pg_catalog.pg_namespace n
cross join lateral pg_catalog.aclexplode(n.nspacl) a
where n.nspname operator(pg_catalog.=) 'public' and a.privilege_type operator(pg_catalog.=) 'CREATE'
  and a.grantee operator(pg_catalog.<>) n.nspowner
  and not exists (
      select from pg_catalog.pg_roles r
      where r.oid operator(pg_catalog.=) a.grantee
        and (r.rolsuper or r.rolname operator(pg_catalog.=) any (array['lh_owner', 'pg_database_owner']::name[])
             or exists (select 1 from pg_catalog.pg_database d
                        where d.datname operator(pg_catalog.=) pg_catalog.current_database()
                            and d.datdba operator(pg_catalog.=) r.oid)));

-- id: strangers
-- Functions, operators, types and whole schemas that a role made which is neither a superuser, nor the migrating user, nor an owner here.
with trusted as (
    select r.oid from pg_catalog.pg_roles r
    where r.rolsuper or r.rolname operator(pg_catalog.=) any (array[current_user, 'pg_database_owner']::name[])
    union all
    -- Who may act as lh_owner is trusted as much as it.
    select r.oid from pg_catalog.pg_roles o, pg_catalog.pg_roles r
    where o.rolname operator(pg_catalog.=) 'lh_owner' and pg_catalog.pg_has_role(r.oid, o.oid, 'member')
    union all select d.datdba from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) pg_catalog.current_database()
    union all select n.nspowner from pg_catalog.pg_namespace n where n.nspname operator(pg_catalog.=) 'public'
    union all select c.relowner from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('public.leads')
), held as (
    select 'routine ' operator(pg_catalog.||) p.oid::pg_catalog.regprocedure::text as name, p.proowner as owner
    from pg_catalog.pg_proc p
    where p.pronamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
    union all
    select 'operator ' operator(pg_catalog.||) o.oid::pg_catalog.regoperator::text, o.oprowner from pg_catalog.pg_operator o
    where o.oprnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
    union all
    select 'operator class ' operator(pg_catalog.||) c.opcname::text, c.opcowner from pg_catalog.pg_opclass c
    where c.opcnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
    union all
    select 'type ' operator(pg_catalog.||) t.typname::text, t.typowner from pg_catalog.pg_type t
    where t.typnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace and t.typrelid operator(pg_catalog.=) 0
      and t.typelem operator(pg_catalog.=) 0
    union all
    select 'schema ' operator(pg_catalog.||) n.nspname::text, n.nspowner from pg_catalog.pg_namespace n
    where n.nspname operator(pg_catalog.=) any (array['loadharness', 'loadharness_build', 'loadharness_retired', 'archive']::name[])
)
select h.name operator(pg_catalog.||) ' of ' operator(pg_catalog.||) pg_catalog.pg_get_userbyid(h.owner)::text
from held h
where not exists (select 1 from trusted t where t.oid operator(pg_catalog.=) h.owner);
