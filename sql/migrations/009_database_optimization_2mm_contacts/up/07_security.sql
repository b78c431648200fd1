-- SV-1, SV-2: every tenant table shows a session the rows of one workspace, the one in app.workspace_id; without it, none.
-- The setting is read in a scalar subquery, once a statement. Definer functions run as the owner, for whom row security does
-- not apply: they check the workspace themselves. Tables that no function reads across tenants force it on the owner too.

-- step: remember_owners
insert into loadharness.base_owner (table_name, owner)
select c.relname, c.relowner::regrole::name
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
on conflict do nothing;

-- step: policies
do $$
declare
    v_table text;
    v_tenant constant text := '(select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)';
begin
    foreach v_table in array array[
        'workspace_members', 'leads', 'lead_segments', 'email_templates', 'campaigns', 'campaign_batches', 'campaign_metric_deltas',
        'email_sends', 'lead_activities', 'automation_flows', 'automation_executions', 'webhooks', 'webhook_logs',
        'api_keys', 'api_key_audit_logs', 'audit_logs']
    loop
        execute format('create policy tenant on %I using (workspace_id = %s) with check (workspace_id = %s)', v_table, v_tenant, v_tenant);
    end loop;
    execute format('create policy tenant on workspaces using (id = %s) with check (id = %s)', v_tenant, v_tenant);
    execute format(
        'create policy members on users using (exists (
             select from workspace_members m where m.user_id = users.id and m.workspace_id = %s))', v_tenant);
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

-- step: owner_and_row_security
do $$
declare
    v_table text;
begin
    for v_table in
        select c.oid::regclass::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and c.relname in (select table_name from loadharness.base_owner)
    loop
        execute format('alter table %s owner to lh_owner', v_table);
        execute format('alter table %s enable row level security', v_table);
    end loop;
    foreach v_table in array array['lead_segments', 'email_templates', 'automation_flows', 'automation_executions', 'webhooks'] loop
        execute format('alter table %I force row level security', v_table);
    end loop;
    perform settle_partitions('email_sends'), settle_partitions('lead_activities');
end
$$;
