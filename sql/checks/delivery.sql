-- Sections 11 to 13: growth, security and what stayed of the base schema.

-- id: KM-2
select capture_growth();
select case when count(*) > 0 then 'met' else 'missed' end,
    format('sizes of %s tables are kept each day by the maintenance job, %s days so far', count(distinct table_name),
    count(distinct captured_on)), count(distinct captured_on), null, 'days' from table_size_history;

-- id: SV-1
-- tenant: made
-- Not as a command: a cluster would pass it on to sessions of another role.
select set_config('role', 'lh_app', true);
select set_config('app.own', (select count(*) from leads)::text, true);
select set_config('app.workspace_id', '', true);
select set_config('app.without', (select count(*) from leads)::text, true);
select set_config('role', 'none', true);
with bare as (
    select c.relname
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm', 'v') and not c.relrowsecurity
      and (has_table_privilege('lh_app', c.oid, 'select') or has_table_privilege('lh_readonly', c.oid, 'select')
          or has_table_privilege('lh_worker', c.oid, 'select'))
), granted as (
    select c.relname from pg_class c
    where c.relispartition and c.relkind = 'r' and has_table_privilege('lh_app', c.oid, 'select')
)
select case when (select count(*) from bare) + (select count(*) from granted) + current_setting('app.without')::bigint = 0
              and current_setting('app.own')::bigint = 50 then 'met' else 'missed' end,
    format('%s tables readable without row security, %s partitions granted; lh_app sees %s of its 50 leads, '
        'and %s leads without a workspace',
        (select count(*) from bare), (select count(*) from granted), current_setting('app.own'), current_setting('app.without')),
    (select count(*) from bare), 0, 'tables';

-- id: SV-2
-- Nodes of a cluster connect to each other as these roles: on a coordinator whose workers hold this schema they may log in, but have no
-- password. In psql on such a coordinator, first: set loadharness.roles_log_in = 'yes'
select case when count(*) = 4 and not bool_or(rolsuper or rolbypassrls) and open = 0
    and not bool_or(rolcanlogin and not spread) then 'met' else 'missed' end,
    format('roles %s, none may %sbypass row security; %s functions are open to everybody',
        string_agg(rolname, ', ' order by rolname), case when spread then '' else 'log in or ' end, open), open, 0, 'functions'
from pg_roles, (
    select count(*) as open from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('public', p.oid, 'execute')
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')) f
cross join (select coalesce(current_setting('loadharness.roles_log_in', true), 'no') = 'yes' as spread) c
where rolname in ('lh_owner', 'lh_app', 'lh_readonly', 'lh_worker')
group by open, spread;

-- id: SV-3
-- tenant: made
select api_key_id from create_api_key(current_setting('app.workspace_id')::bigint, 'verify');
select case when count(*) filter (where octet_length(key_hash) = 32) = count(*) and bool_or(name = 'verify')
    and current_setting('ssl_library') <> '' then 'met' else 'missed' end,
    format('%s keys, each a SHA-256 of 32 bytes, key_hash not readable by lh_app; TLS is built into the server (%s), and %s on it',
        count(*), coalesce(nullif(current_setting('ssl_library'), ''), 'no library'), current_setting('ssl')), count(*), null, 'keys'
from api_keys where not has_column_privilege('lh_app', 'api_keys', 'key_hash', 'select');

-- id: SV-4
-- tenant: made
update campaigns set status = 'paused'
where id = current_setting('app.campaign_id')::bigint
    and workspace_id = current_setting('app.workspace_id')::bigint;
select case when count(*) > 0 and not has_table_privilege('lh_app', 'audit_logs', 'insert')
    and not has_table_privilege('lh_app', 'audit_logs', 'update')
              and not has_table_privilege('lh_app', 'audit_logs', 'delete') then 'met' else 'missed' end,
    format('a change of a campaign''s state left %s audit row (rolled back); lh_app may not write the log', count(*)), count(*), 1, 'rows'
from audit_logs where entity = 'campaigns' and workspace_id = current_setting('app.workspace_id')::bigint;

-- id: QA-4
create schema verify_base;
set local search_path = verify_base;
\ir ../schema.sql
set local search_path = public;
select case when count(*) = 0 then 'met' else 'missed' end,
    case when count(*) = 0
        then format('all %s columns of the base schema are there, with their types',
        (select count(*) from information_schema.columns where table_schema = 'verify_base'))
         else string_agg(format('%s.%s', table_name, column_name), ', ') end,
    count(*), 0, 'columns'
from (
    select table_name, column_name, data_type from information_schema.columns where table_schema = 'verify_base'
    except
    select table_name, column_name, data_type from information_schema.columns where table_schema = 'public'
) gone;
