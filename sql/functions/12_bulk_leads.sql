-- Imports of a JSON array in one call (BF-1, BF-2), for callers without COPY. They stage their rows as an import does and share its merge.

-- A function's columns cannot be changed in place.
drop function if exists bulk_insert_leads(bigint, jsonb);
drop function if exists fast_bulk_lead_import(bigint, jsonb);
drop function if exists json_leads(jsonb);

create or replace function lead_shape_fault(p_lead jsonb) returns text
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select case
        when jsonb_typeof(p_lead) <> 'object' then 'the lead is not an object'
        when p_lead ? 'unreadable' then 'the lead cannot be read: ' || left(p_lead ->> 'unreadable', 200)
        when exists (
            select 1 from unnest(array['email', 'name', 'phone', 'company', 'position', 'source', 'status']) as field
            where jsonb_typeof(p_lead -> field) not in ('string', 'null')) then 'a text field is not a text'
        when jsonb_typeof(p_lead -> 'tags') not in ('array', 'null') then 'tags is not an array'
        when exists (select 1 from jsonb_path_query(p_lead, 'strict $.tags[*] ? (@.type() != "string")', silent => true))
            then 'a tag is not a text'
        when jsonb_typeof(p_lead -> 'custom_fields') not in ('object', 'null') then 'custom_fields is not an object'
    end
$$;
comment on function lead_shape_fault(jsonb) is 'Why a JSON value is no lead, as a clause; null when it is one.';

