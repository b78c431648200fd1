-- What keeps a table from being distributed by its workspace (decision 0025) goes. All of it is valid, and no slower, on one server.

-- step: policy_function
-- Its cost is said to be high, so that the planner asks it once, as the condition of an index, and not of each row.
create function tenant_workspace() returns bigint
language plpgsql stable parallel safe cost 10000
as $$
declare
    -- Names with their schema, and not a path of its own: that would cost each scan of a partition more than the rest.
    v_setting constant pg_catalog.text := pg_catalog.current_setting('app.workspace_id', true);
begin
    return case when v_setting operator(pg_catalog.=) '' then null else v_setting::pg_catalog.int8 end;
end
$$;
alter function tenant_workspace() owner to lh_owner;
revoke all on function tenant_workspace() from public;
grant execute on function tenant_workspace() to lh_app, lh_readonly, lh_worker;
comment on function tenant_workspace() is 'The workspace of the transaction, for policies: null when it has none, and then no row is seen.';

-- step: policies
-- no-transaction
-- A policy of a distributed table holds no subquery. One table a transaction: a lock is never held while waiting for the next one's.
do $$
declare
    v_policy record;
    v_rule text;
begin
    for v_policy in
        select c.oid::regclass as relation, p.polname as name, p.polwithcheck is not null as checked,
               case when c.relname = 'workspaces' then 'id' else 'workspace_id' end as workspace
        from pg_policy p
        join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
        where p.polname = 'tenant' and pg_get_expr(p.polqual, p.polrelid) ~* 'select'
        order by c.oid
    loop
        v_rule := format('%I = tenant_workspace()', v_policy.workspace);
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter policy %I on %s using (%s)%s', v_policy.name, v_policy.relation, v_rule,
                       case when v_policy.checked then format(' with check (%s)', v_rule) end);
        commit;
    end loop;
end
$$;

-- step: members
-- Users are everybody's: on a cluster each node has all of them, and no policy could look into another table. workspace_users() lists a
-- workspace's own.
drop policy members on users;
revoke select on users from lh_app, lh_readonly;

-- step: audit_functions
-- The table's name comes as an argument: on a node of a cluster the trigger belongs to a part of the table, which has another name.
create or replace function audit_row_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_entity text := coalesce(tg_argv[0], tg_table_name);
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
        (v_row ->> case when v_entity = 'workspaces' then 'id' else 'workspace_id' end)::bigint,
        lower(tg_op), v_entity, coalesce(v_row ->> 'id', v_row ->> 'user_id'), jsonb_strip_nulls(v_details));
    return null;
end;
$$;

