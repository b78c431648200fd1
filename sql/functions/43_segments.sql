-- Segments (SG-1 to SG-6): one compiler from JSON to a condition, for pages, counts and campaigns alike.
-- Fields and operators come from a whitelist, values are quoted with %L: no text of a caller becomes SQL.
-- A condition is two-valued: what is missing in a lead meets no condition, and so meets every negated one.

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
        raise exception 'a segment has more than 300 conditions' using errcode = 'LH004',
            hint = 'Values of one field go into one list: the operator in takes 1000.';
    elsif p_depth > 8 then
        raise exception 'a segment is nested deeper than 8 levels' using errcode = 'LH004';
    end if;
    select key into v_kind from jsonb_object_keys(p_conditions) as key where key in ('and', 'or', 'not') order by key limit 1;
    if v_kind is null then
        return compile_segment_leaf(p_conditions);
    elsif p_conditions - v_kind <> '{}' then
        raise exception 'a group has just one of and, or, not, and nothing else' using errcode = 'LH004';
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

create or replace function get_segmented_leads(p_workspace_id bigint, p_conditions jsonb, p_limit int default 50,
    p_cursor text default null)
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
    if not segment_rows_are_cheap(p_workspace_id, p_conditions, v_condition) then
        v_count := count_by_bits(p_workspace_id, p_conditions, v_condition);
    end if;
    if v_count is not null then
        return least(v_count, p_cap);
    elsif p_cap is null then
        execute format('select count(*) from leads where %s and %s', workspace_condition(p_workspace_id), v_condition)
        into v_count;
    else
        execute format('select count(*) from (select 1 from leads where %s and %s limit $1) as capped',
                       workspace_condition(p_workspace_id), v_condition)
        into v_count using p_cap;
    end if;
    return v_count;
end
$$;
comment on function count_segmented_leads(bigint, jsonb, bigint) is
    'The size of a segment (SG-2), or p_cap when it is larger: where a person only needs "10,000+", a cap is cheaper.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'compile_segment_leaf(jsonb)', 'compile_segment(jsonb, int)', 'get_segmented_leads(bigint, jsonb, int, text)',
        'count_segmented_leads(bigint, jsonb, bigint)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function
    get_segmented_leads(bigint, jsonb, int, text),
    count_segmented_leads(bigint, jsonb, bigint)
to lh_app, lh_readonly, lh_worker;
