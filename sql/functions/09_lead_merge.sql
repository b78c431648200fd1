-- How an imported row becomes a lead, or part of one: which rows are refused, and the one merge of every import (BF-1, BF-2).

drop function if exists lead_reject_reason(text, text, text, text, text, text[], jsonb);
create or replace function lead_reject_reason(
    p_email text, p_name text, p_phone text, p_company text, p_position text, p_source text, p_status text,
    p_tags text[], p_custom_fields jsonb)
returns text
-- Stable, not immutable, as pg_column_size is: only so is it inlined, which halves its cost a row.
language sql stable parallel safe
as $$
    select case
        when address_is_normal(p_email) is not true then address_reject_reason(p_email)
        when length(p_name) > 300 then 'the name is longer than 300 characters'
        when length(p_phone) > 50 then 'the phone is longer than 50 characters'
        when length(p_company) > 300 then 'the company is longer than 300 characters'
        when length(p_position) > 300 then 'the position is longer than 300 characters'
        when length(p_source) > 100 then source_reject_reason(p_source)
        when p_status not in ('active', 'unsubscribed', 'bounced', 'complained') then 'no lead has the status ' || left(p_status, 60)
        when cardinality(p_tags) > 100 then 'there are more than 100 tags'
        when array_ndims(p_tags) > 1 then 'the tags are not a flat list'
        when array_position(p_tags, null) is not null then 'a tag is null'
        -- An index entry has at most 2.7 kB: one longer tag would end the whole import. Most tags are shorter all together.
        when length(array_to_string(p_tags, '')) > 200 and longest_text(p_tags) > 200 then 'a tag is longer than 200 characters'
        when jsonb_typeof(p_custom_fields) <> 'object' then 'custom_fields is not an object'
        -- No segment could ask for it.
        when p_custom_fields ? '' then 'a custom field has no name'
        when pg_column_size(p_custom_fields) > 65536 then 'custom_fields is larger than 64 kB'
    end
$$;
comment on function lead_reject_reason(text, text, text, text, text, text, text, text[], jsonb) is
    'Why a row cannot become a lead, as a clause; null when it can. The e-mail comes in its normal form, the status in lower case.';

create or replace function risen_status(p_old text, p_new text) returns text
language sql immutable parallel safe
return case when array_position(array['active', 'bounced', 'unsubscribed', 'complained'], p_new)
                 > array_position(array['active', 'bounced', 'unsubscribed', 'complained'], p_old) then p_new else p_old end;
comment on function risen_status(text, text) is 'The status of a lead of which two are said: it never falls, so no file makes a person '
    'active who left.';

drop function if exists merge_reject_reason(leads, text[], jsonb);
drop function if exists import_changes_lead(leads, leads);

-- Immutable, though the size of a value may depend on how it is stored: so a merge can ask it wherever the lead lies. Columns and no whole
-- rows: on a node of a cluster they are of a part of the table.
create or replace function merge_reject_reason(p_tags text[], p_new_tags text[], p_fields jsonb, p_new_fields jsonb) returns text
language plpgsql immutable parallel safe
as $$
begin
    return case
        when cardinality(p_tags) + cardinality(p_new_tags) > 100 and cardinality(public.merged_tags(p_tags, p_new_tags)) > 100
            then 'the lead would have more than 100 tags'
        -- The size of a compressed value says nothing.
        when (pg_column_compression(p_fields) is not null or pg_column_size(p_fields) + pg_column_size(p_new_fields) > 65536)
             and pg_column_size(p_fields || p_new_fields) > 65536
            then 'the lead''s custom_fields would be larger than 64 kB'
    end;
end
$$;
comment on function merge_reject_reason(text[], text[], jsonb, jsonb) is
    'Why a row cannot be merged into its lead, as a clause; null when it can.';

create or replace function import_changes_lead(p_texts text[], p_new_texts text[], p_status text, p_new_status text,
    p_tags text[], p_new_tags text[], p_fields jsonb, p_new_fields jsonb) returns boolean
language plpgsql immutable parallel safe
as $$
begin
    return (coalesce(p_new_texts[1], p_texts[1]) is distinct from p_texts[1]
            or coalesce(p_new_texts[2], p_texts[2]) is distinct from p_texts[2]
            or coalesce(p_new_texts[3], p_texts[3]) is distinct from p_texts[3]
            or coalesce(p_new_texts[4], p_texts[4]) is distinct from p_texts[4]
            or not p_new_tags <@ p_tags
            or p_fields || p_new_fields <> p_fields
            or public.risen_status(p_status, p_new_status) <> p_status)
        and public.merge_reject_reason(p_tags, p_new_tags, p_fields, p_new_fields) is null;
end
$$;
comment on function import_changes_lead(text[], text[], text, text, text[], text[], jsonb, jsonb) is
    'Whether an imported row says anything new of its lead, and may. The texts are name, phone, company and position. An update that says '
    'nothing would still write a new version into all ten indexes.';

