-- The keys of the base schema take over. The foreign keys of sends and activities came with their tables.

-- step: archived_partitions
-- no-transaction
-- Partitions in the schema archive keep their rows; their foreign keys lead to keys that go now.
do $$
declare
    v_reference record;
begin
    for v_reference in
        select conrelid::regclass as name, conname
        from pg_constraint
        where contype = 'f' and connamespace = to_regnamespace('archive')
          and confrelid in ('leads'::regclass, 'campaigns'::regclass)
    loop
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter table %s drop constraint %I', v_reference.name, v_reference.conname);
        commit;
    end loop;
end
$$;

-- step: automation_executions_lead_id
alter table automation_executions
    drop constraint automation_executions_lead_id_fkey,
    add constraint automation_executions_lead_id_fkey foreign key (lead_id) references leads (id) not valid;

-- step: leads_key
alter table leads drop constraint leads_pkey;
alter table leads add constraint leads_pkey primary key using index leads_id_idx;

-- step: campaign_batches_campaign_id
alter table campaign_batches
    drop constraint campaign_batches_campaign_id_fkey,
    add constraint campaign_batches_campaign_id_fkey foreign key (campaign_id) references campaigns (id) not valid;

-- step: campaigns_key
alter table campaigns drop constraint campaigns_pkey;
alter table campaigns add constraint campaigns_pkey primary key using index campaigns_id_idx;

-- step: campaigns_segment_id
alter table campaigns
    drop constraint campaigns_segment_id_fkey,
    add constraint campaigns_segment_id_fkey foreign key (segment_id) references lead_segments (id) not valid;

-- step: lead_segments_key
alter table lead_segments drop constraint lead_segments_pkey;
alter table lead_segments add constraint lead_segments_pkey primary key using index lead_segments_id_idx;

-- step: campaigns_template_id
alter table campaigns
    drop constraint campaigns_template_id_fkey,
    add constraint campaigns_template_id_fkey foreign key (template_id) references email_templates (id) not valid;

-- step: email_templates_key
alter table email_templates drop constraint email_templates_pkey;
alter table email_templates add constraint email_templates_pkey primary key using index email_templates_id_idx;

-- step: campaign_batches_key
alter table campaign_batches drop constraint campaign_batches_pkey;
alter table campaign_batches add constraint campaign_batches_pkey primary key using index campaign_batches_id_idx;

-- step: automation_executions_flow_id
alter table automation_executions
    drop constraint automation_executions_flow_id_fkey,
    add constraint automation_executions_flow_id_fkey foreign key (flow_id) references automation_flows (id) not valid;

-- step: automation_flows_key
alter table automation_flows drop constraint automation_flows_pkey;
alter table automation_flows add constraint automation_flows_pkey primary key using index automation_flows_id_idx;

-- step: automation_executions_key
alter table automation_executions drop constraint automation_executions_pkey;
alter table automation_executions add constraint automation_executions_pkey primary key using index automation_executions_id_idx;

-- step: webhook_logs_webhook_id
alter table webhook_logs
    drop constraint webhook_logs_webhook_id_fkey,
    add constraint webhook_logs_webhook_id_fkey foreign key (webhook_id) references webhooks (id) not valid;

-- step: webhooks_key
alter table webhooks drop constraint webhooks_pkey;
alter table webhooks add constraint webhooks_pkey primary key using index webhooks_id_idx;

-- step: webhook_logs_key
alter table webhook_logs drop constraint webhook_logs_pkey;
alter table webhook_logs add constraint webhook_logs_pkey primary key using index webhook_logs_id_idx;

-- step: api_key_audit_logs_api_key_id
alter table api_key_audit_logs
    drop constraint api_key_audit_logs_api_key_id_fkey,
    add constraint api_key_audit_logs_api_key_id_fkey foreign key (api_key_id) references api_keys (id) not valid;

-- step: api_keys_key
alter table api_keys drop constraint api_keys_pkey;
alter table api_keys add constraint api_keys_pkey primary key using index api_keys_id_idx;

-- step: api_key_audit_logs_key
alter table api_key_audit_logs drop constraint api_key_audit_logs_pkey;
alter table api_key_audit_logs add constraint api_key_audit_logs_pkey primary key using index api_key_audit_logs_id_idx;

-- step: validate_email_sends_workspace_id
alter table email_sends validate constraint email_sends_workspace_id_fkey;

-- step: validate_lead_activities_workspace_id
-- beside-previous
alter table lead_activities validate constraint lead_activities_workspace_id_fkey;

-- step: validate_email_sends_lead_id
alter table email_sends validate constraint email_sends_lead_id_fkey;

-- step: validate_lead_activities_lead_id
-- beside-previous
alter table lead_activities validate constraint lead_activities_lead_id_fkey;

-- step: validate_automation_executions_lead_id
alter table automation_executions validate constraint automation_executions_lead_id_fkey;

-- step: validate_campaign_batches_campaign_id
alter table campaign_batches validate constraint campaign_batches_campaign_id_fkey;

-- step: validate_email_sends_campaign_id
alter table email_sends validate constraint email_sends_campaign_id_fkey;

-- step: validate_lead_activities_campaign_id
-- beside-previous
alter table lead_activities validate constraint lead_activities_campaign_id_fkey;

-- step: validate_campaigns_segment_id
alter table campaigns validate constraint campaigns_segment_id_fkey;

-- step: validate_campaigns_template_id
alter table campaigns validate constraint campaigns_template_id_fkey;

-- step: validate_automation_executions_flow_id
alter table automation_executions validate constraint automation_executions_flow_id_fkey;

-- step: validate_webhook_logs_webhook_id
alter table webhook_logs validate constraint webhook_logs_webhook_id_fkey;

-- step: validate_api_key_audit_logs_api_key_id
alter table api_key_audit_logs validate constraint api_key_audit_logs_api_key_id_fkey;
