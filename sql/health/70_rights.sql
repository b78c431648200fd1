-- Rights that a login had before the migration, or got by default privileges. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: rights-of-others
-- title: Roles with rights on the audit or on internal tables
-- unit: roles
-- warn: 1
-- red: 1
-- direction: at most
-- requires: public.get_job_status()
-- remedy: Run the migrate verb on this database.
with granted as (
    select case when a.grantee = 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end as grantee, c.oid::regclass::text as name,
        -- Where the application's roles have no right, or on some columns alone, there may be no policy. A partition shows nobody its rows.
        case when not c.relispartition and not exists (
                select 1 from aclexplode(c.relacl) o join pg_roles p on p.oid = o.grantee
                where p.rolname in ('lh_app', 'lh_readonly', 'lh_worker')) then 'all'
             when c.relname in ('audit_logs', 'api_key_audit_logs', 'erasures')
                and a.privilege_type in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') then 'insert, update, delete, truncate'
             -- No policy binds a truncation, and what a trigger calls runs as lh_owner.
             when a.privilege_type in ('TRIGGER', 'TRUNCATE') then 'trigger, truncate' end as taken
    from pg_class c
    join pg_roles w on w.oid = c.relowner and w.rolname = 'lh_owner'
    cross join lateral aclexplode(c.relacl) a
    left join pg_roles r on r.oid = a.grantee
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm')
      and not coalesce(r.rolsuper or r.rolname in ('lh_app', 'lh_readonly', 'lh_worker', 'lh_jobs')
                       -- Who may act as the owner is trusted as much as it.
                       or pg_has_role(r.oid, w.oid, 'member'), false)
), rights as (
    select grantee, taken, string_agg(distinct name, ', ' order by name) as names
    from granted where taken is not null
    group by grantee, taken
), told as (
    select *, case when length(names) > 200 then left(names, 200) || '...' else names end as first_names from rights
)
select 'red' as status, grantee as subject,
    string_agg(format(case taken when 'all' then 'has rights on tables that only the functions use (%s)'
                                 when 'trigger, truncate' then 'may add triggers or truncate, whatever the policies say (%s)'
                                 else 'may write the audit (%s)' end, first_names), '; ' order by taken) as detail,
    string_agg(format('revoke %s on %s from %s;', taken, names, case grantee when 'PUBLIC' then 'public' else quote_ident(grantee) end),
        ' ' order by taken) as remedy,
    count(*) over () as figure
from told
group by grantee
order by grantee;
