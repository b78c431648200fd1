-- The audit log keeps its rows; who logged in has no place in the base schema and goes.

-- step: erasures
-- Proofs outlive a rollback: they wait in the schema archive for the next migration, as the list of suppressed addresses does.
do $$
begin
    drop policy tenant on erasures;
    alter table erasures disable row level security;
    revoke all on erasures from lh_app, lh_readonly;
    if exists (select from erasures) then
        alter table erasures set schema archive;
    else
        drop table erasures;
    end if;
end
$$;

-- step: audit_lead_changes
drop trigger if exists audit_lead_changes on leads;

-- step: audit_imports
drop trigger if exists audit_imports on lead_imports;

-- step: audit_campaigns
drop trigger if exists audit_campaign_changes on campaigns;
drop trigger if exists audit_campaigns on campaigns;
create trigger audit_campaigns after update of status or delete on campaigns
    for each row execute function audit_row_change();

-- step: audit_segments
drop trigger if exists audit_segments on lead_segments;

-- step: audit_templates
drop trigger if exists audit_templates on email_templates;

-- step: audit_flows
drop trigger if exists audit_flows on automation_flows;

-- step: audit_users
drop trigger if exists audit_users on users;

-- step: audit_sends
-- Dropping a trigger takes the partitions first, one after the other. Queries take the table first: without its lock the two
-- meet in a deadlock, again and again under load.
lock table only email_sends in access exclusive mode;
drop trigger if exists audit_sends on email_sends;

-- step: audit_functions
-- As 011 made them: what is written during the rollback is still told.
create or replace function audit_row_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'key_hash' end;
    after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'key_hash' end;
    affected jsonb := coalesce(after, before);
begin
    insert into audit_logs (workspace_id, actor, action, entity, entity_id, details)
    values (
        case when tg_table_name = 'workspaces' then (affected ->> 'id')::bigint
             else (affected ->> 'workspace_id')::bigint end,
        audit_actor(), lower(tg_op), tg_table_name,
        coalesce(affected ->> 'id', affected ->> 'user_id'),
        jsonb_strip_nulls(jsonb_build_object('before', before, 'after', after)));
    return null;
end;
$$;

create or replace function audit_actor() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('role', true), 'none'),
        session_user::text)
$$;

create or replace function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into audit_logs (workspace_id, actor, action, entity, details)
    select workspace_id, audit_actor(), 'delete', 'leads', jsonb_build_object('leads', count(*))
    from deleted
    group by workspace_id;
    return null;
end;
$$;

drop function if exists audit_lead_change(), audit_send_change(), audit_import(), audit_write(bigint, text, text, text, jsonb),
    audit_values(jsonb);
comment on function audit_row_change() is 'Writes an audit_logs row for a changed row, without key hashes.';
comment on function audit_lead_deletion() is 'Writes one audit_logs row a workspace for a deletion of leads, with their number.';
comment on function audit_actor() is 'Who acts: the app.actor setting, else the role in force, else the session user.';

-- step: audit_rows
-- The base schema refers each row to its workspace: rows of deleted ones keep its number in their details.
update audit_logs l
set details = l.details || jsonb_build_object('deleted_workspace', l.workspace_id), workspace_id = null
where l.workspace_id is not null and not exists (select from workspaces w where w.id = l.workspace_id);

-- step: audit_columns
alter table audit_logs drop column if exists login;
alter table audit_logs add constraint audit_logs_workspace_id_fkey foreign key (workspace_id) references workspaces (id) not valid;
comment on column audit_logs.actor is null;

-- step: validate_audit_logs_workspace_id
alter table audit_logs validate constraint audit_logs_workspace_id_fkey;

-- step: jobs
update scheduled_jobs
set body = $body$select string_agg(task || ': ' || detail, '; '), bool_or(outcome = 'failed') from public.perform_maintenance_tasks()$body$
where name = 'maintenance';
update scheduled_jobs set body = $body$select public.create_monthly_partitions() || ' partitions created', false$body$
    where name = 'create-partitions';
alter table scheduled_jobs drop column if exists stepwise;
alter table job_runs drop column if exists failed_steps;

-- step: job_role
-- The role belongs to the cluster and stays.
do $$
begin
    if to_regclass('cron.job') is not null then
        perform cron.unschedule(jobid) from cron.job
        where database = current_database() and username in (current_user, 'lh_jobs') and command like 'call public.run_job(%';
        revoke usage on schema cron from lh_jobs;
    end if;
    revoke usage on schema public from lh_jobs;
end;
$$;

-- step: mirror
-- It feeds the copies of the way down, for every writer.
alter function loadharness.mirror() security definer;
