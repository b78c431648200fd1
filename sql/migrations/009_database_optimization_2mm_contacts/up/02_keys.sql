-- Primary keys begin with workspace_id, and foreign keys carry it: a row can only refer to rows of its own tenant,
-- and the tables can be distributed by it. The new index is built beside the old key; the change itself is a moment.
-- Foreign keys are checked for new rows at once (not valid), and for old rows afterwards, without blocking writers. Each is
-- moved to the new index in a transaction of its own, before the key: no lock is held while waiting for a third table's.

-- step: leads_index
-- no-transaction
create unique index concurrently if not exists leads_workspace_id_id_idx on leads (workspace_id, id);

-- step: campaigns_index
-- no-transaction
create unique index concurrently if not exists campaigns_workspace_id_id_idx on campaigns (workspace_id, id);

-- step: lead_segments_index
-- no-transaction
create unique index concurrently if not exists lead_segments_workspace_id_id_idx on lead_segments (workspace_id, id);

-- step: email_templates_index
-- no-transaction
create unique index concurrently if not exists email_templates_workspace_id_id_idx on email_templates (workspace_id, id);

-- step: campaign_batches_index
-- no-transaction
create unique index concurrently if not exists campaign_batches_workspace_id_id_idx on campaign_batches (workspace_id, id);

-- step: automation_flows_index
-- no-transaction
create unique index concurrently if not exists automation_flows_workspace_id_id_idx on automation_flows (workspace_id, id);

-- step: automation_executions_index
-- no-transaction
create unique index concurrently if not exists automation_executions_workspace_id_id_idx on automation_executions (workspace_id, id);

-- step: webhooks_index
-- no-transaction
create unique index concurrently if not exists webhooks_workspace_id_id_idx on webhooks (workspace_id, id);

-- step: webhook_logs_index
-- no-transaction
create unique index concurrently if not exists webhook_logs_workspace_id_id_idx on webhook_logs (workspace_id, id);

-- step: api_keys_index
-- no-transaction
create unique index concurrently if not exists api_keys_workspace_id_id_idx on api_keys (workspace_id, id);

-- step: api_key_audit_logs_index
-- no-transaction
create unique index concurrently if not exists api_key_audit_logs_workspace_id_id_idx on api_key_audit_logs (workspace_id, id);

-- step: email_sends_lead_id
alter table email_sends
    drop constraint email_sends_lead_id_fkey,
    add constraint email_sends_lead_id_fkey foreign key (workspace_id, lead_id) references leads (workspace_id, id) not valid;

-- step: lead_activities_lead_id
alter table lead_activities
    drop constraint lead_activities_lead_id_fkey,
    add constraint lead_activities_lead_id_fkey foreign key (workspace_id, lead_id) references leads (workspace_id, id) not valid;

-- step: automation_executions_lead_id
alter table automation_executions
    drop constraint automation_executions_lead_id_fkey,
    add constraint automation_executions_lead_id_fkey foreign key (workspace_id, lead_id) references leads (workspace_id, id) not valid;

-- step: leads_key
alter table leads drop constraint leads_pkey;
alter table leads add constraint leads_pkey primary key using index leads_workspace_id_id_idx;

-- step: campaign_batches_campaign_id
alter table campaign_batches
    drop constraint campaign_batches_campaign_id_fkey,
    add constraint campaign_batches_campaign_id_fkey foreign key (workspace_id, campaign_id) references campaigns (workspace_id, id) not valid;

-- step: email_sends_campaign_id
alter table email_sends
    drop constraint email_sends_campaign_id_fkey,
    add constraint email_sends_campaign_id_fkey foreign key (workspace_id, campaign_id) references campaigns (workspace_id, id) not valid;

-- step: lead_activities_campaign_id
alter table lead_activities
    drop constraint lead_activities_campaign_id_fkey,
    add constraint lead_activities_campaign_id_fkey foreign key (workspace_id, campaign_id) references campaigns (workspace_id, id) not valid;

