-- SV-1, SV-2: every tenant table shows a session the rows of one workspace, the one in app.workspace_id; without it, none.
-- The setting is read in a scalar subquery, once a statement. Definer functions run as the owner, for whom row security does
-- not apply: they check the workspace themselves. Tables that no function reads across tenants force it on the owner too.
-- The grants come last: until every table has its policy, no application role sees a row.

-- step: remember_owners
insert into loadharness.base_owner (table_name, owner)
select c.relname, c.relowner::regrole::name
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
on conflict do nothing;

-- step: secure
-- One table a transaction: a lock is never held while waiting for the next table's.
create or replace procedure loadharness.secure(p_table regclass, p_policy name, p_condition text)
language plpgsql
as $$
begin
    execute format('create policy %I on %s using (%s) with check (%s)', p_policy, p_table, p_condition, p_condition);
    execute format('alter table %s owner to lh_owner', p_table);
    execute format('alter table %s enable row level security', p_table);
end
$$;

-- step: secure_workspaces
call loadharness.secure('workspaces', 'tenant', 'id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_users
call loadharness.secure('users', 'members',
    'exists (select from workspace_members m where m.user_id = users.id and m.workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint))');

-- step: secure_workspace_members
call loadharness.secure('workspace_members', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_leads
call loadharness.secure('leads', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_lead_segments
call loadharness.secure('lead_segments', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');
alter table lead_segments force row level security;

-- step: secure_email_templates
call loadharness.secure('email_templates', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');
alter table email_templates force row level security;

-- step: secure_campaigns
call loadharness.secure('campaigns', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_campaign_batches
call loadharness.secure('campaign_batches', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_campaign_metric_deltas
call loadharness.secure('campaign_metric_deltas', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_email_sends
call loadharness.secure('email_sends', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_lead_activities
call loadharness.secure('lead_activities', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_automation_flows
call loadharness.secure('automation_flows', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');
alter table automation_flows force row level security;

-- step: secure_automation_executions
call loadharness.secure('automation_executions', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');
alter table automation_executions force row level security;

-- step: secure_webhooks
call loadharness.secure('webhooks', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');
alter table webhooks force row level security;

-- step: secure_webhook_logs
call loadharness.secure('webhook_logs', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_api_keys
call loadharness.secure('api_keys', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_api_key_audit_logs
call loadharness.secure('api_key_audit_logs', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: secure_audit_logs
call loadharness.secure('audit_logs', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: settle_partitions
-- no-transaction
-- Their settings they have from the start; the owner follows the parent's, one partition a transaction.
do $$
declare
    v_leaf record;
begin
    for v_leaf in
        select c.oid::regclass as name
        from unnest(array['email_sends', 'lead_activities']::regclass[]) as p (parent)
        cross join lateral partition_bounds(p.parent) b
        join pg_class c on c.oid = b.partition
        where c.relowner <> 'lh_owner'::regrole
    loop
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter table %s owner to lh_owner', v_leaf.name);
        commit;
    end loop;
end
$$;

-- step: grants
grant select on workspaces, users, workspace_members, leads, lead_segments, email_templates, campaigns, campaign_batches,
    email_sends, lead_activities, automation_flows, automation_executions, webhooks, webhook_logs, api_key_audit_logs, audit_logs
    to lh_app, lh_readonly;
grant select (id, workspace_id, name, status, expires_at, auto_renew, renewal_period_days, revoked_at, revoked_reason, last_used_at, created_at)
    on api_keys to lh_app, lh_readonly;
grant insert, update, delete on leads, lead_segments, email_templates, campaigns, automation_flows, automation_executions, webhooks
    to lh_app;
grant insert, update on email_sends to lh_app;
grant insert on campaign_batches, lead_activities, webhook_logs to lh_app;
grant select on leads, email_templates, campaigns, campaign_batches, email_sends to lh_worker;
grant update on email_sends to lh_worker;
grant insert on lead_activities to lh_worker;
