-- Segments as operations on bits (decision 0022): the second back end of the compiler. A term is 'none', 'all', '<1,2>' for the leads
-- that have one of these values, or made of terms by &, | and ~. It holds no text of a caller.
-- What bits cannot say has bounds: the upper term has every lead that meets it, the lower one none that does not.

create or replace function segment_bits_and(p_one text, p_other text) returns text
language sql immutable parallel safe
return case when p_one = 'none' or p_other = 'none' then 'none' when p_one = 'all' then p_other when p_other = 'all' then p_one
            else '(' || p_one || ' & ' || p_other || ')' end;
comment on function segment_bits_and(text, text) is 'The term of leads that are in both.';

create or replace function segment_bits_not(p_term text) returns text
language sql immutable parallel safe
return case p_term when 'none' then 'all' when 'all' then 'none' else '(~ ' || p_term || ')' end;
comment on function segment_bits_not(text) is 'The term of all other leads.';

create or replace function segment_bits_or(p_one text, p_other text) returns text
language sql immutable parallel safe
return case when p_one = 'all' or p_other = 'all' then 'all' when p_one = 'none' then p_other when p_other = 'none' then p_one
            else '(' || p_one || ' | ' || p_other || ')' end;
comment on function segment_bits_or(text, text) is 'The term of leads that are in either.';

create or replace function segment_bits_of(p_workspace_id bigint, p_facet text, p_kind text, p_value jsonb default 'true') returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce('<' || (
        select v.id from segment_bit_values v
        where v.workspace_id = p_workspace_id and v.facet = p_facet and v.kind = p_kind and v.value = p_value) || '>', 'none')
$$;
comment on function segment_bits_of(bigint, text, text, jsonb) is 'The term of one value; none when no lead has had it.';

drop function if exists segment_bits_before(bigint, text, int);

-- Three values where the field has limits by month: the next month and later, or this month and later and such a day of the month. Else as
-- comparing numbers digit by digit, from the lowest one. Days that begin a comparison need no negation this way.
create or replace function segment_bits_from(p_workspace_id bigint, p_facet text, p_day int) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_month int;
    v_this text;
    v_next text;
    v_term text := 'all';
    v_digits jsonb;
    v_digit text;
begin
    if p_day <= 0 or p_day >= 131072 then
        return case when p_day <= 0 then 'all' else 'none' end;
    end if;
    v_month := segment_month(p_day);
    v_this := segment_bits_of(p_workspace_id, p_facet, 'from', to_jsonb(v_month));
    v_next := segment_bits_of(p_workspace_id, p_facet, 'from', to_jsonb(segment_month(v_month + 31)));
    if v_this <> 'none' and p_day = v_month then
        return v_this;
    elsif v_this <> 'none' and v_next <> 'none' then
        return segment_bits_or(v_next, segment_bits_and(
            v_this, segment_bits_of(p_workspace_id, p_facet, 'monthday', to_jsonb(p_day - v_month + 1))));
    end if;
    select jsonb_object_agg(v.value::text, v.id) into v_digits
    from segment_bit_values v where v.workspace_id = p_workspace_id and v.facet = p_facet and v.kind = 'slice';
    for v_place in 0..16 loop
        v_digit := coalesce('<' || (v_digits ->> v_place::text) || '>', 'none');
        v_term := case when p_day >> v_place & 1 = 1 then segment_bits_and(v_digit, v_term) else segment_bits_or(v_digit, v_term) end;
    end loop;
    return v_term;
end
$$;
comment on function segment_bits_from(bigint, text, int) is 'The term of leads whose day, counted from 1970, is p_day or later.';

create or replace function segment_day_of(p_time timestamptz, p_up boolean) returns int
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select ((p_time + case when p_up then interval '1 day' - interval '1 microsecond' else interval '0' end) at time zone 'UTC')::date
        - date '1970-01-01'
$$;
comment on function segment_day_of(timestamptz, boolean) is
    'The day that a time lies in, counted from 1970; p_up: the first day that does not begin before it.';

