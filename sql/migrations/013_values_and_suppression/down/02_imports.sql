-- Staging as migration 010 made it.

-- step: import_staging_guard
drop trigger if exists guard_staging on lead_import_rows;
drop function if exists guard_staging();

-- step: import_tables
-- What is staged is sent again by the next import: its columns have other types then.
truncate lead_import_rows, lead_import_merge, lead_import_chunks;
alter table lead_import_rows
    drop column status,
    drop column refused,
    alter column tags type text[] using null,
    alter column custom_fields type jsonb using null;
alter table lead_import_merge
    drop constraint lead_import_merge_pkey,
    drop column workspace_id,
    drop column round,
    drop column row_number,
    drop column status,
    drop column reason,
    add constraint lead_import_merge_pkey primary key (import_id, merge_order);
alter table lead_import_chunks
    drop constraint lead_import_chunks_pkey,
    drop column workspace_id,
    add constraint lead_import_chunks_pkey primary key (import_id, first_order);
update lead_imports set status = 'finished' where status = 'cancelled';
alter table lead_imports
    drop constraint lead_imports_status_check,
    add constraint lead_imports_status_check check (status in ('receiving', 'merging', 'finished'));
