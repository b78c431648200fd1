alter index leads_workspace_search_idx alter column 2 set statistics -1;
alter index leads_workspace_custom_fields_idx reset (gin_pending_list_limit);
alter index leads_workspace_tags_idx reset (gin_pending_list_limit);
alter index leads_workspace_search_idx reset (gin_pending_list_limit);

drop table if exists lead_import_chunks;
drop table if exists lead_import_merge;
drop table if exists lead_import_rows;
drop table if exists lead_import_rejects;
drop table if exists lead_imports;
