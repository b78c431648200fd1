-- Who may do what: jobs of a role of their own, an audit log that nobody skips, proof of erasures.

-- step: mirror
-- Nothing uses it between migrations, and a definer function of a superuser is a way up for a role that can alter what it calls.
alter function loadharness.mirror() security invoker;
revoke all on function loadharness.mirror(), loadharness.common_columns(regclass, regclass) from public;

-- step: job_role
-- pg_cron starts a job as a role that may log in. It has no password: where passwords are asked for, nobody else can be it.
do $$
begin
    if not exists (select from pg_roles where rolname = 'lh_jobs') then
        begin
            create role lh_jobs login;
        exception
            when duplicate_object or unique_violation then
                null; -- Another database's migration made it just now.
            when insufficient_privilege then
                raise exception 'The role lh_jobs is missing and % may not create roles', current_user
                    using hint = format('Let an administrator run: create role lh_jobs login; grant lh_jobs to %I;', current_user);
        end;
    end if;
    if not pg_has_role(current_user, 'lh_jobs', 'member') then
        begin
            execute format('grant lh_jobs to %I', current_user);
        exception
            when insufficient_privilege then
                raise notice '% is not a member of lh_jobs: it can migrate, but not run the jobs as that role', current_user;
        end;
    end if;
    grant usage on schema public to lh_jobs;
end
$$;

-- step: jobs
alter table scheduled_jobs add column stepwise boolean not null default false;
comment on column scheduled_jobs.stepwise is
    'The body gives names and statements: each runs in a transaction of its own and answers with what it did, whether that failed, and '
    'whether it wants to run again.';
alter table job_runs add column failed_steps int not null default 0;
comment on table job_runs is
    'One row an attempted job run, by pg_cron or the program. Its session holds a lock on the row during each step: a running row '
    'without one belongs to a session that ended.';
update scheduled_jobs set body = 'select name, statement from public.maintenance_tasks()', stepwise = true where name = 'maintenance';
update scheduled_jobs set body = 'select name, statement from public.partition_tasks()', stepwise = true where name = 'create-partitions';

-- step: audit_columns
-- The log outlives what it tells of: also the workspace.
alter table audit_logs drop constraint audit_logs_workspace_id_fkey;
alter table audit_logs add column login text;
comment on column audit_logs.actor is 'Who the application says it acts for: a claim.';
comment on column audit_logs.login is 'The role that logged in: a fact.';

-- step: audit_functions
create or replace function audit_actor() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select regexp_replace(left(coalesce(
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('role', true), 'none'),
        session_user::text), 200), '[[:cntrl:]]', ' ', 'g')
$$;

