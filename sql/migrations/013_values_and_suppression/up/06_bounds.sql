-- Values of the other tables within bounds: whatever a tenant writes, the jobs of all tenants go on.

-- step: bounds_of_campaigns
-- Whatever a tenant writes, the jobs of all tenants go on: no counter that overflows a sum, no time beyond the calendar.
alter table campaigns add constraint campaigns_bounds check (
        total_recipients between 0 and 1000000000000000 and sent_count between 0 and 1000000000000000
        and delivered_count between 0 and 1000000000000000 and opened_count between 0 and 1000000000000000
        and clicked_count between 0 and 1000000000000000 and bounced_count between 0 and 1000000000000000
        and unsubscribed_count between 0 and 1000000000000000 and complained_count between 0 and 1000000000000000
        and failed_count between 0 and 1000000000000000
        and skipped_count between 0 and 1000000000000000 and soft_bounced_count between 0 and 1000000000000000
        and is_usual_time(scheduled_at) and is_usual_time(completed_at) and is_usual_time(enqueued_at)
        and is_usual_time(created_at) and is_usual_time(updated_at)
        and is_usual_time(lower(send_window)) and is_usual_time(upper(send_window))
    ) not valid;

-- step: validate_bounds_of_campaigns
alter table campaigns validate constraint campaigns_bounds;

-- step: bounds_of_campaign_batches
alter table campaign_batches
    add constraint campaign_batches_bounds check (recipients between 0 and 1000000000000000 and is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_campaign_batches
alter table campaign_batches validate constraint campaign_batches_bounds;

-- step: bounds_of_email_sends
alter table email_sends add constraint email_sends_bounds check (
        -- Both pass over nulls: two looks cost less than one a column, and each send is written three times.
        is_usual_time(least(created_at, claimed_at, sent_at, delivered_at, opened_at, clicked_at, bounced_at,
                            unsubscribed_at, complained_at))
        and is_usual_time(greatest(created_at, claimed_at, sent_at, delivered_at, opened_at, clicked_at, bounced_at,
                                   unsubscribed_at, complained_at))
        and length(email) <= 300 and octet_length(provider_id) <= 2000 and length(error_message) <= 10000
    ) not valid;

-- step: validate_bounds_of_email_sends
alter table email_sends validate constraint email_sends_bounds;

-- step: bounds_of_lead_activities
alter table lead_activities
    add constraint lead_activities_bounds check (is_usual_time(created_at) and length(activity_type) <= 100) not valid;

-- step: validate_bounds_of_lead_activities
alter table lead_activities validate constraint lead_activities_bounds;

-- step: bounds_of_lead_segments
alter table lead_segments add constraint lead_segments_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_lead_segments
alter table lead_segments validate constraint lead_segments_bounds;

-- step: bounds_of_email_templates
alter table email_templates add constraint email_templates_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_email_templates
alter table email_templates validate constraint email_templates_bounds;

-- step: bounds_of_automation_flows
alter table automation_flows add constraint automation_flows_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_automation_flows
alter table automation_flows validate constraint automation_flows_bounds;

-- step: bounds_of_automation_executions
alter table automation_executions
    add constraint automation_executions_bounds check (is_usual_time(started_at) and is_usual_time(completed_at)) not valid;

-- step: validate_bounds_of_automation_executions
alter table automation_executions validate constraint automation_executions_bounds;

-- step: bounds_of_webhooks
alter table webhooks add constraint webhooks_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_webhooks
alter table webhooks validate constraint webhooks_bounds;

-- step: bounds_of_webhook_logs
alter table webhook_logs add constraint webhook_logs_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_webhook_logs
alter table webhook_logs validate constraint webhook_logs_bounds;

-- step: columns_of_sends
-- Who a send goes to, and its month, are fixed when it is made.
do $$
declare
    v_columns text := (
        select string_agg(quote_ident(attname), ', ')
        from pg_attribute
        where attrelid = 'public.email_sends'::regclass and attnum > 0 and not attisdropped
          and attname not in ('id', 'workspace_id', 'campaign_id', 'lead_id', 'email', 'created_at'));
begin
    revoke update on email_sends from lh_app, lh_worker;
    execute format('grant update (%s) on email_sends to lh_app, lh_worker', v_columns);
end
$$;

-- step: months_of_activities
-- Rows far from today would each make a partition of their own: a tenant writes where retention and the months ahead are.
create policy recent_months on lead_activities as restrictive for insert
    with check (created_at > now() - interval '1095 days' and created_at < now() + interval '24 months');

-- step: months_of_sends
create policy recent_months on email_sends as restrictive for insert
    with check (created_at > now() - interval '1095 days' and created_at < now() + interval '24 months');
