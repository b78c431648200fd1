-- Segments (SG-1 to SG-6): one compiler from JSON to a condition, for pages, counts and campaigns alike.
-- Fields and operators come from a whitelist, values are quoted with %L: no text of a caller becomes SQL.
-- A condition is two-valued: what is missing in a lead meets no condition, and so meets every negated one.

create or replace function segment_text(p_value jsonb, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_value is null or jsonb_typeof(p_value) <> 'string' then
        raise exception 'the condition on % needs a text, not %', p_field, coalesce(jsonb_typeof(p_value), 'nothing') using errcode = 'LH004';
    elsif length(p_value #>> '{}') > 1000 then
        raise exception 'a text in a condition has at most 1000 characters' using errcode = 'LH004';
    end if;
    return p_value #>> '{}';
end
$$;
comment on function segment_text(jsonb, text) is 'A condition''s value as text; LH004 when it is none.';

create or replace function segment_list(p_value jsonb, p_field text) returns text[]
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_value is null or jsonb_typeof(p_value) <> 'array' or jsonb_array_length(p_value) not between 1 and 1000
       or exists (select from jsonb_array_elements(p_value) e where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 1000) then
        raise exception 'the condition on % needs a list of 1 to 1000 texts', p_field using errcode = 'LH004';
    end if;
    return array(select jsonb_array_elements_text(p_value));
end
$$;
comment on function segment_list(jsonb, text) is 'A condition''s value as a list of texts; LH004 when it is none.';

create or replace function segment_flag(p_value jsonb, p_field text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_value is not null and jsonb_typeof(p_value) <> 'boolean' then
        raise exception 'exists on % takes true, false or no value', p_field using errcode = 'LH004';
    end if;
    return coalesce((p_value #>> '{}')::boolean, true);
end
$$;
comment on function segment_flag(jsonb, text) is 'The value of exists: true when there is none. LH004 when it is no boolean.';

create or replace function unknown_segment_operator(p_operator text, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    raise exception 'the field % has no operator %', p_field, coalesce(left(p_operator, 60), 'null') using errcode = 'LH003',
        hint = 'Operators: equals, not_equals, contains, not_contains, starts_with, before, after, in, exists, greater_than, less_than, as the field''s type allows.';
end
$$;
comment on function unknown_segment_operator(text, text) is 'Raises LH003.';

create or replace function compile_text_condition(p_field text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_search constant text := $sql$lower(email || E'\n' || coalesce(name, '') || E'\n' || coalesce(company, ''))$sql$;
    v_pattern text;
    v_sql text;
begin
    case p_operator
        when 'equals', 'not_equals' then
            v_sql := format('%I = %L', p_field,
                case when p_field = 'email' then address_of(segment_text(p_value, p_field)) else segment_text(p_value, p_field) end);
        when 'in' then
            v_sql := format('%I = any (%L::text[])', p_field,
                case when p_field = 'email' then array(select address_of(t) from unnest(segment_list(p_value, p_field)) as t) else segment_list(p_value, p_field) end);
        when 'contains', 'not_contains' then
            v_pattern := like_escape(lower(segment_text(p_value, p_field)));
            v_sql := format('lower(%I) like %L', p_field, '%' || v_pattern || '%');
            -- The search index covers these three as one text: it finds the candidates, the column decides.
            if p_operator = 'contains' and p_field in ('email', 'name', 'company') and length(v_pattern) >= 3
               and position(chr(10) in v_pattern) = 0 then
                v_sql := format('(%s like %L and %s)', c_search, '%' || v_pattern || '%', v_sql);
            end if;
        when 'starts_with' then
            v_pattern := like_escape(lower(segment_text(p_value, p_field)));
            v_sql := format('lower(%I) like %L', p_field, v_pattern || '%');
        when 'exists' then
            return format('%I is %s null', p_field, case when segment_flag(p_value, p_field) then 'not' else '' end);
        else
            return unknown_segment_operator(p_operator, p_field);
    end case;
    return case when p_operator like 'not\_%' then format('(%s) is not true', v_sql) else v_sql end;
end
$$;
comment on function compile_text_condition(text, text, jsonb) is 'A condition on a text column as SQL. contains and starts_with ignore case.';

create or replace function compile_tag_condition(p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_tags text[];
begin
    case p_operator
        when 'contains', 'not_contains', 'equals', 'not_equals' then
            v_tags := case when jsonb_typeof(p_value) = 'array' then segment_list(p_value, 'tags')
                           else array[segment_text(p_value, 'tags')] end;
        when 'in' then
            v_tags := segment_list(p_value, 'tags');
        when 'exists' then
            return format('tags %s ''{}''', case when segment_flag(p_value, 'tags') then '<>' else '=' end);
        else
            return unknown_segment_operator(p_operator, 'tags');
    end case;
    return format(
        case p_operator
            when 'contains' then 'tags @> %1$L::text[]'
            when 'not_contains' then 'not tags @> %1$L::text[]'
            when 'in' then 'tags && %1$L::text[]'
            when 'equals' then '(tags @> %1$L::text[] and tags <@ %1$L::text[])'
            else 'not (tags @> %1$L::text[] and tags <@ %1$L::text[])'
        end, v_tags);
end
$$;
comment on function compile_tag_condition(text, jsonb) is
    'A condition on tags as SQL. contains: all of the given; in: any of them; equals: just these, in any order.';

create or replace function is_date(p_text text) returns boolean
language sql immutable parallel safe
return p_text ~ ('^[0-9]{4}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$' collate pg_catalog."C");
comment on function is_date(text) is 'Whether a text looks like a date without a time; it may have a zone.';

-- No day that does not exist: a cast in a condition on millions of leads must not fail.
create or replace function is_day(p_text text) returns boolean
language sql immutable parallel safe
return p_text ~ (
    '^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))'
    '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)$' collate pg_catalog."C");
comment on function is_day(text) is 'Whether a text is a day of the calendar, such as 2026-01-31.';

create or replace function custom_time(p_text text) returns timestamptz
language sql stable parallel safe
return case when is_day(left(p_text, 10)) and substr(p_text, 11) ~ (
        '^(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?)?(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?$' collate pg_catalog."C")
    -- A date with a zone is read in any form only when a time stands between them.
    then case when right(p_text, 1) = 'Z' then p_text::timestamptz
              else (left(p_text, 10) || case when substr(p_text, 11, 1) in ('T', ' ') then '' else 'T00:00' end || substr(p_text, 11)
                    || case when substr(p_text, 11) ~ ('[-+]' collate pg_catalog."C") then '' else 'Z' end)::timestamptz end end;
comment on function custom_time(text) is 'A custom field''s text as a time, UTC where it says no zone; null when it is none.';

create or replace function segment_time(p_value jsonb, p_field text) returns timestamptz
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
declare
    v_time timestamptz := custom_time(segment_text(p_value, p_field));
begin
    if v_time is null then
        raise exception 'the condition on % needs a date or time, not %', p_field, left(p_value #>> '{}', 60) using errcode = 'LH004',
            hint = 'ISO 8601: "2025-01-31" or "2025-01-31T12:00:00Z".';
    end if;
    return v_time;
end
$$;
comment on function segment_time(jsonb, text) is 'A condition''s value as a time, UTC where it says no zone; LH004 when it is none.';

-- As a text that compares with days: a day is at or after a time when its text is at or after this.
create or replace function first_day_from(p_time timestamptz) returns text
language sql immutable parallel safe set timezone = 'UTC' set search_path = pg_catalog, public, pg_temp
as $$
    select case when p_time >= '9999-12-31 00:00:00.000001+00' then 'i' when p_time < '0001-01-01+00' then ''
                else to_char(p_time + interval '1 day' - interval '1 microsecond', 'YYYY-MM-DD') end
$$;
comment on function first_day_from(timestamptz) is 'The first day that begins at or after a time.';

create or replace function compile_time_operator(p_sql text, p_operator text, p_value jsonb, p_field text, p_key text default null) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
declare
    v_from timestamptz := segment_time(p_value, p_field);
    -- A date means its whole day, in its zone: any time is before it, in it or after it.
    v_to timestamptz := v_from + case when is_date(p_value #>> '{}') then interval '1 day' else interval '1 microsecond' end;
    v_template text := case p_operator
        when 'before' then '%1$s < %2$L%4$s'
        when 'after' then '%1$s >= %3$L%4$s'
        when 'equals' then '(%1$s >= %2$L%4$s and %1$s < %3$L%4$s)' end;
    v_text text := format('(custom_fields ->> %L)', p_key);
begin
    if p_key is null then
        return format(v_template, p_sql, v_from, v_to, '::timestamptz');
    end if;
    -- Most custom dates are days, whose texts have their order: only those that fit are looked at closely.
    return format('case when length(%1$s) = 10 then %2$s and is_day(%1$s) else %3$s end', v_text,
                  format(v_template, v_text || ' collate "C"', first_day_from(v_from), first_day_from(v_to), ''),
                  format(v_template, format('custom_time(%s)', v_text), v_from, v_to, '::timestamptz'));
end
$$;
comment on function compile_time_operator(text, text, jsonb, text, text) is
    'before, after or equals on a time, given as SQL that this schema made, or on the custom field p_key.';

create or replace function compile_time_condition(p_field text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
begin
    return case
        when p_operator in ('before', 'less_than') then compile_time_operator(quote_ident(p_field), 'before', p_value, p_field)
        when p_operator in ('after', 'greater_than') then compile_time_operator(quote_ident(p_field), 'after', p_value, p_field)
        when p_operator = 'equals' then compile_time_operator(quote_ident(p_field), 'equals', p_value, p_field)
        when p_operator = 'not_equals' then 'not ' || compile_time_operator(quote_ident(p_field), 'equals', p_value, p_field)
        when p_operator = 'exists' then case when segment_flag(p_value, p_field) then 'true' else 'false' end
        else unknown_segment_operator(p_operator, p_field)
    end;
end
$$;
comment on function compile_time_condition(text, text, jsonb) is 'A condition on created_at or updated_at as SQL.';

create or replace function segment_scalar(p_value jsonb, p_field text) returns jsonb
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_value is null or jsonb_typeof(p_value) not in ('string', 'number', 'boolean') or length(p_value #>> '{}') > 1000 then
        raise exception 'the condition on % needs a text, number or boolean of at most 1000 characters', p_field using errcode = 'LH004';
    end if;
    return p_value;
end
$$;
comment on function segment_scalar(jsonb, text) is 'A condition''s value, when it is a text, number or boolean; LH004 otherwise.';

create or replace function compile_custom_list(p_key text, p_value jsonb, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if jsonb_typeof(p_value) is distinct from 'array' or jsonb_array_length(p_value) not between 1 and 1000 then
        raise exception 'the condition on % needs a list of 1 to 1000 values', p_field using errcode = 'LH004';
    end if;
    -- A short list is found by index. A longer one is one array that is hashed: planning a thousand conditions takes longer than reading the leads.
    if jsonb_array_length(p_value) > 8 then
        return format('custom_fields -> %L = any (%L::jsonb[])', p_key,
                      array(select segment_scalar(e, p_field) from jsonb_array_elements(p_value) as e));
    end if;
    return (select '(' || string_agg(format('custom_fields @> %L::jsonb', jsonb_build_object(p_key, segment_scalar(e, p_field))), ' or ') || ')'
            from jsonb_array_elements(p_value) as e);
end
$$;
comment on function compile_custom_list(text, jsonb, text) is 'The operator in on a custom field as SQL.';

create or replace function compile_custom_condition(p_key text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_field constant text := left('custom.' || p_key, 80);
    v_sql text;
begin
    -- Any name that an import takes.
    if p_key = '' then
        raise exception 'there is no field custom. without a name' using errcode = 'LH002', hint = 'Write custom.<key>, with the key of a custom field.';
    end if;
    case p_operator
        when 'equals', 'not_equals' then
            v_sql := case
                when custom_time(segment_scalar(p_value, v_field) #>> '{}') is not null and jsonb_typeof(p_value) = 'string'
                    then compile_time_operator(null, 'equals', p_value, v_field, p_key)
                else format('custom_fields @> %L::jsonb', jsonb_build_object(p_key, p_value)) end;
        when 'in' then
            v_sql := compile_custom_list(p_key, p_value, v_field);
        when 'contains', 'not_contains' then
            v_sql := format('lower(custom_fields ->> %L) like %L', p_key, '%' || like_escape(lower(segment_text(p_value, v_field))) || '%');
        when 'starts_with' then
            v_sql := format('lower(custom_fields ->> %L) like %L', p_key, like_escape(lower(segment_text(p_value, v_field))) || '%');
        when 'greater_than', 'less_than' then
            if jsonb_typeof(p_value) is distinct from 'number' then
                raise exception 'the condition on % needs a number', v_field using errcode = 'LH004';
            end if;
            -- jsonb orders null < text < number < boolean: a comparison of the values needs no cast that could fail.
            v_sql := case p_operator
                when 'greater_than' then format('(custom_fields -> %1$L > %2$L::jsonb and custom_fields -> %1$L < ''false''::jsonb)', p_key, p_value)
                else format('(custom_fields -> %1$L < %2$L::jsonb and jsonb_typeof(custom_fields -> %1$L) = ''number'')', p_key, p_value)
            end;
        when 'before', 'after' then
            v_sql := compile_time_operator(null, p_operator, p_value, v_field, p_key);
        when 'exists' then
            return format('%s custom_fields ? %L', case when segment_flag(p_value, v_field) then '' else 'not' end, p_key);
        else
            return unknown_segment_operator(p_operator, v_field);
    end case;
    return case when p_operator like 'not\_%' then format('(%s) is not true', v_sql) else v_sql end;
end
$$;
comment on function compile_custom_condition(text, text, jsonb) is
    'A condition on a custom field as SQL. equals compares type and value, a date as its day; contains and starts_with take the value as text.';

create or replace function compile_segment_leaf(p_leaf jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_field text := p_leaf ->> 'field';
    v_operator text := p_leaf ->> 'operator';
begin
    if jsonb_typeof(p_leaf -> 'field') is distinct from 'string' then
        raise exception 'a condition has no field' using errcode = 'LH002',
            hint = 'Example: {"field": "tags", "operator": "contains", "value": "vip"}.';
    elsif jsonb_typeof(p_leaf -> 'operator') is distinct from 'string' then
        raise exception 'the condition on % has no operator', left(v_field, 80) using errcode = 'LH003';
    elsif p_leaf - array['field', 'operator', 'value'] <> '{}' then
        raise exception 'the condition on % has parts besides field, operator and value', left(v_field, 80) using errcode = 'LH004';
    end if;
    if v_field in ('email', 'name', 'phone', 'company', 'source', 'status', 'position') then
        return compile_text_condition(v_field, v_operator, p_leaf -> 'value');
    elsif v_field = 'tags' then
        return compile_tag_condition(v_operator, p_leaf -> 'value');
    elsif v_field in ('created_at', 'updated_at') then
        return compile_time_condition(v_field, v_operator, p_leaf -> 'value');
    elsif v_field like 'custom.%' then
        return compile_custom_condition(substr(v_field, 8), v_operator, p_leaf -> 'value');
    end if;
    raise exception 'there is no field %', left(v_field, 80) using errcode = 'LH002',
        hint = 'Fields: email, name, phone, company, source, status, position, tags, created_at, updated_at, custom.<key>.';
end
$$;
comment on function compile_segment_leaf(jsonb) is 'One condition {field, operator, value} as SQL.';

create or replace function compile_segment(p_conditions jsonb, p_depth int default 1) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_kind text;
    v_parts text[];
begin
    if p_conditions is null or jsonb_typeof(p_conditions) <> 'object' then
        raise exception 'a segment is a JSON object, not %', coalesce(jsonb_typeof(p_conditions), 'null') using errcode = 'LH004',
            hint = 'Example: {"and": [{"field": "tags", "operator": "contains", "value": "vip"}]}.';
    elsif p_depth = 1 and octet_length(p_conditions::text) > 262144 then
        raise exception 'a segment is larger than 256 kB' using errcode = 'LH004';
    -- Planning a condition takes time and memory whether or not a lead meets it.
    elsif p_depth = 1 and (select count(*) > 300 from jsonb_path_query(p_conditions, 'strict $.** ? (exists (@.operator))') as leaf) then
        raise exception 'a segment has more than 300 conditions' using errcode = 'LH004', hint = 'Values of one field go into one list: the operator in takes 1000.';
    elsif p_depth > 8 then
        raise exception 'a segment is nested deeper than 8 levels' using errcode = 'LH004';
    end if;
    select key into v_kind from jsonb_object_keys(p_conditions) as key where key in ('and', 'or', 'not') order by key limit 1;
    if v_kind is null then
        return compile_segment_leaf(p_conditions);
    elsif p_conditions - v_kind <> '{}' then
        raise exception 'a group has just one of and, or, not, and nothing beside it' using errcode = 'LH004';
    elsif v_kind = 'not' then
        return format('(%s) is not true', compile_segment(p_conditions -> 'not', p_depth + 1));
    end if;
    if jsonb_typeof(p_conditions -> v_kind) <> 'array' or jsonb_array_length(p_conditions -> v_kind) not between 1 and 100 then
        raise exception 'the group "%" needs a list of 1 to 100 conditions', v_kind using errcode = 'LH004';
    end if;
    v_parts := array(select compile_segment(part, p_depth + 1) from jsonb_array_elements(p_conditions -> v_kind) as part);
    return '(' || array_to_string(v_parts, ' ' || v_kind || ' ') || ')';
end
$$;
comment on function compile_segment(jsonb, int) is
    'A segment as an SQL condition on leads, every value quoted. At most 8 levels, 100 conditions a group, 300 in all, 256 kB. '
    'LH002 unknown field, LH003 unknown operator, LH004 anything else that is wrong.';

create or replace function get_segmented_leads(p_workspace_id bigint, p_conditions jsonb, p_limit int default 50, p_cursor text default null)
returns table (id bigint, email text, name text, company text, status text, source text, tags text[],
               created_at timestamptz, cursor text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    perform require_workspace(p_workspace_id);
    perform require_page_limit(p_limit);
    return query select * from page_of_leads(p_workspace_id, compile_segment(p_conditions), p_limit, p_cursor);
end
$$;
comment on function get_segmented_leads(bigint, jsonb, int, text) is
    'A page of a segment''s leads of any status, newest first (SG-1, SG-6). p_cursor: the cursor of the last row before.';

create or replace function count_segmented_leads(p_workspace_id bigint, p_conditions jsonb, p_cap bigint default null) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on set jit = off
-- Enough for an exact bitmap of some million leads: a lossy one checks every row of a block again.
set work_mem = '32MB'
-- One helper: a count must not take all the cores of a server that others use as well.
set max_parallel_workers_per_gather = 1
-- The blocks are mostly in the system's cache, where asking for them ahead costs a call each and gains nothing.
set effective_io_concurrency = 0
as $$
declare
    v_condition text;
    v_count bigint;
begin
    perform require_workspace(p_workspace_id);
    if p_cap < 1 then
        raise exception 'a cap is at least 1, not %', p_cap using errcode = 'LH006';
    end if;
    v_condition := compile_segment(p_conditions);
    if p_cap is null then
        execute format('select count(*) from leads where %s and %s', workspace_condition(p_workspace_id), v_condition)
        into v_count;
    else
        execute format('select count(*) from (select from leads where %s and %s limit $1) as capped',
                       workspace_condition(p_workspace_id), v_condition)
        into v_count using p_cap;
    end if;
    return v_count;
end
$$;
comment on function count_segmented_leads(bigint, jsonb, bigint) is
    'The size of a segment (SG-2), or p_cap when it is larger: where a person only needs "10,000+", a cap is cheaper.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function segment_text(jsonb, text) owner to lh_owner;
alter function segment_list(jsonb, text) owner to lh_owner;
alter function segment_flag(jsonb, text) owner to lh_owner;
alter function unknown_segment_operator(text, text) owner to lh_owner;
alter function compile_text_condition(text, text, jsonb) owner to lh_owner;
alter function compile_tag_condition(text, jsonb) owner to lh_owner;
alter function is_date(text) owner to lh_owner;
alter function is_day(text) owner to lh_owner;
alter function custom_time(text) owner to lh_owner;
alter function first_day_from(timestamptz) owner to lh_owner;
alter function segment_time(jsonb, text) owner to lh_owner;
alter function compile_time_operator(text, text, jsonb, text, text) owner to lh_owner;
alter function compile_custom_list(text, jsonb, text) owner to lh_owner;
alter function compile_time_condition(text, text, jsonb) owner to lh_owner;
alter function segment_scalar(jsonb, text) owner to lh_owner;
alter function compile_custom_condition(text, text, jsonb) owner to lh_owner;
alter function compile_segment_leaf(jsonb) owner to lh_owner;
alter function compile_segment(jsonb, int) owner to lh_owner;
alter function get_segmented_leads(bigint, jsonb, int, text) owner to lh_owner;
alter function count_segmented_leads(bigint, jsonb, bigint) owner to lh_owner;
revoke execute on function
    segment_text(jsonb, text),
    segment_list(jsonb, text),
    segment_flag(jsonb, text),
    unknown_segment_operator(text, text),
    compile_text_condition(text, text, jsonb),
    compile_tag_condition(text, jsonb),
    is_date(text),
    is_day(text),
    custom_time(text),
    first_day_from(timestamptz),
    segment_time(jsonb, text),
    compile_time_operator(text, text, jsonb, text, text),
    compile_custom_list(text, jsonb, text),
    compile_time_condition(text, text, jsonb),
    segment_scalar(jsonb, text),
    compile_custom_condition(text, text, jsonb),
    compile_segment_leaf(jsonb),
    compile_segment(jsonb, int),
    get_segmented_leads(bigint, jsonb, int, text),
    count_segmented_leads(bigint, jsonb, bigint)
from public;
grant execute on function
    get_segmented_leads(bigint, jsonb, int, text),
    count_segmented_leads(bigint, jsonb, bigint)
to lh_app, lh_readonly, lh_worker;
