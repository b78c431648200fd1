-- Bulk import (BF-1, BF-2): COPY into staging, validate set-wise, merge in chunks ordered by e-mail.
-- The order keeps imports that overlap from deadlocking; a chunk a transaction keeps the locks short.

create or replace function require_workspace(p_workspace_id bigint) returns void
language plpgsql stable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_session text := current_setting('app.workspace_id', true);
begin
    if p_workspace_id is null then
        raise exception 'the workspace is missing' using errcode = 'LH001', hint = 'Pass p_workspace_id.';
    elsif v_session is null or v_session = '' then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    elsif v_session <> p_workspace_id::text then
        raise exception 'workspace % is not the session''s workspace', p_workspace_id using errcode = 'LH001',
            hint = 'A call may name its own session''s workspace only.';
    end if;
end
$$;
comment on function require_workspace(bigint) is
    'Raises LH001 unless the session setting app.workspace_id names this very workspace.';

create or replace function lead_reject_reason(
    p_email text, p_name text, p_phone text, p_company text, p_position text, p_tags text[], p_custom_fields jsonb)
returns text
-- Stable, not immutable, as pg_column_size is: only so is it inlined, which halves its cost a row.
language sql stable parallel safe
as $$
    select case
        when p_email is null or p_email = '' then 'the e-mail is missing'
        when length(p_email) > 254 then 'the e-mail is longer than 254 characters'
        when p_email !~ '^[^\s@,;<>()"]+@[^\s@,;<>()".]+(\.[^\s@,;<>()".]+)+$' then 'the e-mail is malformed'
        when length(p_name) > 300 then 'the name is longer than 300 characters'
        when length(p_phone) > 50 then 'the phone is longer than 50 characters'
        when length(p_company) > 300 then 'the company is longer than 300 characters'
        when length(p_position) > 300 then 'the position is longer than 300 characters'
        when cardinality(p_tags) > 100 then 'there are more than 100 tags'
        when array_ndims(p_tags) > 1 then 'the tags are not a flat list'
        when array_position(p_tags, null) is not null then 'a tag is null'
        -- An index entry has at most 2.7 kB: one longer tag would end the whole import. Most tags are shorter all together.
        when length(array_to_string(p_tags, '')) > 200 and longest_text(p_tags) > 200 then 'a tag is longer than 200 characters'
        when jsonb_typeof(p_custom_fields) <> 'object' then 'custom_fields is not an object'
        when pg_column_size(p_custom_fields) > 65536 then 'custom_fields is larger than 64 kB'
    end
$$;
comment on function lead_reject_reason(text, text, text, text, text, text[], jsonb) is
    'Why a row cannot become a lead, as a clause; null when it can. The e-mail comes trimmed and in lower case.';

create or replace function merged_tags(p_old text[], p_new text[]) returns text[]
language plpgsql immutable parallel safe
as $$
begin
    if p_new <@ p_old then
        return p_old;
    end if;
    return array(select distinct tag from unnest(p_old || p_new) as tag order by tag);
end
$$;
comment on function merged_tags(text[], text[]) is 'The union of two lists of tags; the old list itself when nothing is new.';

create or replace function import_changes_lead(p_old leads, p_new leads) returns boolean
language sql immutable parallel safe
as $$
    select (p_old.name, p_old.phone, p_old.company, p_old.position) is distinct from (
               coalesce(p_new.name, p_old.name), coalesce(p_new.phone, p_old.phone),
               coalesce(p_new.company, p_old.company), coalesce(p_new.position, p_old.position))
        or not p_new.tags <@ p_old.tags
        or p_old.custom_fields || p_new.custom_fields <> p_old.custom_fields
$$;
comment on function import_changes_lead(leads, leads) is
    'Whether an imported row says anything new of its lead. An update that says nothing would still write a new version into all ten indexes.';

