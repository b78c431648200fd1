-- Imports of a JSON array in one call (BF-1, BF-2), for callers without COPY.

create or replace function json_leads(p_leads jsonb)
returns table (row_number bigint, email text, name text, phone text, company text, "position" text, source text,
               tags text[], custom_fields jsonb, reason text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
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
        select item.ordinality as row_number, item.value as lead,
               case
                   when jsonb_typeof(item.value) <> 'object' then 'the lead is not an object'
                   when exists (
                       select from unnest(array['email', 'name', 'phone', 'company', 'position', 'source']) as field
                       where jsonb_typeof(item.value -> field) not in ('string', 'null')) then 'a text field is not a text'
                   when jsonb_typeof(item.value -> 'tags') not in ('array', 'null') then 'tags is not an array'
                   when exists (select from jsonb_path_query(item.value, 'strict $.tags[*] ? (@.type() != "string")', silent => true))
                       then 'a tag is not a text'
                   when jsonb_typeof(item.value -> 'custom_fields') not in ('object', 'null')
                       then 'custom_fields is not an object'
               end as shape
        from jsonb_array_elements(p_leads) with ordinality as item
    ), leads as (
        select i.row_number, i.shape,
               case when i.shape is null then i.lead else '{}' end as lead
        from items i
    ), typed as (
        select l.row_number, l.shape, lower(btrim(l.lead ->> 'email')) as email, nullif(btrim(l.lead ->> 'name'), '') as name,
               l.lead ->> 'phone' as phone, l.lead ->> 'company' as company, l.lead ->> 'position' as "position",
               coalesce(nullif(btrim(l.lead ->> 'source'), ''), 'api') as source,
               case when jsonb_typeof(l.lead -> 'tags') = 'array'
                    then array(select jsonb_array_elements_text(l.lead -> 'tags')) else '{}' end as tags,
               case when jsonb_typeof(l.lead -> 'custom_fields') = 'object'
                    then l.lead -> 'custom_fields' else '{}' end as custom_fields
        from leads l
    )
    select t.row_number, t.email, t.name, t.phone, t.company, t."position", t.source, t.tags, t.custom_fields,
           coalesce(t.shape, lead_reject_reason(t.email, t.name, t.phone, t.company, t."position", t.tags, t.custom_fields),
                    source_reject_reason(t.source))
    from typed t;
end
$$;
comment on function json_leads(jsonb) is
    'A JSON array as rows of leads, numbered from 1, each with the reason why it is refused, or null. LH004 when it is no array.';

create or replace function bulk_insert_leads(p_workspace_id bigint, p_leads jsonb,
    out success_count bigint, out error_count bigint, out duplicate_count bigint, out errors jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform require_workspace(p_workspace_id);
    with judged as materialized (
        select * from json_leads(p_leads)
    ), latest as (
        select distinct on (email collate "C") * from judged where reason is null
        order by email collate "C", row_number desc
    ), inserted as (
        insert into leads (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
        select p_workspace_id, l.email, l.name, l.phone, l.company, l.position, l.source, l.tags, l.custom_fields
        from latest l order by l.email collate "C"
        on conflict (workspace_id, email) do nothing
        returning 1
    )
    select (select count(*) from inserted),
           count(*) filter (where reason is not null),
           count(*) filter (where reason is null) - (select count(*) from inserted),
           coalesce(jsonb_agg(jsonb_build_object('row', row_number, 'email', left(email, 300), 'reason', reason)
                              order by row_number) filter (where reason is not null), '[]')
    into success_count, error_count, duplicate_count, errors
    from judged;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end
$$;
comment on function bulk_insert_leads(bigint, jsonb) is
    'Inserts new leads and leaves existing ones as they are (BF-1). duplicate_count: rows whose e-mail was there already or '
    'came again later in the array. errors: [{row, email, reason}].';

create or replace function fast_bulk_lead_import(p_workspace_id bigint, p_leads jsonb,
    out imported_count bigint, out updated_count bigint, out error_count bigint, out errors jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform require_workspace(p_workspace_id);
    with judged as materialized (
        select * from json_leads(p_leads)
    ), latest as (
        select distinct on (email collate "C") * from judged where reason is null
        order by email collate "C", row_number desc
    ), merged as (
        insert into leads as l (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
        select p_workspace_id, n.email, n.name, n.phone, n.company, n.position, n.source, n.tags, n.custom_fields
        from latest n order by n.email collate "C"
        on conflict (workspace_id, email) do update
        set name = coalesce(excluded.name, l.name),
            phone = coalesce(excluded.phone, l.phone),
            company = coalesce(excluded.company, l.company),
            position = coalesce(excluded.position, l.position),
            tags = merged_tags(l.tags, excluded.tags),
            custom_fields = l.custom_fields || excluded.custom_fields,
            updated_at = now()
        where import_changes_lead(l, excluded)
        returning (l.xmax = 0) as inserted
    )
    select (select count(*) from merged where inserted),
           (select count(*) from latest) - (select count(*) from merged where inserted),
           count(*) filter (where reason is not null),
           coalesce(jsonb_agg(jsonb_build_object('row', row_number, 'email', left(email, 300), 'reason', reason)
                              order by row_number) filter (where reason is not null), '[]')
    into imported_count, updated_count, error_count, errors
    from judged;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end
$$;
comment on function fast_bulk_lead_import(bigint, jsonb) is
    'Inserts new leads and updates existing ones (BF-2); the last of two rows with one e-mail wins. Bad rows are reported, '
    'good ones kept. errors: [{row, email, reason}].';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function json_leads(jsonb) owner to lh_owner;
alter function bulk_insert_leads(bigint, jsonb) owner to lh_owner;
alter function fast_bulk_lead_import(bigint, jsonb) owner to lh_owner;
revoke execute on function
    json_leads(jsonb),
    bulk_insert_leads(bigint, jsonb),
    fast_bulk_lead_import(bigint, jsonb)
from public;
grant execute on function
    bulk_insert_leads(bigint, jsonb),
    fast_bulk_lead_import(bigint, jsonb)
to lh_app;