create or replace function segment_day_term(p_workspace_id bigint, p_facet text, p_operator text, p_value jsonb, p_upper boolean)
returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
declare
    v_custom boolean := p_facet <> 'created_at';
    v_from timestamptz := segment_time(p_value, p_facet);
    v_to timestamptz := v_from + case when is_date(p_value #>> '{}') then interval '1 day' else interval '1 microsecond' end;
    v_other text := segment_bits_of(p_workspace_id, p_facet, 'other');
    v_term text := 'all';
    v_before text := 'all';
begin
    -- A custom day is the instant that it begins. Of created_at, the day that the limit lies in is left to rows.
    if p_operator <> 'before' then
        v_term := segment_bits_from(
            p_workspace_id, p_facet, segment_day_of(case p_operator when 'after' then v_to else v_from end, v_custom or not p_upper));
    end if;
    if p_operator <> 'after' then
        v_before := segment_bits_not(segment_bits_from(
            p_workspace_id, p_facet, segment_day_of(case p_operator when 'before' then v_from else v_to end, v_custom or p_upper)));
    end if;
    -- Whose day is at or after another has one.
    if v_term = 'all' then
        v_term := segment_bits_and(case when v_custom then segment_bits_of(p_workspace_id, p_facet, 'exists') else 'all' end,
                                   segment_bits_not(v_other));
    end if;
    v_term := segment_bits_and(v_term, v_before);
    return case when p_upper then segment_bits_or(v_term, v_other) else v_term end;
end
$$;
comment on function segment_day_term(bigint, text, text, jsonb, boolean) is 'before, after or equals on a day as a term.';

create or replace function segment_tag_term(p_workspace_id bigint, p_operator text, p_value jsonb, p_complete boolean, p_upper boolean)
returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_tag jsonb;
    v_bits text;
    v_term text := case when p_operator = 'in' then 'none' else 'all' end;
begin
    if p_operator = 'equals' and not p_upper then
        return 'none';
    end if;
    for v_tag in
        select * from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else jsonb_build_array(p_value) end)
    loop
        v_bits := segment_bits_of(p_workspace_id, 'tags', 'value', v_tag);
        -- Of a tag without bits nothing is known, unless all tags have some.
        if v_bits = 'none' and not p_complete and p_upper then
            v_bits := segment_bits_of(p_workspace_id, 'tags', 'exists');
        end if;
        v_term := case when p_operator = 'in' then segment_bits_or(v_term, v_bits) else segment_bits_and(v_term, v_bits) end;
    end loop;
    return v_term;
end
$$;
comment on function segment_tag_term(bigint, text, jsonb, boolean, boolean) is 'contains, in or equals on tags as a term.';

-- Where each value has bits, the condition itself is asked of the values: those that meet it are those whose leads do. But 10.5 and 10.50
-- are one value and two texts, alone or in a list: whether a text is in it, rows say.
create or replace function segment_value_term(p_workspace_id bigint, p_facet text, p_leaf jsonb, p_complete boolean, p_upper boolean)
returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_wanted jsonb[];
    v_ids bigint[];
    v_column text := case when p_facet like 'custom.%' then format('jsonb_build_object(%L, value) as custom_fields', substr(p_facet, 8))
                          else format('value #>> ''{}'' as %I', p_facet) end;
    v_unsure constant text := case
        when p_facet like 'custom.%' and p_leaf ->> 'operator' in ('contains', 'starts_with')
            then 'jsonb_typeof(value) in (''number'', ''array'', ''object'')'
        else 'false' end;
    v_bits text;
begin
    if p_complete then
        execute format('select array_agg(id order by id)
                        from (select id, value, %s from segment_bit_values
                              where workspace_id = $1 and facet = $2 and kind = ''value'') as leads
                        where case when %s then $3 else %s end', v_column, v_unsure, compile_segment_leaf(p_leaf))
        into v_ids using p_workspace_id, p_facet, p_upper;
        return coalesce('<' || array_to_string(v_ids, ',') || '>', 'none');
    end if;
    if p_leaf ->> 'operator' = 'in' then
        v_wanted := array(select distinct e from jsonb_array_elements(p_leaf -> 'value') as e);
    elsif p_leaf ->> 'operator' = 'equals'
          and not (jsonb_typeof(p_leaf -> 'value') = 'string' and custom_time(p_leaf ->> 'value') is not null) then
        v_wanted := array[p_leaf -> 'value'];
    else
        return case when p_upper then 'all' else 'none' end;
    end if;
    v_ids := array(select v.id from segment_bit_values v
                   where v.workspace_id = p_workspace_id and v.facet = p_facet and v.kind = 'value' and v.value = any (v_wanted)
                   order by 1);
    v_bits := coalesce('<' || nullif(array_to_string(v_ids, ','), '') || '>', 'none');
    return case when p_upper and cardinality(v_ids) < cardinality(v_wanted) then 'all' else v_bits end;
end
$$;
comment on function segment_value_term(bigint, text, jsonb, boolean, boolean) is
    'A condition on status, source or a custom field as a term.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'segment_bits_and(text, text)',
        'segment_bits_not(text)',
        'segment_bits_or(text, text)',
        'segment_bits_of(bigint, text, text, jsonb)',
        'segment_bits_from(bigint, text, int)',
        'segment_day_of(timestamptz, boolean)',
        'segment_day_term(bigint, text, text, jsonb, boolean)',
        'segment_tag_term(bigint, text, jsonb, boolean, boolean)',
        'segment_value_term(bigint, text, jsonb, boolean, boolean)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