-- step: campaigns_key
alter table campaigns drop constraint campaigns_pkey;
alter table campaigns add constraint campaigns_pkey primary key using index campaigns_workspace_id_id_idx;

-- step: campaigns_segment_id
alter table campaigns
    drop constraint campaigns_segment_id_fkey,
    add constraint campaigns_segment_id_fkey foreign key (workspace_id, segment_id) references lead_segments (workspace_id, id) not valid;

-- step: lead_segments_key
alter table lead_segments drop constraint lead_segments_pkey;
alter table lead_segments add constraint lead_segments_pkey primary key using index lead_segments_workspace_id_id_idx;

-- step: campaigns_template_id
alter table campaigns
    drop constraint campaigns_template_id_fkey,
    add constraint campaigns_template_id_fkey foreign key (workspace_id, template_id) references email_templates (workspace_id, id) not valid;

-- step: email_templates_key
alter table email_templates drop constraint email_templates_pkey;
alter table email_templates add constraint email_templates_pkey primary key using index email_templates_workspace_id_id_idx;

-- step: campaign_batches_key
alter table campaign_batches drop constraint campaign_batches_pkey;
alter table campaign_batches add constraint campaign_batches_pkey primary key using index campaign_batches_workspace_id_id_idx;

-- step: automation_executions_flow_id
alter table automation_executions
    drop constraint automation_executions_flow_id_fkey,
    add constraint automation_executions_flow_id_fkey foreign key (workspace_id, flow_id) references automation_flows (workspace_id, id) not valid;

-- step: automation_flows_key
alter table automation_flows drop constraint automation_flows_pkey;
alter table automation_flows add constraint automation_flows_pkey primary key using index automation_flows_workspace_id_id_idx;

-- step: automation_executions_key
alter table automation_executions drop constraint automation_executions_pkey;
alter table automation_executions add constraint automation_executions_pkey primary key using index automation_executions_workspace_id_id_idx;

-- step: webhook_logs_webhook_id
alter table webhook_logs
    drop constraint webhook_logs_webhook_id_fkey,
    add constraint webhook_logs_webhook_id_fkey foreign key (workspace_id, webhook_id) references webhooks (workspace_id, id) not valid;

-- step: webhooks_key
alter table webhooks drop constraint webhooks_pkey;
alter table webhooks add constraint webhooks_pkey primary key using index webhooks_workspace_id_id_idx;

-- step: webhook_logs_key
alter table webhook_logs drop constraint webhook_logs_pkey;
alter table webhook_logs add constraint webhook_logs_pkey primary key using index webhook_logs_workspace_id_id_idx;

-- step: api_key_audit_logs_api_key_id
alter table api_key_audit_logs
    drop constraint api_key_audit_logs_api_key_id_fkey,
    add constraint api_key_audit_logs_api_key_id_fkey foreign key (workspace_id, api_key_id) references api_keys (workspace_id, id) not valid;

-- step: api_keys_key
alter table api_keys drop constraint api_keys_pkey;
alter table api_keys add constraint api_keys_pkey primary key using index api_keys_workspace_id_id_idx;

-- step: api_key_audit_logs_key
alter table api_key_audit_logs drop constraint api_key_audit_logs_pkey;
alter table api_key_audit_logs add constraint api_key_audit_logs_pkey primary key using index api_key_audit_logs_workspace_id_id_idx;

-- step: validate_email_sends_lead_id
-- The copies of sends and activities (05) rely on these.
alter table email_sends validate constraint email_sends_lead_id_fkey;

-- step: validate_email_sends_campaign_id
alter table email_sends validate constraint email_sends_campaign_id_fkey;

-- step: validate_lead_activities_lead_id
alter table lead_activities validate constraint lead_activities_lead_id_fkey;

-- step: validate_lead_activities_campaign_id
alter table lead_activities validate constraint lead_activities_campaign_id_fkey;

-- step: validate_automation_executions_lead_id
alter table automation_executions validate constraint automation_executions_lead_id_fkey;

-- step: validate_campaign_batches_campaign_id
alter table campaign_batches validate constraint campaign_batches_campaign_id_fkey;

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