-- Row by row in memory, then one update a lead: with an update a row, each would look through the dead versions of all before it.
create or replace function merge_repeated_rows(p_workspace_id bigint, p_import_id bigint, p_first bigint, p_last bigint, p_after_round int,
    out known bigint, out rejected bigint)
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_row record;
    v_lead leads;
    v_status text;
    v_reason text;
    v_changed boolean := false;
begin
    known := 0; rejected := 0;
    for v_row in
        select m.merge_order, m.round, m.email, m.name, m.phone, m.company, m.position, m.status, m.tags, m.custom_fields,
               lead(m.email) over (order by m.merge_order, m.round) is distinct from m.email as is_last
        from lead_import_merge m
        where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
          and m.round > p_after_round
        order by m.merge_order, m.round
    loop
        if v_lead.email is distinct from v_row.email then
            -- An earlier round made or locked it in this transaction.
            select l.* into v_lead from leads l where l.workspace_id = p_workspace_id and l.email = v_row.email for no key update;
        end if;
        v_status := coalesce(v_row.status, 'active');
        v_reason := merge_reject_reason(v_lead.tags, v_row.tags, v_lead.custom_fields, v_row.custom_fields);
        if v_reason is not null then
            update lead_import_merge m set reason = v_reason
            where m.workspace_id = p_workspace_id and m.import_id = p_import_id
              and m.merge_order = v_row.merge_order and m.round = v_row.round;
            rejected := rejected + 1;
        else
            known := known + 1;
            if import_changes_lead(
                array[v_lead.name, v_lead.phone, v_lead.company, v_lead.position],
                array[v_row.name, v_row.phone, v_row.company, v_row.position],
                v_lead.status, v_status, v_lead.tags, v_row.tags, v_lead.custom_fields, v_row.custom_fields) then
                v_changed := true;
                v_lead.name := coalesce(v_row.name, v_lead.name);
                v_lead.phone := coalesce(v_row.phone, v_lead.phone);
                v_lead.company := coalesce(v_row.company, v_lead.company);
                v_lead.position := coalesce(v_row.position, v_lead.position);
                v_lead.status := risen_status(v_lead.status, v_status);
                v_lead.tags := merged_tags(v_lead.tags, v_row.tags);
                v_lead.custom_fields := v_lead.custom_fields || v_row.custom_fields;
            end if;
        end if;
        if v_row.is_last and v_changed then
            update leads l
            set name = v_lead.name, phone = v_lead.phone, company = v_lead.company, position = v_lead.position,
                status = v_lead.status, tags = v_lead.tags, custom_fields = v_lead.custom_fields, updated_at = now()
            where l.workspace_id = p_workspace_id and l.id = v_lead.id;
            v_changed := false;
        end if;
    end loop;
end
$$;
comment on function merge_repeated_rows(bigint, bigint, bigint, bigint, int) is
    'A step of merge_lead_rows: the rows of an address after its first ones, in their order, each judged against the lead as it is by '
    'then.';

-- The one place that says so: on a cluster, where bits are off (decision 0025), leads have no trigger that notes changes for them.
create or replace function segment_bits_are_on() returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select exists (select 1 from pg_trigger where tgrelid = 'public.leads'::regclass and tgname = 'note_segment_update')
$$;
comment on function segment_bits_are_on() is 'Whether changes of leads are noted for the bits of segments; if not, counts go by rows.';

-- The one merge: imports by COPY and by JSON are both rows of lead_import_merge. p_update: whether known leads are changed.
create or replace function merge_rows_once(p_workspace_id bigint, p_import_id bigint, p_first bigint, p_last bigint, p_update boolean,
    out imported bigint, out known bigint, out rejected bigint)
-- A pending list of trigrams that is flushed with little memory is merged into the index in many small pieces.
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB'
as $$
declare
    -- The first rows of each address are merged set by set, the rest of a long list in memory.
    c_rounds constant int := 3;
    c_sequence constant regclass := pg_get_serial_sequence('public.leads', 'id');
    v_suppressing boolean := exists (select 1 from suppressed_addresses where workspace_id = p_workspace_id);
    v_noting boolean := segment_bits_are_on();
    v_round record;
    v_ids bigint[];
    v_new bigint[];
    v_rejected bigint;
    v_kept text[];
    v_repeated record;
    v_last_round bigint;
