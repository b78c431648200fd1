-- Each of these locks its table for a moment: one a transaction.

-- step: search_pending_list
alter index if exists leads_workspace_search_idx reset (gin_pending_list_limit);

-- step: custom_fields_pending_list
alter index if exists leads_workspace_custom_fields_idx reset (gin_pending_list_limit);

-- step: tags_pending_list
alter index if exists leads_workspace_tags_idx reset (gin_pending_list_limit);

-- step: tables
drop table if exists lead_import_chunks;
drop table if exists lead_import_merge;
drop table if exists lead_import_rows;
drop table if exists lead_import_rejects;
drop table if exists lead_imports;
