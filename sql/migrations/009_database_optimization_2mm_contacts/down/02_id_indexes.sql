-- One-column keys of the base schema, built beside the ones in use. That of leads, which takes longest, is built beside the copies (03).

-- step: campaigns_index
-- no-transaction
create unique index concurrently if not exists campaigns_id_idx on campaigns (id);

-- step: lead_segments_index
-- no-transaction
create unique index concurrently if not exists lead_segments_id_idx on lead_segments (id);

-- step: email_templates_index
-- no-transaction
create unique index concurrently if not exists email_templates_id_idx on email_templates (id);

-- step: campaign_batches_index
-- no-transaction
create unique index concurrently if not exists campaign_batches_id_idx on campaign_batches (id);

-- step: automation_flows_index
-- no-transaction
create unique index concurrently if not exists automation_flows_id_idx on automation_flows (id);

-- step: automation_executions_index
-- no-transaction
create unique index concurrently if not exists automation_executions_id_idx on automation_executions (id);

-- step: webhooks_index
-- no-transaction
create unique index concurrently if not exists webhooks_id_idx on webhooks (id);

-- step: webhook_logs_index
-- no-transaction
create unique index concurrently if not exists webhook_logs_id_idx on webhook_logs (id);

-- step: api_keys_index
-- no-transaction
create unique index concurrently if not exists api_keys_id_idx on api_keys (id);

-- step: api_key_audit_logs_index
-- no-transaction
create unique index concurrently if not exists api_key_audit_logs_id_idx on api_key_audit_logs (id);