create or replace function begin_lead_import(p_workspace_id bigint, p_source text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_id bigint;
begin
    perform require_workspace(p_workspace_id);
    if p_source is null or btrim(p_source) = '' or length(p_source) > 100 then
        raise exception 'the source of an import has 1 to 100 characters' using errcode = 'LH004';
    end if;
    insert into lead_imports (workspace_id, source) values (p_workspace_id, btrim(p_source)) returning id into v_id;
    return v_id;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end
$$;
comment on function begin_lead_import(bigint, text) is
    'Opens an import and returns its id. Next: COPY rows into lead_import_rows, then call finish_lead_import until remaining is 0.';

-- Staged rows become rejects and ordered, deduplicated merge rows; the last duplicate wins.
create or replace function prepare_lead_import(p_workspace_id bigint, p_import_id bigint, p_source text, p_chunk int) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB'
as $$
declare
    v_staged bigint;
    v_valid bigint;
    v_rejected bigint;
begin
    -- Unlogged tables are empty after a crash; what an earlier preparation left beside them is taken back first.
    delete from lead_import_merge where import_id = p_import_id;
    delete from lead_import_rejects where workspace_id = p_workspace_id and import_id = p_import_id;

    with staged as (
        select row_number, lower(btrim(email)) as email, nullif(btrim(name), '') as name, phone, company, position,
               coalesce(nullif(btrim(source), ''), p_source) as source,
               coalesce(tags, '{}') as tags, coalesce(custom_fields, '{}') as custom_fields
        from lead_import_rows
        where workspace_id = p_workspace_id and import_id = p_import_id
        -- Keeps the planner from writing lower(btrim(email)) into every place that the inlined functions use it.
        offset 0
    ), judged as materialized (
        select s.*, coalesce(lead_reject_reason(email, name, phone, company, position, tags, custom_fields), source_reject_reason(source)) as reason
        from staged s
    ), rejects as (
        insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
        select p_workspace_id, p_import_id, row_number, left(email, 300), reason
        from judged where reason is not null
        on conflict do nothing
        returning 1
    ), latest as (
        select distinct on (email collate "C") *
        from judged where reason is null
        order by email collate "C", row_number desc
    ), ordered as (
        insert into lead_import_merge
            (import_id, merge_order, email, name, phone, company, position, source, tags, custom_fields)
        select p_import_id, row_number() over (order by email collate "C"),
               email, name, phone, company, position, source, tags, custom_fields
        from latest
        returning 1
    )
    select (select count(*) from judged), (select count(*) from rejects), (select count(*) from ordered)
    into v_staged, v_rejected, v_valid;

    if v_staged = 0 then
        raise exception 'import % has no staged rows', p_import_id using errcode = 'LH004',
            hint = 'COPY the rows into lead_import_rows (again, after a crash of the server), then finish.';
    end if;
    insert into lead_import_chunks (import_id, first_order, last_order)
    select p_import_id, first_order, least(first_order + p_chunk - 1, v_valid)
    from generate_series(1, v_valid, p_chunk) as first_order;
    update lead_imports
    set status = 'merging', rejected = v_rejected, duplicates = v_staged - v_rejected - v_valid
    where workspace_id = p_workspace_id and id = p_import_id;
end
$$;
comment on function prepare_lead_import(bigint, bigint, text, int) is 'A step of finish_lead_import, for its owner alone.';

create or replace function merge_lead_chunk(p_workspace_id bigint, p_import_id bigint, p_first bigint, p_last bigint,
    out imported bigint, out updated bigint)
-- A pending list of trigrams that is flushed with little memory is merged into the index in many small pieces.
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB'
as $$
begin
    with merged as (
        insert into leads as l
            (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
        select p_workspace_id, m.email, m.name, m.phone, m.company, m.position, m.source, m.tags, m.custom_fields
        from lead_import_merge m
        where m.import_id = p_import_id and m.merge_order between p_first and p_last
        order by m.merge_order
        on conflict (workspace_id, email) do update
        set name = coalesce(excluded.name, l.name),
            phone = coalesce(excluded.phone, l.phone),
            company = coalesce(excluded.company, l.company),
            position = coalesce(excluded.position, l.position),
            tags = merged_tags(l.tags, excluded.tags),
            custom_fields = l.custom_fields || excluded.custom_fields,
            updated_at = now()
        where import_changes_lead(l, excluded)
        -- xmax is 0 on a row that this statement inserted, and the updating transaction on one that it updated.
        returning (l.xmax = 0) as inserted
    )
    select count(*) filter (where inserted) into imported from merged;
    -- A lead of which the row says nothing new is not returned.
    updated := p_last - p_first + 1 - imported;
end
$$;
comment on function merge_lead_chunk(bigint, bigint, bigint, bigint) is 'A step of finish_lead_import, for its owner alone.';

create or replace function flush_lead_indexes() returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform gin_clean_pending_list(i.indexrelid)
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_am a on a.oid = c.relam
    where i.indrelid = 'leads'::regclass and a.amname = 'gin' and i.indisvalid;
end
$$;
comment on function flush_lead_indexes() is
    'Moves the pending lists of the GIN indexes on leads into the indexes: a search reads a pending list from end to end.';

create or replace function finish_lead_import(p_workspace_id bigint, p_import_id bigint, p_chunk int default null,
    out imported bigint, out updated bigint, out rejected bigint, out remaining bigint, out merged bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_import record;
    v_chunk record;
    v_inserted bigint := 0;
    v_changed bigint := 0;
    v_done record;
begin
    perform require_workspace(p_workspace_id);
    if p_chunk < 1 or p_chunk > 1000000 then
        raise exception 'a chunk has 1 to 1000000 rows, not %', p_chunk using errcode = 'LH006';
    end if;
    select * into v_import from lead_imports where workspace_id = p_workspace_id and id = p_import_id;
    if not found then
        raise exception 'workspace % has no import %', p_workspace_id, p_import_id using errcode = 'LH004';
    end if;

    if v_import.status <> 'finished' and not exists (select from lead_import_chunks where import_id = p_import_id) then
        -- One caller prepares; the others wait for it here, then find the chunks.
        select * into v_import from lead_imports
        where workspace_id = p_workspace_id and id = p_import_id for update;
        if v_import.status <> 'finished' and not exists (select from lead_import_chunks where import_id = p_import_id) then
            perform prepare_lead_import(p_workspace_id, p_import_id, v_import.source, coalesce(p_chunk, 10000));
        end if;
    end if;

    loop
        select * into v_chunk from lead_import_chunks c
        where import_id = p_import_id and not c.merged
        order by first_order for update skip locked limit 1;
        exit when not found;
        v_done := merge_lead_chunk(p_workspace_id, p_import_id, v_chunk.first_order, v_chunk.last_order);
        v_inserted := v_inserted + v_done.imported;
        v_changed := v_changed + v_done.updated;
        update lead_import_chunks set merged = true where import_id = p_import_id and first_order = v_chunk.first_order;
        -- Given a size, one call merges one chunk, so that the client commits after each.
        exit when p_chunk is not null;
    end loop;

    update lead_imports i set imported = i.imported + v_inserted, updated = i.updated + v_changed
    where i.workspace_id = p_workspace_id and i.id = p_import_id and v_inserted + v_changed > 0;
    -- Counted after the row lock above: of two callers with the last two chunks, the later one sees none remaining.
    select coalesce(sum(last_order - first_order + 1), 0) into remaining
    from lead_import_chunks c where import_id = p_import_id and not c.merged;
    merged := v_inserted + v_changed;

    if remaining = 0 then
        update lead_imports i set status = 'finished', finished_at = now()
        where i.workspace_id = p_workspace_id and i.id = p_import_id and i.status <> 'finished';
        if found then
            perform flush_lead_indexes();
            delete from lead_import_rows where workspace_id = p_workspace_id and import_id = p_import_id;
            delete from lead_import_merge where import_id = p_import_id;
            delete from lead_import_chunks where import_id = p_import_id;
        end if;
    end if;
    select i.imported, i.updated, i.rejected into imported, updated, rejected
    from lead_imports i where i.workspace_id = p_workspace_id and i.id = p_import_id;
end
$$;
comment on function finish_lead_import(bigint, bigint, int) is
    'Validates an import''s staged rows and merges them into leads. With p_chunk (rows), one call merges one chunk: call it, '
    'from as many sessions as wanted, until remaining (rows) is 0. Without, one call merges all. imported, updated and rejected are the whole import''s; merged is this call''s rows.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function require_workspace(bigint) owner to lh_owner;
alter function lead_reject_reason(text, text, text, text, text, text[], jsonb) owner to lh_owner;
alter function merged_tags(text[], text[]) owner to lh_owner;
alter function import_changes_lead(leads, leads) owner to lh_owner;
alter function begin_lead_import(bigint, text) owner to lh_owner;
alter function prepare_lead_import(bigint, bigint, text, int) owner to lh_owner;
alter function merge_lead_chunk(bigint, bigint, bigint, bigint) owner to lh_owner;
alter function flush_lead_indexes() owner to lh_owner;
alter function finish_lead_import(bigint, bigint, int) owner to lh_owner;
revoke execute on function
    require_workspace(bigint),
    lead_reject_reason(text, text, text, text, text, text[], jsonb),
    merged_tags(text[], text[]),
    import_changes_lead(leads, leads),
    begin_lead_import(bigint, text),
    prepare_lead_import(bigint, bigint, text, int),
    merge_lead_chunk(bigint, bigint, bigint, bigint),
    flush_lead_indexes(),
    finish_lead_import(bigint, bigint, int)
from public;
grant execute on function
    require_workspace(bigint)
to lh_app, lh_readonly, lh_worker;
grant execute on function
    begin_lead_import(bigint, text),
    finish_lead_import(bigint, bigint, int)
to lh_app;