-- In plpgsql: the one row names its workspace, so that it goes to one node. Workspace 0 stands for none.
create or replace function audit_write(p_workspace_id bigint, p_action text, p_entity text, p_entity_id text, p_details jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspace_id constant bigint := coalesce(p_workspace_id, 0);
    v_actor constant text := public.audit_actor();
    v_login constant text := session_user;
begin
    insert into public.audit_logs (workspace_id, actor, login, action, entity, entity_id, details, created_at)
    values (v_workspace_id, v_actor, v_login, p_action, p_entity, p_entity_id, coalesce(p_details, '{}'), clock_timestamp());
end;
$$;

-- step: audit_api_keys
drop trigger audit_api_keys on api_keys;
create trigger audit_api_keys after insert or update of status, expires_at, auto_renew, name or delete on api_keys
    for each row execute function audit_row_change('api_keys');

-- step: audit_members
drop trigger audit_members on workspace_members;
create trigger audit_members after insert or update or delete on workspace_members
    for each row execute function audit_row_change('workspace_members');

-- step: audit_workspaces
drop trigger audit_workspaces on workspaces;
create trigger audit_workspaces after update or delete on workspaces
    for each row execute function audit_row_change('workspaces');

-- step: audit_webhooks
drop trigger audit_webhooks on webhooks;
create trigger audit_webhooks after insert or update or delete on webhooks
    for each row execute function audit_row_change('webhooks');

-- step: audit_campaigns
drop trigger audit_campaigns on campaigns;
create trigger audit_campaigns after insert or delete on campaigns
    for each row execute function audit_row_change('campaigns');
drop trigger audit_campaign_changes on campaigns;
create trigger audit_campaign_changes after update of status, name, subject, template_id, segment_id, scheduled_at,
    send_window on campaigns for each row
    when ((old.status, old.name, old.subject, old.template_id, old.segment_id, old.scheduled_at, old.send_window)
          is distinct from (new.status, new.name, new.subject, new.template_id, new.segment_id, new.scheduled_at, new.send_window))
    execute function audit_row_change('campaigns');

-- step: audit_segments
drop trigger audit_segments on lead_segments;
create trigger audit_segments after insert or update or delete on lead_segments
    for each row execute function audit_row_change('lead_segments');

-- step: audit_templates
drop trigger audit_templates on email_templates;
create trigger audit_templates after insert or update or delete on email_templates
    for each row execute function audit_row_change('email_templates');

-- step: audit_flows
drop trigger audit_flows on automation_flows;
create trigger audit_flows after insert or update or delete on automation_flows
    for each row execute function audit_row_change('automation_flows');

-- step: audit_users
drop trigger audit_users on users;
create trigger audit_users after update or delete on users for each row execute function audit_row_change('users');

-- step: audit_deletion_functions
-- One row a statement and workspace, as before: the rows are counted one by one into settings of the transaction, and a trigger of the
-- statement writes what they say. A transition table would not do: a distributed table has none.
create function count_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspace constant text := old.workspace_id::text;
    v_counts constant jsonb := coalesce(nullif(current_setting('loadharness.deleted_leads', true), ''), '{}');
    v_before constant bigint := coalesce((v_counts ->> v_workspace)::bigint, 0);
    v_ids jsonb;
begin
    perform set_config('loadharness.deleted_leads', (v_counts || jsonb_build_object(v_workspace, v_before + 1))::text, true);
    if v_before < 100 then
        v_ids := coalesce(nullif(current_setting('loadharness.deleted_lead_ids', true), ''), '{}');
        perform set_config('loadharness.deleted_lead_ids',
            (v_ids || jsonb_build_object(v_workspace, coalesce(v_ids -> v_workspace, '[]') || to_jsonb(old.id)))::text, true);
    end if;
    return null;
end;
$$;

create or replace function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_counts constant jsonb := coalesce(nullif(current_setting('loadharness.deleted_leads', true), ''), '{}');
    v_ids constant jsonb := coalesce(nullif(current_setting('loadharness.deleted_lead_ids', true), ''), '{}');
    v_workspace text;
begin
    -- First of all: what the rows cause must not count again.
    perform set_config('loadharness.deleted_leads', '', true), set_config('loadharness.deleted_lead_ids', '', true);
    for v_workspace in select k from jsonb_object_keys(v_counts) as k loop
        perform public.audit_write(v_workspace::bigint, 'delete', 'leads', null,
            jsonb_build_object('leads', v_counts -> v_workspace,
                'ids', (select jsonb_agg(id order by id::bigint) from jsonb_array_elements(v_ids -> v_workspace) as id)));
    end loop;
    return null;
end;
$$;
alter function count_lead_deletion() owner to lh_owner;
revoke all on function count_lead_deletion() from public;
comment on function count_lead_deletion() is 'Counts a deleted lead, for audit_lead_deletion.';
comment on function audit_lead_deletion() is 'Writes one audit_logs row a workspace for a deletion of leads, with their number and a '
    'hundred of their ids.';

-- step: audit_lead_deletions
drop trigger audit_lead_deletions on leads;
create trigger audit_lead_deletion_rows after delete on leads for each row execute function count_lead_deletion();
create trigger audit_lead_deletions after delete on leads for each statement execute function audit_lead_deletion();

-- step: audit_workspace
-- The node of a row is that of its workspace, so each has one.
alter table audit_logs alter column workspace_id set default 0;
comment on column audit_logs.workspace_id is '0 when it concerns no workspace, as the changes of users.';

-- step: audit_workspaces_of_before
-- no-transaction
do $$
declare
    v_rows bigint;
begin
    loop
        update audit_logs set workspace_id = 0
        where id in (select id from audit_logs where workspace_id is null limit 10000);
        get diagnostics v_rows = row_count;
        commit;
        exit when v_rows < 10000;
    end loop;
end
$$;

-- step: audit_workspace_given
alter table audit_logs add constraint audit_logs_workspace_given check (workspace_id is not null) not valid;

-- step: validate_audit_workspace
alter table audit_logs validate constraint audit_logs_workspace_given;

-- step: audit_workspace_not_null
-- The checked constraint spares the look at every row.
update audit_logs set workspace_id = 0 where workspace_id is null;
alter table audit_logs alter column workspace_id set not null;
alter table audit_logs drop constraint audit_logs_workspace_given;

-- step: audit_key_index
-- no-transaction
create unique index concurrently if not exists audit_logs_workspace_id_id_idx on audit_logs (workspace_id, id);

-- step: audit_key
alter table audit_logs drop constraint audit_logs_pkey;
alter table audit_logs add constraint audit_logs_pkey primary key using index audit_logs_workspace_id_id_idx;

-- step: staged_row_numbers
-- Of rows with one number, which nobody should have sent, the later ones get numbers behind all others.
update lead_import_rows r set row_number = d.next_number
from (
    select ctid as place, row_number() over (partition by workspace_id, import_id, row_number order by ctid) as copy,
           max(row_number) over (partition by workspace_id, import_id)
           + row_number() over (partition by workspace_id, import_id order by ctid) as next_number
    from lead_import_rows) as d
where d.place = r.ctid and d.copy > 1;

-- step: staging_key
-- A key in the place of the index on import_id: rows without one cannot be moved to another node.
alter table lead_import_rows add constraint lead_import_rows_pkey primary key (workspace_id, import_id, row_number);
drop index lead_import_rows_import_id_idx;
-- The node of a row is found by its workspace, which COPY therefore writes; guard_staging lets nobody write another's.
grant insert (workspace_id) on lead_import_rows to lh_app;

-- step: import_staging_guard
create or replace function guard_staging() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
    v_session text := current_setting('app.workspace_id', true);
begin
    if new.workspace_id is null then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    elsif new.workspace_id::text is distinct from v_session
          and not pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user), 'lh_owner', 'member') then
        raise exception 'workspace % is not the session''s workspace', new.workspace_id using errcode = 'LH001',
            hint = 'Rows are staged for the session''s own workspace only.';
    end if;
    -- Held until the rows are committed: the import is not prepared without them.
    select i.status into v_status from lead_imports i where i.workspace_id = new.workspace_id and i.id = new.import_id for key share;
    if not found or v_status not in ('receiving', 'merging') or exists (
        select 1 from lead_import_chunks c where c.workspace_id = new.workspace_id and c.import_id = new.import_id) then
        raise exception 'workspace % has no import % that takes rows', new.workspace_id, new.import_id using errcode = 'LH004',
            hint = 'It was never begun, is being merged, or has ended: begin another with begin_lead_import.';
    end if;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;
-- Asked once a transaction and import, and for each row of another workspace than the session's.
drop trigger guard_staging on lead_import_rows;
create trigger guard_staging before insert on lead_import_rows
    for each row when (new.workspace_id::text is distinct from current_setting('app.workspace_id', true)
        or current_setting('loadharness.staging', true) is distinct from new.workspace_id || ':' || new.import_id)
    execute function guard_staging();

-- step: import_rounds
-- Refused rows pass through it as well, in round 0.
alter table lead_import_merge
    alter column email drop not null, alter column source drop not null, alter column tags drop not null,
    alter column custom_fields drop not null, add column warning text;

-- step: open_sends
-- In plpgsql and with a column: a cluster plans neither parameters of SQL functions nor subqueries without columns.
create or replace function campaign_has_open_sends(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    return exists (select 1 from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending')
        or exists (select 1 from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'claimed');
end
$$;
