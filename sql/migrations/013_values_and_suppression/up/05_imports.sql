-- Staging of imports takes every row as text.

-- step: import_staging
-- Cells come as text: one that cannot be read refuses its row, not the COPY. refused: why the client cannot send a row as it is.
alter table lead_import_rows
    alter column tags type text,
    alter column custom_fields type text,
    add column status text,
    add column refused text;
grant insert (status, refused) on lead_import_rows to lh_app;
comment on column lead_import_rows.tags is 'A list as PostgreSQL writes it, such as {vip,"two words"}.';
comment on column lead_import_rows.custom_fields is 'A JSON object.';
comment on column lead_import_rows.status is 'Null or blank: active for a new lead, no change for a known one.';
comment on column lead_import_rows.refused is 'Why the client could not send the row as it is: it is reported so.';

-- step: import_merge
-- round: which row of its address, in the order of the file. reason: why it was not merged.
alter table lead_import_merge
    add column workspace_id bigint,
    add column round bigint not null default 1,
    add column row_number bigint not null default 0,
    add column status text,
    add column reason text;
update lead_import_merge m set workspace_id = i.workspace_id from lead_imports i where i.id = m.import_id;
alter table lead_import_merge
    drop constraint lead_import_merge_pkey,
    add constraint lead_import_merge_pkey primary key (workspace_id, import_id, merge_order, round);

-- step: import_chunks
alter table lead_import_chunks add column workspace_id bigint;
update lead_import_chunks c set workspace_id = i.workspace_id from lead_imports i where i.id = c.import_id;
alter table lead_import_chunks
    drop constraint lead_import_chunks_pkey,
    add constraint lead_import_chunks_pkey primary key (workspace_id, import_id, first_order);

-- step: import_cancelled
alter table lead_imports
    drop constraint lead_imports_status_check,
    add constraint lead_imports_status_check check (status in ('receiving', 'merging', 'finished', 'cancelled'));
comment on column lead_imports.updated is 'Rows of leads that were known, also from an earlier row of the file, changed or not.';
comment on column lead_imports.duplicates is 'Of imports before migration 013: rows that a later one of their address replaced. Since '
    'then 0: each row is merged.';

-- step: import_staging_guard
create function guard_staging() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
begin
    if new.workspace_id is null then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    end if;
    -- Held until the rows are committed: the import is not prepared without them.
    select i.status into v_status from lead_imports i where i.workspace_id = new.workspace_id and i.id = new.import_id for key share;
    if not found or v_status not in ('receiving', 'merging') or exists (
        select from lead_import_chunks c where c.workspace_id = new.workspace_id and c.import_id = new.import_id) then
        raise exception 'workspace % has no import % that takes rows', new.workspace_id, new.import_id using errcode = 'LH004',
            hint = 'It was never begun, is being merged, or has ended: begin another with begin_lead_import.';
    end if;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;
alter function guard_staging() owner to lh_owner;
revoke all on function guard_staging() from public;
comment on function guard_staging() is 'Refuses rows of an import that the workspace has not or that takes none any more. Asked once a '
    'transaction and import.';
create trigger guard_staging before insert on lead_import_rows
    for each row when (current_setting('loadharness.staging', true) is distinct from new.workspace_id || ':' || new.import_id)
    execute function guard_staging();
