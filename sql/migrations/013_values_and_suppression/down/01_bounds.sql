-- Each of these locks its table for a moment: one a transaction.

-- step: months_of_sends
drop policy recent_months on email_sends;

-- step: months_of_activities
drop policy recent_months on lead_activities;

-- step: columns_of_sends
do $$
begin
    execute format('revoke update (%s) on email_sends from lh_app, lh_worker', (
        select string_agg(quote_ident(attname), ', ') from pg_attribute
        where attrelid = 'public.email_sends'::regclass and attnum > 0 and not attisdropped));
    grant update on email_sends to lh_app, lh_worker;
end
$$;

-- step: bounds_of_archived_partitions
do $$
declare
    v_rule record;
begin
    for v_rule in
        select conrelid::regclass as relation, conname from pg_constraint
        where connamespace = to_regnamespace('archive') and conname in ('email_sends_bounds', 'lead_activities_bounds')
    loop
        execute format('alter table %s drop constraint %I', v_rule.relation, v_rule.conname);
    end loop;
end
$$;

-- step: bounds_of_webhook_logs
alter table webhook_logs drop constraint webhook_logs_bounds;

-- step: bounds_of_webhooks
alter table webhooks drop constraint webhooks_bounds;

-- step: bounds_of_automation_executions
alter table automation_executions drop constraint automation_executions_bounds;

-- step: bounds_of_automation_flows
alter table automation_flows drop constraint automation_flows_bounds;

-- step: bounds_of_email_templates
alter table email_templates drop constraint email_templates_bounds;

-- step: bounds_of_lead_segments
alter table lead_segments drop constraint lead_segments_bounds;

-- step: bounds_of_lead_activities
alter table lead_activities drop constraint lead_activities_bounds;

-- step: bounds_of_email_sends
alter table email_sends drop constraint email_sends_bounds;

-- step: bounds_of_campaign_batches
alter table campaign_batches drop constraint campaign_batches_bounds;

-- step: bounds_of_campaigns
alter table campaigns drop constraint campaigns_bounds;
