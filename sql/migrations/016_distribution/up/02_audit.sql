-- The audit, without the names of parts of tables and without a transition table.

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

-- step: deleted_leads
create unlogged table lead_deletions (
    workspace_id bigint not null,
    transaction_id xid8 not null,
    lead_id bigint not null,
    primary key (workspace_id, transaction_id, lead_id)
);
comment on table lead_deletions is 'Leads that the statement under way deletes, until it has written its row of audit_logs.';
alter table lead_deletions owner to lh_owner;
alter table lead_deletions enable row level security;
create policy tenant on lead_deletions using (workspace_id = tenant_workspace());

-- step: audit_deletion_functions
-- One row a statement and workspace, as before: the leads are noted one by one in a table that only the owner may write, and a trigger of
-- the statement writes what they say. A transition table would not do: a distributed table has none. The setting names the workspaces to
-- look for and nothing else: a session that writes it can neither add a lead nor hide one, for the rows fill it after all of the
-- statement's own expressions.
create function note_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspaces constant text := coalesce(nullif(current_setting('loadharness.deleting_in', true), ''), ',');
    v_transaction constant xid8 := pg_current_xact_id();
begin
    insert into public.lead_deletions (workspace_id, transaction_id, lead_id) values (old.workspace_id, v_transaction, old.id);
    if position(',' || old.workspace_id || ',' in v_workspaces) = 0 then
        perform set_config('loadharness.deleting_in', v_workspaces || old.workspace_id || ',', true);
    end if;
    return null;
end;
$$;

create or replace function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspaces constant text := trim(both ',' from coalesce(current_setting('loadharness.deleting_in', true), ''));
    v_transaction constant xid8 := pg_current_xact_id();
    v_workspace bigint;
    v_leads bigint;
    v_ids jsonb;
begin
    perform set_config('loadharness.deleting_in', '', true);
    for v_workspace in select distinct w::bigint from string_to_array(v_workspaces, ',') as t (names), unnest(t.names) as w loop
        select count(*) into v_leads
        from public.lead_deletions d where d.workspace_id = v_workspace and d.transaction_id = v_transaction;
        continue when v_leads = 0;
        select jsonb_agg(first.lead_id order by first.lead_id) into v_ids
        from (select d.lead_id from public.lead_deletions d
              where d.workspace_id = v_workspace and d.transaction_id = v_transaction
              order by d.lead_id limit 100) as first;
        delete from public.lead_deletions d where d.workspace_id = v_workspace and d.transaction_id = v_transaction;
        perform public.audit_write(v_workspace, 'delete', 'leads', null, jsonb_build_object('leads', v_leads, 'ids', v_ids));
    end loop;
    return null;
end;
$$;
alter function note_lead_deletion() owner to lh_owner;
revoke all on function note_lead_deletion() from public;
comment on function note_lead_deletion() is 'Notes a deleted lead, for audit_lead_deletion.';
comment on function audit_lead_deletion() is 'Writes one audit_logs row a workspace for a deletion of leads, with their number and the '
    'first hundred ids.';

-- step: audit_lead_deletions
drop trigger audit_lead_deletions on leads;
create trigger audit_lead_deletion_rows after delete on leads for each row execute function note_lead_deletion();
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