begin
    imported := 0; known := 0; rejected := 0;
    -- It notes what it inserts for the bits of segments itself, in a row for all of it. Not a setting of the function: an owner who is no
    -- superuser may not give it one of this name.
    perform set_config('loadharness.notes_changes', 'on', true);
    -- A file only makes a status rise: that is no decision which an event from before it must not add to.
    set local loadharness.by_event = 'on';
    for v_round in
        select m.round, count(*) as rows from lead_import_merge m
        where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
          and m.round between 1 and c_rounds
        group by m.round
        order by m.round
    loop
        -- Taken here and not by the column's default, so that the statement runs whole where the workspace lies.
        v_ids := array(select nextval(c_sequence) from generate_series(p_first, p_last));
        with merged as (
            insert into leads as l
                (workspace_id, id, email, name, phone, company, position, source, status, tags, custom_fields)
            select m.workspace_id, v_ids[m.merge_order - p_first + 1], m.email, m.name, m.phone, m.company, m.position, m.source,
                   -- Nearly all say no status: the function, which its subquery keeps from being inlined, costs 5% of an import.
                   case when m.status is null and not v_suppressing then 'active'
                        else risen_status(coalesce(m.status, 'active'), coalesce((
                            select case when s.reason = 'erased' then 'unsubscribed' else s.reason end from suppressed_addresses s
                            where s.workspace_id = p_workspace_id and s.email_hash = address_hash(p_workspace_id, m.email)), 'active')) end,
                   m.tags, m.custom_fields
            from lead_import_merge m
            where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
              and m.round = v_round.round
            order by m.merge_order
            on conflict (workspace_id, email) do update
            set name = coalesce(excluded.name, l.name),
                phone = coalesce(excluded.phone, l.phone),
                company = coalesce(excluded.company, l.company),
                position = coalesce(excluded.position, l.position),
                status = risen_status(l.status, excluded.status),
                tags = merged_tags(l.tags, excluded.tags),
                custom_fields = l.custom_fields || excluded.custom_fields,
                updated_at = excluded.updated_at
            where p_update and import_changes_lead(
                array[l.name, l.phone, l.company, l.position], array[excluded.name, excluded.phone, excluded.company, excluded.position],
                l.status, excluded.status, l.tags, excluded.tags, l.custom_fields, excluded.custom_fields)
            returning l.id, l.email
        )
        -- A row that this statement inserted has one of these ids; one that it updated has another.
        select array_agg(m.email), array_agg(i.id) filter (where i.id is not null) into v_kept, v_new
        from merged m left join unnest(v_ids) as i (id) on i.id = m.id;
        imported := imported + coalesce(cardinality(v_new), 0);
        known := known + v_round.rows - coalesce(cardinality(v_new), 0);
        if v_noting then
            -- Numbers that others took meanwhile lie between: counts may read a lead too many, not one too few.
            insert into segment_changes (workspace_id, first_lead, last_lead, fields)
            select p_workspace_id, min(r.id), max(r.id), 63
            from (select g.id, sum((g.gap > 64)::int) over (order by g.id) as run
                  from (select n.id, n.id - lag(n.id, 1, n.id) over (order by n.id) as gap from unnest(v_new) as n (id)) as g) as r
            group by r.run;
        end if;
        v_last_round := v_round.round;
        -- A row that is not among the merged ones said nothing new, or too much.
        if p_update and v_round.rows > coalesce(cardinality(v_kept), 0) then
            update lead_import_merge m set reason = merge_reject_reason(l.tags, m.tags, l.custom_fields, m.custom_fields)
            from leads l
            where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
              and m.round = v_round.round and not m.email = any (coalesce(v_kept, '{}'))
              and l.workspace_id = p_workspace_id and l.email = m.email
              and merge_reject_reason(l.tags, m.tags, l.custom_fields, m.custom_fields) is not null;
            get diagnostics v_rejected = row_count;
            rejected := rejected + v_rejected;
            known := known - v_rejected;
        end if;
    end loop;
    perform set_config('loadharness.notes_changes', 'off', true);
    if v_last_round = c_rounds and p_update then
        v_repeated := merge_repeated_rows(p_workspace_id, p_import_id, p_first, p_last, c_rounds);
        known := known + v_repeated.known;
        rejected := rejected + v_repeated.rejected;
    elsif v_last_round = c_rounds then
        known := known + (
            select count(*) from lead_import_merge m
            where m.workspace_id = p_workspace_id and m.import_id = p_import_id and m.merge_order between p_first and p_last
              and m.round > c_rounds);
    end if;
    set local loadharness.by_event = '';
end
$$;
comment on function merge_rows_once(bigint, bigint, bigint, bigint, boolean) is
    'A step of merge_lead_rows: one attempt.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'lead_reject_reason(text, text, text, text, text, text, text, text[], jsonb)',
        'risen_status(text, text)',
        'merge_reject_reason(text[], text[], jsonb, jsonb)',
        'import_changes_lead(text[], text[], text, text, text[], text[], jsonb, jsonb)',
        'segment_bits_are_on()',
        'merge_repeated_rows(bigint, bigint, bigint, bigint, int)',
        'merge_rows_once(bigint, bigint, bigint, bigint, boolean)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
