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

create or replace function has_import_chunks(p_workspace_id bigint, p_import_id bigint) returns boolean
language sql stable
as $$
    select exists (select from lead_import_chunks c where c.workspace_id = p_workspace_id and c.import_id = p_import_id)
$$;
comment on function has_import_chunks(bigint, bigint) is 'Whether an import is prepared: from then on it takes no rows.';

create or replace function begin_lead_import(p_workspace_id bigint, p_source text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
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

-- Only a session that knows of a broken cell asks for each: a block that catches an error costs as much as the rest of a row.
create or replace function cell_fault(p_tags text, p_custom_fields text) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_cell text := 'the tags are no list: ';
begin
    perform p_tags::text[];
    v_cell := 'the custom_fields are no JSON: ';
    perform p_custom_fields::jsonb;
    return null;
exception
    when data_exception or program_limit_exceeded then
        return v_cell || left(sqlerrm, 200);
end
$$;
comment on function cell_fault(text, text) is 'Why the cells of a staged row cannot be read as a list of tags and as JSON, as a clause; null when they can.';

-- Rows of one address keep their order: the second is merged after the first, as if it stood in a second file.
drop function if exists order_staged_rows(bigint, bigint, text, boolean);
create function order_staged_rows(p_workspace_id bigint, p_import_id bigint, p_source text, p_careful boolean,
    out staged bigint, out rejected bigint, out valid bigint, out repeated bigint)
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB'
as $$
begin
    with staged as (
        select row_number, address_of(email) as email, cell(name) as name, cell(phone) as phone, cell(company) as company,
               cell(position) as position, coalesce(cell(source), p_source) as source, lower(cell(status)) as status,
               case when p_careful then cell(tags) else nullif(tags, '') end as tags,
               case when p_careful then cell(custom_fields) else nullif(custom_fields, '') end as custom_fields,
               coalesce(refused, case when p_careful then cell_fault(cell(tags), cell(custom_fields)) end) as fault
        from lead_import_rows
        where workspace_id = p_workspace_id and import_id = p_import_id
        -- Keeps the planner from writing these expressions into every place that the inlined functions use them.
        offset 0
    ), typed as (
        select s.row_number, s.email, s.name, s.phone, s.company, s.position, s.source, s.status, s.fault,
               case when s.fault is null then coalesce(s.tags, '{}')::text[] end as tags,
               case when s.fault is null then coalesce(s.custom_fields, '{}')::jsonb end as custom_fields
        from staged s
        offset 0
    ), judged as materialized (
        select t.*, coalesce(fault, lead_reject_reason(email, name, phone, company, position, source, status, tags, custom_fields)) as reason
        from typed t
    ), rejects as (
        insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
        select p_workspace_id, p_import_id, row_number, left(email, 300), reason
        from judged where reason is not null
        on conflict do nothing
        returning 1
    ), ordered as (
        insert into lead_import_merge
            (workspace_id, import_id, merge_order, round, row_number, email, name, phone, company, position, source, status, tags, custom_fields)
        select p_workspace_id, p_import_id, row_number() over address, (email is not distinct from lag(email) over address)::int + 1,
               row_number, email, name, phone, company, position, source, status, tags, custom_fields
        from judged where reason is null
        window address as (order by email collate "C", row_number)
        returning round
    )
    select (select count(*) from judged), (select count(*) from judged where reason is not null),
           (select count(*) from ordered), (select count(*) from ordered where round > 1)
    into staged, rejected, valid, repeated;
end
$$;
comment on function order_staged_rows(bigint, bigint, text, boolean) is 'A step of finish_lead_import, for its owner alone.';

-- The rows of an address take its first one's place, in rounds: no chunk then holds only some of them.
create or replace function number_rounds(p_workspace_id bigint, p_import_id bigint) returns void
-- Nobody has analyzed rows that were written just now: the planner would compare each with each.
language sql set search_path = pg_catalog, public, pg_temp set enable_nestloop = off
as $$
    update lead_import_merge m set merge_order = r.first_order, round = r.round
    from (
        select merge_order, min(merge_order) over address as first_order, row_number() over (address order by merge_order) as round
        from lead_import_merge
        where workspace_id = p_workspace_id and import_id = p_import_id
        window address as (partition by email)) as r
    where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order = r.merge_order and r.round > 1;
$$;
comment on function number_rounds(bigint, bigint) is 'A step of every import in which an address comes more than once, for its owner alone.';

-- Staged rows become rejects and rows to merge, in the order of their addresses.
create or replace function prepare_lead_import(p_workspace_id bigint, p_import_id bigint, p_source text, p_chunk int) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_rows record;
begin
    -- Unlogged tables are empty after a crash; what an earlier preparation left beside them is taken back first.
    delete from lead_import_merge where workspace_id = p_workspace_id and import_id = p_import_id;
    delete from lead_import_rejects where workspace_id = p_workspace_id and import_id = p_import_id;
    begin
        v_rows := order_staged_rows(p_workspace_id, p_import_id, p_source, false);
    exception
        when data_exception or program_limit_exceeded then
            v_rows := order_staged_rows(p_workspace_id, p_import_id, p_source, true);
    end;
    if v_rows.staged = 0 then
        raise exception 'import % has no staged rows', p_import_id using errcode = 'LH004',
            hint = 'COPY the rows into lead_import_rows (again, after a crash of the server), then finish.';
    end if;
    if v_rows.repeated > 0 then
        perform number_rounds(p_workspace_id, p_import_id);
    end if;
    insert into lead_import_chunks (workspace_id, import_id, first_order, last_order)
    select p_workspace_id, p_import_id, first_order, least(first_order + p_chunk - 1, v_rows.valid)
    from generate_series(1, v_rows.valid, p_chunk) as first_order
    -- All of a chunk's rows may have moved to an earlier place of their address.
    where exists (select from lead_import_merge m where m.workspace_id = p_workspace_id and m.import_id = p_import_id
                    and m.merge_order between first_order and first_order + p_chunk - 1);
    update lead_imports set status = 'merging', rejected = v_rows.rejected
    where workspace_id = p_workspace_id and id = p_import_id;
end
$$;
comment on function prepare_lead_import(bigint, bigint, text, int) is 'A step of finish_lead_import, for its owner alone.';

drop function if exists merge_lead_chunk(bigint, bigint, bigint, bigint);
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

create or replace function merge_lead_chunk(p_workspace_id bigint, p_import_id bigint, p_first bigint, p_last bigint) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_merged record := merge_lead_rows(p_workspace_id, p_import_id, p_first, p_last, true);
begin
    if v_merged.rejected > 0 then
        insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
        select m.workspace_id, m.import_id, m.row_number, m.email, m.reason
        from lead_import_merge m
        where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last and m.reason is not null
        on conflict do nothing;
    end if;
    update lead_import_chunks set merged = true
    where workspace_id = p_workspace_id and import_id = p_import_id and first_order = p_first;
    update lead_imports i
    set imported = i.imported + v_merged.imported, updated = i.updated + v_merged.known, rejected = i.rejected + v_merged.rejected
    where i.workspace_id = p_workspace_id and i.id = p_import_id;
    return v_merged.imported + v_merged.known + v_merged.rejected;
end
$$;
comment on function merge_lead_chunk(bigint, bigint, bigint, bigint) is 'A step of finish_lead_import, for its owner alone. Returns the rows merged.';

create or replace function forget_staged_rows(p_workspace_id bigint, p_import_id bigint) returns void
language sql set search_path = pg_catalog, public, pg_temp
as $$
    delete from lead_import_rows where workspace_id = p_workspace_id and import_id = p_import_id;
    delete from lead_import_merge where workspace_id = p_workspace_id and import_id = p_import_id;
    delete from lead_import_chunks where workspace_id = p_workspace_id and import_id = p_import_id;
$$;
comment on function forget_staged_rows(bigint, bigint) is 'Empties staging of an import that ended.';

create or replace function finish_lead_import(p_workspace_id bigint, p_import_id bigint, p_chunk int default null,
    out imported bigint, out updated bigint, out rejected bigint, out remaining bigint, out merged bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_import record;
    v_chunk record;
begin
    perform require_workspace(p_workspace_id);
    if p_chunk < 1 or p_chunk > 1000000 then
        raise exception 'a chunk has 1 to 1000000 rows, not %', p_chunk using errcode = 'LH006';
    end if;
    select * into v_import from lead_imports where workspace_id = p_workspace_id and id = p_import_id;
    if not found or v_import.status = 'cancelled' then
        raise exception 'workspace % has no import % to finish', p_workspace_id, p_import_id using errcode = 'LH004',
            hint = 'It was never begun, or it was cancelled: begin another with begin_lead_import.';
    end if;

    if v_import.status <> 'finished' and not has_import_chunks(p_workspace_id, p_import_id) then
        -- One caller prepares; the others wait for it here, then find the chunks. Who is still staging rows is waited for, too.
        select * into v_import from lead_imports
        where workspace_id = p_workspace_id and id = p_import_id for update;
        if v_import.status in ('receiving', 'merging') and not has_import_chunks(p_workspace_id, p_import_id) then
            perform prepare_lead_import(p_workspace_id, p_import_id, v_import.source, coalesce(p_chunk, 10000));
        end if;
    end if;

    merged := 0;
    loop
        select * into v_chunk from lead_import_chunks c
        where c.workspace_id = p_workspace_id and c.import_id = p_import_id and not c.merged
        order by c.first_order for update skip locked limit 1;
        exit when not found;
        merged := merged + merge_lead_chunk(p_workspace_id, p_import_id, v_chunk.first_order, v_chunk.last_order);
        -- Given a size, one call merges one chunk, so that the client commits after each.
        exit when p_chunk is not null;
    end loop;

    -- Counted after the row lock of the chunk's figures: of two callers with the last two chunks, the later one sees none remaining.
    select coalesce(sum(last_order - first_order + 1), 0) into remaining
    from lead_import_chunks c where c.workspace_id = p_workspace_id and c.import_id = p_import_id and not c.merged;

    if remaining = 0 then
        update lead_imports i set status = 'finished', finished_at = now()
        where i.workspace_id = p_workspace_id and i.id = p_import_id and i.status = 'merging';
        if found then
            perform flush_lead_indexes();
            perform forget_staged_rows(p_workspace_id, p_import_id);
        end if;
    end if;
    select i.imported, i.updated, i.rejected into imported, updated, rejected
    from lead_imports i where i.workspace_id = p_workspace_id and i.id = p_import_id;
end
$$;
comment on function finish_lead_import(bigint, bigint, int) is
    'Validates an import''s staged rows and merges them into leads. With p_chunk (rows), one call merges one chunk: call it, '
    'from as many sessions as wanted, until remaining (rows) is 0. Without, one call merges all. imported, updated and rejected are the '
    'whole import''s and together its rows: a second row of an address counts as updated. merged is this call''s rows.';

create or replace function cancel_lead_import(p_workspace_id bigint, p_import_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    perform require_workspace(p_workspace_id);
    if not exists (select from lead_imports where workspace_id = p_workspace_id and id = p_import_id) then
        raise exception 'workspace % has no import %', p_workspace_id, coalesce(p_import_id::text, 'null') using errcode = 'LH004';
    end if;
    update lead_imports i set status = 'cancelled', finished_at = now()
    where i.workspace_id = p_workspace_id and i.id = p_import_id and i.status in ('receiving', 'merging');
    if not found then
        return false;
    end if;
    perform forget_staged_rows(p_workspace_id, p_import_id);
    return true;
end
$$;
comment on function cancel_lead_import(bigint, bigint) is
    'Ends an import: its staged rows go, what is merged already stays. False when it was finished or cancelled before.';

create or replace function prune_lead_imports(p_older_than interval default interval '7 days', p_keep_rejects interval default interval '90 days')
returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_import record;
    v_pruned bigint := 0;
begin
    if p_older_than is null or p_older_than < interval '1 hour' or p_keep_rejects is null or p_keep_rejects < interval '1 day' then
        raise exception 'imports are left alone for an hour at least, and their rejects for a day' using errcode = 'LH004';
    end if;
    for v_import in
        update lead_imports i set status = 'cancelled', finished_at = now()
        where i.status in ('receiving', 'merging') and i.created_at < now() - p_older_than
        returning i.workspace_id, i.id
    loop
        perform forget_staged_rows(v_import.workspace_id, v_import.id);
        v_pruned := v_pruned + 1;
    end loop;
    delete from lead_import_rows r
    where not exists (select from lead_imports i
                      where i.workspace_id = r.workspace_id and i.id = r.import_id and i.status in ('receiving', 'merging'));
    -- They hold addresses, and nobody mends a file after three months.
    delete from lead_import_rejects r using lead_imports i
    where i.workspace_id = r.workspace_id and i.id = r.import_id and i.finished_at < now() - p_keep_rejects;
    return v_pruned;
end
$$;
comment on function prune_lead_imports(interval, interval) is
    'Cancels the imports of all workspaces that nobody finished, empties their staging, and forgets old rejects. Returns how many it cancelled.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'require_workspace(bigint)',
        'has_import_chunks(bigint, bigint)',
        'begin_lead_import(bigint, text)', 'cell_fault(text, text)', 'order_staged_rows(bigint, bigint, text, boolean)',
        'number_rounds(bigint, bigint)', 'prepare_lead_import(bigint, bigint, text, int)',
        'merge_lead_chunk(bigint, bigint, bigint, bigint)', 'forget_staged_rows(bigint, bigint)', 'flush_lead_indexes()',
        'finish_lead_import(bigint, bigint, int)', 'cancel_lead_import(bigint, bigint)', 'prune_lead_imports(interval, interval)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function
    require_workspace(bigint)
to lh_app, lh_readonly, lh_worker;
grant execute on function
    begin_lead_import(bigint, text),
    finish_lead_import(bigint, bigint, int),
    cancel_lead_import(bigint, bigint)
to lh_app;
