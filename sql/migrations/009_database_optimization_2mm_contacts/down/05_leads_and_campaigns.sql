-- Rules and indexes that the base schema does not have.

-- step: email_rules
alter table leads
    drop constraint leads_email_lower_case,
    drop constraint leads_email_not_empty,
    reset (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);

-- step: email_key_room
alter index leads_workspace_id_email_key reset (fillfactor);

-- step: api_key_index
-- no-transaction
create unique index concurrently if not exists api_keys_key_hash_new_idx on api_keys (key_hash);

-- step: api_key_hash_key
alter table api_keys drop constraint api_keys_workspace_key_hash_key;
alter table api_keys add constraint api_keys_key_hash_key unique using index api_keys_key_hash_new_idx;

-- step: drop_leads_workspace_status_email_idx
-- no-transaction
drop index concurrently if exists leads_workspace_status_email_idx;

-- step: drop_leads_workspace_created_idx
-- no-transaction
drop index concurrently if exists leads_workspace_created_idx;

-- step: drop_leads_email_hash_idx
-- no-transaction
drop index concurrently if exists leads_email_hash_idx;

-- step: drop_leads_workspace_tags_idx
-- no-transaction
drop index concurrently if exists leads_workspace_tags_idx;

-- step: drop_leads_workspace_custom_fields_idx
-- no-transaction
drop index concurrently if exists leads_workspace_custom_fields_idx;

-- step: drop_leads_active_created_idx
-- no-transaction
drop index concurrently if exists leads_active_created_idx;

-- step: drop_leads_unsubscribed_idx
-- no-transaction
drop index concurrently if exists leads_unsubscribed_idx;

-- step: drop_leads_workspace_search_idx
-- no-transaction
drop index concurrently if exists leads_workspace_search_idx;

-- step: drop_campaigns_workspace_status_created_idx
-- no-transaction
drop index concurrently if exists campaigns_workspace_status_created_idx;

-- step: drop_api_keys_key_hash_idx
-- no-transaction
drop index concurrently if exists api_keys_key_hash_idx;

-- step: key_comments
comment on index leads_pkey is null;
comment on index leads_workspace_id_email_key is null;
