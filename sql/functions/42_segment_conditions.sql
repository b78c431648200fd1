-- Segments: conditions on texts, tags and custom fields. Operators come from a list, values are quoted with %L.

create or replace function compile_text_condition(p_field text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
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
                case when p_field = 'email' then array(select address_of(t) from unnest(segment_list(p_value, p_field)) as t)
                    else segment_list(p_value, p_field) end);
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
comment on function compile_text_condition(text, text, jsonb)
    is 'A condition on a text column as SQL. contains and starts_with ignore case.';

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

create or replace function compile_custom_list(p_key text, p_value jsonb, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if jsonb_typeof(p_value) is distinct from 'array' or jsonb_array_length(p_value) not between 1 and 1000 then
        raise exception 'the condition on % needs a list of 1 to 1000 values', p_field using errcode = 'LH004';
    end if;
    -- A short list is found by index. A longer one is one array that is hashed: planning a thousand conditions takes longer than reading
    -- the leads.
    if jsonb_array_length(p_value) > 8 then
        return format('custom_fields -> %L = any (%L::jsonb[])', p_key,
                      array(select segment_scalar(e, p_field) from jsonb_array_elements(p_value) as e));
    end if;
    return (select '(' || string_agg(
                format('custom_fields @> %L::jsonb', jsonb_build_object(p_key, segment_scalar(e, p_field))), ' or ') || ')'
            from jsonb_array_elements(p_value) as e);
end
$$;
comment on function compile_custom_list(text, jsonb, text) is 'The operator in on a custom field as SQL.';

create or replace function compile_custom_condition(p_key text, p_operator text, p_value jsonb) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_field constant text := left('custom.' || p_key, 80);
    v_sql text;
begin
    -- Any name that an import takes.
    if p_key = '' then
        raise exception 'there is no field custom. without a name' using errcode = 'LH002',
            hint = 'Write custom.<key>, with the key of a custom field.';
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
                when 'greater_than' then format('(custom_fields -> %1$L > %2$L::jsonb and custom_fields -> %1$L < ''false''::jsonb)',
                    p_key, p_value)
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
    'A condition on a custom field as SQL. equals compares type and value, a date as its day; contains and starts_with take the value '
    'as text.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'compile_text_condition(text, text, jsonb)', 'compile_tag_condition(text, jsonb)', 'compile_custom_list(text, jsonb, text)',
        'compile_custom_condition(text, text, jsonb)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