create function json_leads(p_leads jsonb)
returns table (row_number bigint, email text, name text, phone text, company text, "position" text, source text, status text,
               tags text[], custom_fields jsonb, reason text, unknown_keys text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_keys constant text[] := array['email', 'name', 'phone', 'company', 'position', 'source', 'status', 'tags', 'custom_fields'];
begin
    if p_leads is null or jsonb_typeof(p_leads) <> 'array' then
        raise exception 'leads must be a JSON array of objects, not %', coalesce(jsonb_typeof(p_leads), 'null')
            using errcode = 'LH004';
    elsif jsonb_array_length(p_leads) > 100000 then
        raise exception 'at most 100000 leads a call, not %', jsonb_array_length(p_leads) using errcode = 'LH004',
            hint = 'Send several calls, or COPY into lead_import_rows.';
    end if;
    return query
    with items as (
        select item.ordinality as row_number, item.value as given, lead_shape_fault(item.value) as shape
        from jsonb_array_elements(p_leads) with ordinality as item
    ), leads as (
        -- Of a lead that is none only the address is read, to name it.
        select i.row_number, i.shape, case when jsonb_typeof(i.given) = 'object' then i.given else '{}' end as given,
               case when i.shape is null then i.given else '{}' end as lead
        from items i
    ), typed as (
        select l.row_number, l.shape,
               address_of(case when jsonb_typeof(l.given -> 'email') = 'string' then l.given ->> 'email' end) as email,
               cell(l.lead ->> 'name') as name, cell(l.lead ->> 'phone') as phone, cell(l.lead ->> 'company') as company,
               cell(l.lead ->> 'position') as "position", coalesce(cell(l.lead ->> 'source'), 'api') as source,
               lower(cell(l.lead ->> 'status')) as status,
               case when jsonb_typeof(l.lead -> 'tags') = 'array'
                    then array(select jsonb_array_elements_text(l.lead -> 'tags')) else '{}' end as tags,
               case when jsonb_typeof(l.lead -> 'custom_fields') = 'object'
                    then l.lead -> 'custom_fields' else '{}' end as custom_fields,
               case when l.lead - c_keys <> '{}'
                    then (select string_agg(left(key, 60), ', ' order by key) from jsonb_object_keys(l.lead - c_keys) as key) end
                        as unknown_keys
        from leads l
        offset 0
    )
    select t.row_number, t.email, t.name, t.phone, t.company, t."position", t.source, t.status, t.tags, t.custom_fields,
           coalesce(t.shape, lead_reject_reason(
               t.email, t.name, t.phone, t.company, t."position", t.source, t.status, tags_once(t.tags), t.custom_fields)),
           t.unknown_keys
    from typed t;
end
$$;
comment on function json_leads(jsonb) is
    'A JSON array as rows of leads, numbered from 1, each with the reason why it is refused, or null. LH004 when it is no array.';

create or replace function lead_report(p_row bigint, p_email text, p_reason text) returns jsonb
language sql immutable parallel safe
return jsonb_build_object('row', p_row, 'email', left(p_email, 300), 'reason', p_reason);
comment on function lead_report(bigint, text, text) is 'What is said of one row of an import.';

create or replace function import_json_leads(p_workspace_id bigint, p_leads jsonb, p_update boolean,
    out imported bigint, out known bigint, out rejected bigint, out errors jsonb, out warnings jsonb)
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- A number that no import has: rows of other calls stay apart.
    v_import_id bigint := nextval(pg_get_serial_sequence('public.lead_imports', 'id'));
    v_valid bigint;
    v_repeated bigint;
    v_merged record;
begin
    perform require_workspace(p_workspace_id);
    -- Those that are refused are in round 0, with their reason.
    insert into lead_import_merge
        (workspace_id, import_id, merge_order, round, row_number,
         email, name, phone, company, position, source, status, tags, custom_fields, reason, warning)
    select p_workspace_id, v_import_id, row_number() over address,
           case when j.reason is not null then 0
                else (j.email is not distinct from lag(j.email) over address)::int + 1 end,
           j.row_number, j.email, j.name, j.phone, j.company, j.position, j.source, j.status, tags_once(j.tags),
           j.custom_fields, j.reason,
           'unknown keys are left out: ' || j.unknown_keys
    from json_leads(p_leads) as j
    -- Of new leads alone, nothing is merged: the last row of an address counts.
    window address as (partition by j.reason is null
                       order by j.email collate "C", case when p_update then j.row_number else -j.row_number end);
    select count(*) filter (where m.round > 0), count(*) filter (where m.round > 1), count(*) filter (where m.round = 0),
           coalesce(jsonb_agg(lead_report(m.row_number, m.email, m.reason) order by m.row_number) filter (where m.round = 0), '[]'),
           coalesce(jsonb_agg(lead_report(m.row_number, m.email, m.warning) order by m.row_number)
                    filter (where m.warning is not null and m.round > 0), '[]')
    into v_valid, v_repeated, rejected, errors, warnings
    from lead_import_merge m
    where m.workspace_id = p_workspace_id and m.import_id = v_import_id;
    if v_repeated > 0 then
        perform number_rounds(p_workspace_id, v_import_id);
    end if;
    v_merged := merge_lead_rows(p_workspace_id, v_import_id, 1, v_valid, p_update);
    imported := v_merged.imported;
    known := v_merged.known;
    if v_merged.rejected > 0 then
        rejected := rejected + v_merged.rejected;
        errors := (
            select jsonb_agg(e order by (e ->> 'row')::bigint)
            from (select jsonb_array_elements(errors) as e
                  union all
                  select lead_report(m.row_number, m.email, m.reason) from lead_import_merge m
                  where m.workspace_id = p_workspace_id and m.import_id = v_import_id and m.round > 0
                    and m.reason is not null) as all_errors);
    end if;
    delete from lead_import_merge where workspace_id = p_workspace_id and import_id = v_import_id;
    -- As an import by COPY: its rows change leads without a row of their own in the log.
    if p_update and known > 0 then
        perform audit_write(p_workspace_id, 'import', 'leads', v_import_id::text,
                            jsonb_build_object('source', 'json', 'imported', imported, 'updated', known, 'rejected', rejected));
    end if;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end
$$;
comment on function import_json_leads(bigint, jsonb, boolean) is 'A step of both bulk functions, for their owner alone.';

create function bulk_insert_leads(p_workspace_id bigint, p_leads jsonb,
    out success_count bigint, out error_count bigint, out duplicate_count bigint, out errors jsonb, out warnings jsonb)
language sql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
    select imported, rejected, known, errors, warnings from import_json_leads(p_workspace_id, p_leads, false)
$$;
comment on function bulk_insert_leads(bigint, jsonb) is
    'Inserts new leads and leaves existing ones as they are (BF-1). duplicate_count: rows whose e-mail was there already or '
    'came again later in the array. The three counts together are the rows. errors: [{row, email, reason}]; warnings: the same, of rows '
    'that count.';

create function fast_bulk_lead_import(p_workspace_id bigint, p_leads jsonb,
    out imported_count bigint, out updated_count bigint, out error_count bigint, out errors jsonb, out warnings jsonb)
language sql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
    select imported, known, rejected, errors, warnings from import_json_leads(p_workspace_id, p_leads, true)
$$;
comment on function fast_bulk_lead_import(bigint, jsonb) is
    'Inserts new leads and updates existing ones (BF-2). A row is merged into its lead: what it leaves out or blank stays, tags and custom '
    'fields are added, a status only rises; a second row of one e-mail is merged after the first and counts as updated. Bad rows are '
    'reported, '
    'good ones kept: the three counts together are the rows. errors: [{row, email, reason}]; warnings: the same, of rows that count.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'lead_shape_fault(jsonb)', 'json_leads(jsonb)', 'lead_report(bigint, text, text)', 'import_json_leads(bigint, jsonb, boolean)',
        'bulk_insert_leads(bigint, jsonb)', 'fast_bulk_lead_import(bigint, jsonb)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function
    bulk_insert_leads(bigint, jsonb),
    fast_bulk_lead_import(bigint, jsonb)
to lh_app;
