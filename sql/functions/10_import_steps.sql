-- Steps of an import by COPY: validate what is staged set-wise, order it by address, merge it in chunks.
-- The order keeps imports that overlap from deadlocking; a chunk a transaction keeps the locks short.

create or replace function has_import_chunks(p_workspace_id bigint, p_import_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
    return exists (select 1 from lead_import_chunks c where c.workspace_id = p_workspace_id and c.import_id = p_import_id);
end
$$;
comment on function has_import_chunks(bigint, bigint) is 'Whether an import is prepared: from then on it takes no rows.';

-- Only a session that knows of a broken cell asks for each: a block that catches an error costs as much as the rest of a row.
create or replace function cell_fault(p_tags text, p_custom_fields text) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
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
comment on function cell_fault(text, text) is 'Why the cells of a staged row cannot be read as a list of tags and as JSON, as a clause; '
    'null when they can.';

-- Rows of one address keep their order: the second is merged after the first, as if it stood in a second file.
-- All go into the rows to merge, those that are refused in round 0 with their reason: one statement a table, each whole where the
-- workspace lies.
drop function if exists order_staged_rows(bigint, bigint, text, boolean);
create function order_staged_rows(p_workspace_id bigint, p_import_id bigint, p_source text, p_careful boolean,
    out staged bigint, out rejected bigint, out valid bigint, out repeated bigint)
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB'
as $$
begin
    insert into lead_import_merge
        (workspace_id, import_id, merge_order, round, row_number,
         email, name, phone, company, position, source, status, tags, custom_fields, reason)
    select j.workspace_id, j.import_id, row_number() over address,
           case when j.reason is not null then 0
                else (j.email is not distinct from lag(j.email) over address)::int + 1 end,
           j.row_number, j.email, j.name, j.phone, j.company, j.position, j.source, j.status, tags_once(j.tags),
           j.custom_fields, j.reason
    from (
        select t.*, coalesce(t.fault, lead_reject_reason(
                   t.email, t.name, t.phone, t.company, t.position, t.source, t.status, tags_once(t.tags),
                   t.custom_fields)) as reason
        from (
            select s.workspace_id, s.import_id, s.row_number, s.email, s.name, s.phone, s.company, s.position, s.source, s.status, s.fault,
                   case when s.fault is null then coalesce(s.tags, '{}')::text[] end as tags,
                   case when s.fault is null then coalesce(s.custom_fields, '{}')::jsonb end as custom_fields
            from (
                select workspace_id, import_id, row_number, address_of(email) as email, cell(name) as name, cell(phone) as phone,
                       cell(company) as company, cell(position) as position, coalesce(cell(source), p_source) as source,
                       lower(cell(status)) as status,
                       case when p_careful then cell(tags) else nullif(tags, '') end as tags,
                       case when p_careful then cell(custom_fields) else nullif(custom_fields, '') end as custom_fields,
                       coalesce(refused, case when p_careful then cell_fault(cell(tags), cell(custom_fields)) end) as fault
                from lead_import_rows
                where workspace_id = p_workspace_id and import_id = p_import_id
                -- Keeps the planner from writing these expressions into every place that the inlined functions use them.
                offset 0) as s
            offset 0) as t
        offset 0) as j
    window address as (partition by j.reason is null order by j.email collate "C", j.row_number);
    select count(*), count(*) filter (where m.round = 0), count(*) filter (where m.round > 0), count(*) filter (where m.round > 1)
    into staged, rejected, valid, repeated
    from lead_import_merge m where m.workspace_id = p_workspace_id and m.import_id = p_import_id;
    if rejected > 0 then
        insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
        select m.workspace_id, m.import_id, m.row_number, left(m.email, 300), m.reason
        from lead_import_merge m where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.round = 0
        on conflict do nothing;
        delete from lead_import_merge m where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.round = 0;
    end if;
end
$$;
comment on function order_staged_rows(bigint, bigint, text, boolean) is 'A step of finish_lead_import, for its owner alone.';

-- The rows of an address take its first one's place, in rounds: no chunk then holds only some of them.
create or replace function number_rounds(p_workspace_id bigint, p_import_id bigint) returns void
-- By their places: nobody has analyzed rows that were written just now, and by any other column the planner would compare each with each.
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    update lead_import_merge m set merge_order = r.first_order, round = r.round
    from (
        select n.ctid as place, min(n.merge_order) over address as first_order, row_number() over (address order by n.merge_order) as round
        from lead_import_merge n
        where n.workspace_id = p_workspace_id and n.import_id = p_import_id and n.round > 0
        window address as (partition by n.email)) as r
    where m.workspace_id = p_workspace_id and m.ctid = r.place and r.round > 1;
end
$$;
comment on function number_rounds(bigint, bigint) is 'A step of every import in which an address comes more than once, for its owner '
    'alone.';

-- A chunk is a subtransaction. One call that merges all of them must not have more than 64: each session that then looks at a row of any
-- table reads on disk to which transaction such a number belongs.
create or replace function import_chunk_rows(p_rows bigint) returns int
language sql immutable parallel safe
return greatest(10000, least((p_rows + 59) / 60, 2000000000))::int;
comment on function import_chunk_rows(bigint) is 'How many rows a chunk of an import has, when the caller does not say: 60 chunks at most.';

-- Staged rows become rejects and rows to merge, in the order of their addresses.
create or replace function prepare_lead_import(p_workspace_id bigint, p_import_id bigint, p_source text, p_chunk int) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_rows record;
    v_chunk int;
    v_lost bigint;
begin
    -- Unlogged tables are empty after a crash; what an earlier preparation left in other tables is removed first.
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
    select min(c.first_row) into v_lost from lead_import_copies c
    where c.workspace_id = p_workspace_id and c.import_id = p_import_id and not exists (
        select 1 from lead_import_rows r
        where r.workspace_id = p_workspace_id and r.import_id = p_import_id and r.row_number = c.first_row);
    if v_lost is not null then
        raise exception 'a crash of the server emptied import %: its row % and others were copied, and are gone', p_import_id, v_lost
            using errcode = 'LH004', hint = 'COPY those rows again, or cancel the import and begin another.';
    end if;
    if v_rows.repeated > 0 then
        perform number_rounds(p_workspace_id, p_import_id);
    end if;
    v_chunk := coalesce(p_chunk, import_chunk_rows(v_rows.valid));
    -- From the rows themselves: all of a chunk's may have moved to an earlier place of their address.
    insert into lead_import_chunks (workspace_id, import_id, first_order, last_order)
    select c.workspace_id, c.import_id, c.first_order, least(c.first_order + v_chunk - 1, v_rows.valid)
    from (select m.workspace_id, m.import_id, (m.merge_order - 1) / v_chunk * v_chunk + 1 as first_order
          from lead_import_merge m
          where m.workspace_id = p_workspace_id and m.import_id = p_import_id
          group by 1, 2, 3) as c;
    -- After a crash all rows come again, also those that were merged before: each counts once.
    update lead_imports set status = 'merging', imported = 0, updated = 0, rejected = v_rows.rejected
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
    -- Of a cluster, the workers have the rows.
    perform ask_workers($worker$
        select jsonb_build_array(sum(gin_clean_pending_list(i.indexrelid)))
        from pg_dist_shard s
        join pg_index i on i.indrelid = to_regclass(shard_name(s.logicalrelid, s.shardid)) and i.indisvalid
        join pg_class c on c.oid = i.indexrelid
        join pg_am a on a.oid = c.relam and a.amname = 'gin'
        where s.logicalrelid = 'public.leads'::regclass $worker$);
exception
    when object_not_in_prerequisite_state then
        -- A worker that does not answer takes nobody else's import with it: maintenance does it later.
        raise notice '%', sqlerrm;
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
        where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
            and m.reason is not null
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
comment on function merge_lead_chunk(bigint, bigint, bigint, bigint)
    is 'A step of finish_lead_import, for its owner alone. Returns the rows merged.';

-- A session that merges a chunk holds it, and waits for the import's row, which is held here. So its chunk is left to it: it comes here in
-- turn when it finds that the import ended.
create or replace function forget_staged_rows(p_workspace_id bigint, p_import_id bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from lead_import_rows where workspace_id = p_workspace_id and import_id = p_import_id;
    delete from lead_import_copies where workspace_id = p_workspace_id and import_id = p_import_id;
    delete from lead_import_chunks c
    using (select l.first_order from lead_import_chunks l
           where l.workspace_id = p_workspace_id and l.import_id = p_import_id for update skip locked) as free
    where c.workspace_id = p_workspace_id and c.import_id = p_import_id and c.first_order = free.first_order;
    if not has_import_chunks(p_workspace_id, p_import_id) then
        delete from lead_import_merge where workspace_id = p_workspace_id and import_id = p_import_id;
        return;
    end if;
    delete from lead_import_merge m
    where m.workspace_id = p_workspace_id and m.import_id = p_import_id and not exists (
        select 1 from lead_import_chunks c
        where c.workspace_id = p_workspace_id and c.import_id = p_import_id and m.merge_order between c.first_order and c.last_order);
end
$$;
comment on function forget_staged_rows(bigint, bigint) is
    'Empties staging of an import that ended, but for the chunks that other sessions are merging.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'has_import_chunks(bigint, bigint)', 'cell_fault(text, text)', 'order_staged_rows(bigint, bigint, text, boolean)',
        'number_rounds(bigint, bigint)', 'import_chunk_rows(bigint)', 'prepare_lead_import(bigint, bigint, text, int)',
        'flush_lead_indexes()', 'merge_lead_chunk(bigint, bigint, bigint, bigint)', 'forget_staged_rows(bigint, bigint)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
