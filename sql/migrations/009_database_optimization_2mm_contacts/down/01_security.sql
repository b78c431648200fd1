-- First the row security, so that nothing below can be filtered by it; then owners and grants as they were.

-- step: row_security_and_owners
-- no-transaction
-- One table a transaction, and none twice: no lock is held while waiting for the next table's.
-- By name: base_owner holds every table that was in public, also those that are somebody's own.
do $$
declare
    v_table record;
    v_role text;
begin
    for v_table in
        select c.oid::regclass as name, b.owner
        from pg_class c
        join loadharness.base_owner b on b.table_name = c.relname
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and c.relname in ('workspaces', 'users', 'workspace_members', 'leads', 'lead_segments', 'email_templates', 'campaigns',
                            'campaign_batches', 'email_sends', 'lead_activities', 'automation_flows', 'automation_executions',
                            'webhooks', 'webhook_logs', 'api_keys', 'api_key_audit_logs', 'audit_logs')
          and (c.relrowsecurity or c.relowner::regrole::name <> b.owner)
    loop
        perform set_config('lock_timeout', '250ms', true);
        execute format('drop policy if exists tenant on %s', v_table.name);
        execute format('drop policy if exists members on %s', v_table.name);
        execute format('alter table %s no force row level security', v_table.name);
        execute format('alter table %s disable row level security', v_table.name);
        foreach v_role in array array['lh_app', 'lh_readonly', 'lh_worker'] loop
            execute format('revoke all on %s from %I', v_table.name, v_role);
        end loop;
        execute format('alter table %s owner to %I', v_table.name, v_table.owner);
        commit;
    end loop;
end
$$;

-- step: api_key_columns
revoke all (id, workspace_id, name, status, expires_at, auto_renew, renewal_period_days, revoked_at, revoked_reason, last_used_at, created_at)
    on api_keys from lh_app, lh_readonly;

-- step: fold_metric_deltas
-- What is not folded yet is not lost, nor what is being written right now.
lock table campaign_metric_deltas in access exclusive mode;
update campaigns c
set sent_count = c.sent_count + d.sent,
    delivered_count = c.delivered_count + d.delivered,
    opened_count = c.opened_count + d.opened,
    clicked_count = c.clicked_count + d.clicked,
    bounced_count = c.bounced_count + d.bounced,
    unsubscribed_count = c.unsubscribed_count + d.unsubscribed,
    complained_count = c.complained_count + d.complained
from (
    select workspace_id, campaign_id, sum(sent) as sent, sum(delivered) as delivered, sum(opened) as opened, sum(clicked) as clicked,
           sum(bounced) as bounced, sum(unsubscribed) as unsubscribed, sum(complained) as complained
    from campaign_metric_deltas
    group by workspace_id, campaign_id
) d
where (c.workspace_id, c.id) = (d.workspace_id, d.campaign_id);
drop table campaign_metric_deltas;

-- step: campaign_columns
alter table campaigns
    drop constraint campaigns_send_window_excl,
    drop column send_window,
    drop column enqueued_at,
    reset (fillfactor);

-- step: work_schemas
create schema if not exists loadharness_build;
create schema if not exists loadharness_retired;