-- Bounded: a body of a megabyte must not be kept twice for each change. Keys are hashes of secrets, URLs may hold them.
create function audit_values(p_row jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(key, case
        when key = 'url' and jsonb_typeof(value) = 'string' then
            to_jsonb(left(regexp_replace(regexp_replace(value #>> '{}', '://[^/?#]*@', '://***@'), '[?#].*$', '?***'), 500))
        when length(value::text) > 500 then to_jsonb(left(value #>> '{}', 500) || '...')
        else value end)
    from jsonb_each(p_row)
    where key <> 'key_hash'
$$;

create function audit_write(p_workspace_id bigint, p_action text, p_entity text, p_entity_id text, p_details jsonb) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into public.audit_logs (workspace_id, actor, login, action, entity, entity_id, details, created_at)
    values (p_workspace_id, public.audit_actor(), session_user, p_action, p_entity, p_entity_id, coalesce(p_details, '{}'),
        clock_timestamp())
$$;

-- Runs as its owner: the app may cause an audit row but never write one. Of an update, the columns that changed.
create or replace function audit_row_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    v_row jsonb := coalesce(v_after, v_before);
    v_details jsonb;
begin
    if tg_op = 'UPDATE' then
        select jsonb_build_object('before', public.audit_values(jsonb_object_agg(b.key, b.value)),
                                  'after', public.audit_values(jsonb_object_agg(b.key, v_after -> b.key)))
        into v_details
        from jsonb_each(v_before) b
        where b.value is distinct from v_after -> b.key;
    else
        v_details := jsonb_build_object(case tg_op when 'INSERT' then 'after' else 'before' end,
            public.audit_values(jsonb_strip_nulls(v_row)));
    end if;
    perform public.audit_write(
        case when tg_table_name = 'workspaces' then (v_row ->> 'id')::bigint else (v_row ->> 'workspace_id')::bigint end,
        lower(tg_op), tg_table_name, coalesce(v_row ->> 'id', v_row ->> 'user_id'), jsonb_strip_nulls(v_details));
    return null;
end;
$$;

-- Addresses are kept as hashes: the log outlives an erasure.
create function audit_lead_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.audit_write(new.workspace_id, 'update', 'leads', new.id::text, jsonb_strip_nulls(jsonb_build_object(
        'status', case when old.status <> new.status then jsonb_build_array(old.status, new.status) end,
        'email_sha256', case when old.email <> new.email then jsonb_build_array(
            encode(sha256(convert_to(old.email, 'UTF8')), 'hex'), encode(sha256(convert_to(new.email, 'UTF8')), 'hex')) end,
        'columns', (select jsonb_agg(b.key order by b.key) from jsonb_each(to_jsonb(old)) b
                    where b.value is distinct from to_jsonb(new) -> b.key and b.key not in ('updated_at', 'status', 'email')))));
    return null;
end;
$$;

create function audit_send_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.audit_write(new.workspace_id, 'update', 'email_sends', new.id::text,
        jsonb_build_object('campaign', new.campaign_id, 'lead', new.lead_id, 'status', jsonb_build_array(old.status, new.status)));
    return null;
end;
$$;

-- One row a statement: a bulk deletion of a million leads must not write a million audit rows. It names the first hundred.
create or replace function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.audit_write(d.workspace_id, 'delete', 'leads', null,
        jsonb_build_object('leads', d.leads, 'ids', d.ids))
    from (select workspace_id, count(*) as leads, to_jsonb((array_agg(id order by id))[1:100]) as ids
          from deleted group by workspace_id) d;
    return null;
end;
$$;

create function audit_import() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.audit_write(new.workspace_id, 'import', 'leads', new.id::text, jsonb_build_object(
        'source', left(new.source, 200), 'imported', new.imported, 'updated', new.updated, 'rejected', new.rejected));
    return null;
end;
$$;

do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array['audit_actor()', 'audit_values(jsonb)', 'audit_write(bigint, text, text, text, jsonb)',
        'audit_row_change()',
        'audit_lead_change()', 'audit_send_change()', 'audit_lead_deletion()', 'audit_import()']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke all on function %s from public', v_function);
    end loop;
    revoke insert, update, delete, truncate on audit_logs from public, lh_app, lh_readonly, lh_worker;
end
$$;

comment on function audit_actor() is 'Who acts, as the application says: the app.actor setting, else the role in force, else the '
    'session user; at most 200 characters.';
comment on function audit_values(jsonb) is 'A row as the audit log keeps it: no key hashes, URLs without secrets, at most 500 '
    'characters a value.';
comment on function audit_write(bigint, text, text, text, jsonb)
    is 'Writes an audit_logs row with the claimed actor, the login and the clock''s time; for the schema''s own functions.';
comment on function audit_row_change() is 'Writes an audit_logs row for a changed row: of an update, the columns that changed.';
comment on function audit_lead_change() is 'Writes an audit_logs row for a lead whose status or address changed, or which the '
    'application overwrote by hand.';
comment on function audit_send_change() is 'Writes an audit_logs row for a send whose status was changed by hand.';
comment on function audit_lead_deletion() is 'Writes one audit_logs row a workspace for a deletion of leads, with their number and the '
    'first hundred ids.';
comment on function audit_import() is 'Writes one audit_logs row an import, with its numbers.';

-- step: audit_lead_changes
-- Imports change other columns, and their functions act as lh_owner: neither condition is met by a row of theirs.
create trigger audit_lead_changes after update on leads for each row
    when (old.status is distinct from new.status or old.email is distinct from new.email
          or (current_user <> 'lh_owner' and (old.name, old.phone, old.company, old.position, old.source, old.tags, old.custom_fields)
              is distinct from (new.name, new.phone, new.company, new.position, new.source, new.tags, new.custom_fields)))
    execute function audit_lead_change();

-- step: audit_imports
create trigger audit_imports after update of status on lead_imports for each row
    when (new.status = 'finished' and old.status <> 'finished') execute function audit_import();

-- step: audit_campaigns
drop trigger audit_campaigns on campaigns;
create trigger audit_campaigns after insert or delete on campaigns for each row execute function audit_row_change();
create trigger audit_campaign_changes after update of status, name, subject, template_id, segment_id, scheduled_at,
    send_window on campaigns for each row
    when ((old.status, old.name, old.subject, old.template_id, old.segment_id, old.scheduled_at, old.send_window)
          is distinct from (new.status, new.name, new.subject, new.template_id, new.segment_id, new.scheduled_at, new.send_window))
    execute function audit_row_change();

-- step: audit_segments
create trigger audit_segments after insert or update or delete on lead_segments for each row execute function audit_row_change();

-- step: audit_templates
create trigger audit_templates after insert or update or delete on email_templates for each row execute function audit_row_change();

-- step: audit_flows
create trigger audit_flows after insert or update or delete on automation_flows for each row execute function audit_row_change();

-- step: audit_users
create trigger audit_users after update or delete on users for each row execute function audit_row_change();

-- step: audit_sends
create trigger audit_sends after update of status on email_sends for each row
    when (current_user <> 'lh_owner' and old.status is distinct from new.status) execute function audit_send_change();

-- step: erasures
-- Those from before a rollback come back.
do $$
begin
    if to_regclass('archive.erasures') is not null then
        alter table archive.erasures set schema public;
    end if;
end
$$;
create table if not exists erasures (
    workspace_id bigint not null,
    id bigint generated always as identity,
    lead_id bigint,
    -- Proof for a person who asks with the address in hand; nobody reads the address out of it.
    email_sha256 bytea not null,
    erased jsonb not null,
    reason text,
    actor text not null,
    login text not null,
    erased_at timestamptz not null default clock_timestamp(),
    primary key (workspace_id, id)
);
comment on table erasures is 'Proof of each erasure: when, by whom, the hash of the address and how many rows went, by table.';
alter table erasures owner to lh_owner;
alter table erasures enable row level security;
create policy tenant on erasures
    using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint));
grant select on erasures to lh_app, lh_readonly;
