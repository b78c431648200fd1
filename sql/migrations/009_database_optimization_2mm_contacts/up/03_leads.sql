-- Leads: rules for e-mail, and an index for each way of reading them. Every index is built without blocking writers.
-- An index serves the application role only through leakproof operators (=, <, > on text, numbers and times);
-- GIN and trigram indexes serve the definer functions.

-- step: email_rules
alter table leads
    add constraint leads_email_lower_case check (email = lower(email)) not valid,
    add constraint leads_email_not_empty check (email <> '') not valid,
    -- Leads grow evenly and are changed by imports: look after them before a fifth of millions is dead.
    set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

-- step: validate_email_lower_case
alter table leads validate constraint leads_email_lower_case;

-- step: validate_email_not_empty
alter table leads validate constraint leads_email_not_empty;

-- step: email_key_room
-- Addresses arrive in no order: an import writes to nearly every page of an index by address. Built full, as usual, each
-- page splits during the first imports; 70% is what such an index grows to by itself. Heeded whenever it is built again.
alter index leads_workspace_id_email_key set (fillfactor = 70);

-- step: status_email_index
-- no-transaction
create index concurrently if not exists leads_workspace_status_email_idx on leads (workspace_id, status, email) with (fillfactor = 70);

-- step: created_index
-- no-transaction
create index concurrently if not exists leads_workspace_created_idx on leads (workspace_id, created_at desc, id desc);

-- step: email_hash_index
-- no-transaction
create index concurrently if not exists leads_email_hash_idx on leads using hash (email);

-- step: tags_index
-- no-transaction
create index concurrently if not exists leads_workspace_tags_idx on leads using gin (workspace_id, tags);

-- step: custom_fields_index
-- no-transaction
create index concurrently if not exists leads_workspace_custom_fields_idx on leads using gin (workspace_id, custom_fields jsonb_path_ops);

-- step: active_index
-- no-transaction
create index concurrently if not exists leads_active_created_idx on leads (workspace_id, created_at desc, id desc) where status = 'active';

-- step: unsubscribed_index
-- no-transaction
create index concurrently if not exists leads_unsubscribed_idx on leads (workspace_id, updated_at desc, id desc) where status = 'unsubscribed';

-- step: search_index
-- no-transaction
create index concurrently if not exists leads_workspace_search_idx on leads
    using gin (workspace_id, lower(email || E'\n' || coalesce(name, '') || E'\n' || coalesce(company, '')) gin_trgm_ops);

-- step: index_comments
comment on index leads_pkey is 'Key. Reads a lead by id; target of foreign keys.';
comment on index leads_workspace_id_email_key is 'Key. One lead an address in a workspace; e-mail lookup, prefix search, merge of imports.';
comment on index leads_workspace_status_email_idx is 'IX-1. Pages of one status ordered by e-mail.';
comment on index leads_workspace_created_idx is 'IX-2. Newest first, keyset pages by (created_at, id).';
comment on index leads_email_hash_idx is 'IX-3. Exact e-mail over all workspaces: who holds this address (webhook events, erasure requests).';
comment on index leads_workspace_tags_idx is 'IX-4, EX-3. Tag conditions inside one workspace; btree_gin puts the workspace into the same index.';
comment on index leads_workspace_custom_fields_idx is 'IX-4. custom_fields @> only: jsonb_path_ops is smaller, and equality is compiled to @>.';
comment on index leads_active_created_idx is 'IX-5. Newest active leads: the default search page.';
comment on index leads_unsubscribed_idx is 'IX-5. Who left lately; small, for suppression lists.';
comment on index leads_workspace_search_idx is 'Trigrams of e-mail, name and company as one text: one index where three would hold the same trigrams thrice. Terms of three characters or more, as lower(...) like ''%term%''; a line feed keeps a match inside one column.';

-- step: statistics
analyze leads;
