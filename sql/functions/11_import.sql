-- Imports by COPY (BF-1, BF-2): begin, COPY into lead_import_rows, finish; cancel, and prune what nobody finished.

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

create or replace function finish_lead_import(p_workspace_id bigint, p_import_id bigint, p_chunk int default null,
    out imported bigint, out updated bigint, out rejected bigint, out remaining bigint, out merged bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_import record;
    v_chunk record;
    v_cancelled boolean;
begin
    perform require_workspace(p_workspace_id);
    -- Rows that the same transaction stages from now on are looked at anew.
    perform set_config('loadharness.staging', '', true);
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
            perform prepare_lead_import(p_workspace_id, p_import_id, v_import.source, p_chunk);
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
            perform fold_import(p_workspace_id);
        end if;
    end if;
    select i.imported, i.updated, i.rejected, i.status = 'cancelled' into imported, updated, rejected, v_cancelled
    from lead_imports i where i.workspace_id = p_workspace_id and i.id = p_import_id;
    if v_cancelled then
        -- While a chunk was merged here. It is not done: the next call says so.
        perform forget_staged_rows(p_workspace_id, p_import_id);
        remaining := greatest(remaining, 1);
    end if;
end
$$;
comment on function finish_lead_import(bigint, bigint, int) is
    'Validates an import''s staged rows and merges them into leads. With p_chunk (rows), one call merges one chunk: call it, '
    'from as many sessions as wanted, until remaining (rows) is 0. Without, one call merges all, in 60 chunks at most. imported, updated '
    'and rejected are the whole import''s and together its rows: a second row of an address counts as updated. merged is this call''s '
    'rows.';

create or replace function cancel_lead_import(p_workspace_id bigint, p_import_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    perform require_workspace(p_workspace_id);
    perform set_config('loadharness.staging', '', true);
    if not exists (select 1 from lead_imports where workspace_id = p_workspace_id and id = p_import_id) then
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
    'Ends an import: its staged rows go, what is merged already stays, also a chunk that a session is merging. False when it was finished '
    'or cancelled before.';

-- The locks are let go at once, so that the chunks can be merged.
create or replace function import_is_free(p_workspace_id bigint, p_import_id bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_chunks bigint := (
        select count(*) from lead_import_chunks c where c.workspace_id = p_workspace_id and c.import_id = p_import_id);
    v_free bigint;
begin
    select count(*) into v_free
    from (select 1 from lead_import_chunks c
          where c.workspace_id = p_workspace_id and c.import_id = p_import_id for update skip locked) as c;
    raise exception using errcode = 'LH000';
exception
    when sqlstate 'LH000' then return v_free = v_chunks;
end
$$;
comment on function import_is_free(bigint, bigint) is 'A step of prune_lead_imports: whether no other session merges a chunk of an import '
    'now.';

create or replace function prune_lead_imports(p_older_than interval default interval '7 days',
    p_keep_rejects interval default interval '90 days')
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
        select i.workspace_id, i.id from lead_imports i
        where i.status in ('receiving', 'merging') and i.created_at < now() - p_older_than
        order by i.workspace_id, i.id
    loop
        -- One that a session works on is left alone, and not waited for.
        continue when not import_is_free(v_import.workspace_id, v_import.id);
        perform 1 from lead_imports i
        where i.workspace_id = v_import.workspace_id and i.id = v_import.id and i.status in ('receiving', 'merging')
        for no key update skip locked;
        continue when not found;
        update lead_imports i set status = 'cancelled', finished_at = now()
        where i.workspace_id = v_import.workspace_id and i.id = v_import.id;
        perform forget_staged_rows(v_import.workspace_id, v_import.id);
        v_pruned := v_pruned + 1;
    end loop;
    delete from lead_import_rows r
    where not exists (select 1 from lead_imports i
                      where i.workspace_id = r.workspace_id and i.id = r.import_id and i.status in ('receiving', 'merging'));
    -- They hold addresses, and nobody corrects a file after three months.
    delete from lead_import_rejects r using lead_imports i
    where i.workspace_id = r.workspace_id and i.id = r.import_id and i.finished_at < now() - p_keep_rejects;
    return v_pruned;
end
$$;
comment on function prune_lead_imports(interval, interval) is
    'Cancels the imports of all workspaces that nobody finished, empties their staging, and forgets old rejects. Returns how many it '
    'cancelled.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'begin_lead_import(bigint, text)', 'finish_lead_import(bigint, bigint, int)', 'cancel_lead_import(bigint, bigint)',
        'import_is_free(bigint, bigint)', 'prune_lead_imports(interval, interval)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function
    begin_lead_import(bigint, text),
    finish_lead_import(bigint, bigint, int),
    cancel_lead_import(bigint, bigint)
to lh_app;
