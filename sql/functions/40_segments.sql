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
                case when p_field = 'email' then lower(btrim(segment_text(p_value, p_field))) else segment_text(p_value, p_field) end);
        when 'in' then
            v_sql := format('%I = any (%L::text[])', p_field,
                case when p_field = 'email' then lower(segment_list(p_value, p_field)::text)::text[] else segment_list(p_value, p_field) end);
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

create or replace function segment_time(p_value jsonb, p_field text) returns timestamptz
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
declare
    v_text text := segment_text(p_value, p_field);
begin
    if v_text !~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$' then
        raise exception 'the condition on % needs a date or time, not %', p_field, left(v_text, 60) using errcode = 'LH004',
            hint = 'ISO 8601: "2025-01-31" or "2025-01-31T12:00:00Z".';
    end if;
    return v_text::timestamptz;
exception
    when data_exception then
        raise exception 'the condition on % has a date that is none: %', p_field, left(v_text, 60) using errcode = 'LH004';
end
$$;
comment on function segment_time(jsonb, text) is 'A condition''s value as a time, UTC where it says no zone; LH004 when it is none.';

create or replace function compile_time_condition(p_field text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
begin
    case p_operator
        when 'before', 'less_than' then
            return format('%I < %L::timestamptz', p_field, segment_time(p_value, p_field));
        when 'after', 'greater_than' then
            return format('%I > %L::timestamptz', p_field, segment_time(p_value, p_field));
        when 'equals', 'not_equals' then
            -- A date means its whole day.
            return format('%1$s(%2$I >= %3$L::timestamptz and %2$I < %4$L::timestamptz)',
                case when p_operator = 'equals' then '' else 'not ' end, p_field, segment_time(p_value, p_field),
                segment_time(p_value, p_field) + case when length(p_value #>> '{}') = 10 then interval '1 day' else interval '1 microsecond' end);
        when 'exists' then
            return case when segment_flag(p_value, p_field) then 'true' else 'false' end;
        else
            return unknown_segment_operator(p_operator, p_field);
    end case;
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

create or replace function compile_custom_condition(p_key text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_field constant text := 'custom.' || p_key;
    v_sql text;
begin
    if p_key !~ '^[A-Za-z0-9_-]{1,64}$' then
        raise exception 'there is no field %', left(v_field, 80) using errcode = 'LH002',
            hint = 'A key of a custom field has 1 to 64 letters, digits, underscores and hyphens.';
    end if;
    case p_operator
        when 'equals', 'not_equals' then
            v_sql := format('custom_fields @> %L::jsonb', jsonb_build_object(p_key, segment_scalar(p_value, v_field)));
        when 'in' then
            if jsonb_typeof(p_value) is distinct from 'array' or jsonb_array_length(p_value) not between 1 and 1000 then
                raise exception 'the condition on % needs a list of 1 to 1000 values', v_field using errcode = 'LH004';
            end if;
            select '(' || string_agg(format('custom_fields @> %L::jsonb', jsonb_build_object(p_key, segment_scalar(e, v_field))), ' or ') || ')'
            into v_sql from jsonb_array_elements(p_value) e;
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
            -- Dates in custom fields are ISO texts: their order is that of their characters.
            perform segment_time(p_value, v_field);
            v_sql := format('(custom_fields ->> %1$L like ''____-__-__%%'' and (custom_fields ->> %1$L) collate "C" %2$s %3$L)',
                p_key, case when p_operator = 'before' then '<' else '>' end, p_value #>> '{}');
        when 'exists' then
            return format('%s custom_fields ? %L', case when segment_flag(p_value, v_field) then '' else 'not' end, p_key);
        else
            return unknown_segment_operator(p_operator, v_field);
    end case;
    return case when p_operator like 'not\_%' then format('(%s) is not true', v_sql) else v_sql end;
end
$$;
comment on function compile_custom_condition(text, text, jsonb) is
    'A condition on a custom field as SQL. equals compares type and value; contains and starts_with take the value as text.';

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
    'A segment as an SQL condition on leads, every value quoted. At most 8 levels, 100 conditions a group, 256 kB. '
    'LH002 unknown field, LH003 unknown operator, LH004 anything else that is wrong.';

create or replace function get_segmented_leads(p_workspace_id bigint, p_conditions jsonb, p_limit int default 50, p_cursor text default null)
returns table (id bigint, email text, name text, company text, status text, source text, tags text[],
               created_at timestamptz, cursor text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
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
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set jit = off
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
alter function segment_time(jsonb, text) owner to lh_owner;
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
    segment_time(jsonb, text),
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
