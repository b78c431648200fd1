-- Segments: what the value of a condition may be. LH004 says what is wrong with it.

create or replace function segment_text(p_value jsonb, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_value is null or jsonb_typeof(p_value) <> 'string' then
        raise exception 'the condition on % needs a text, not %', p_field, coalesce(jsonb_typeof(p_value), 'nothing')
            using errcode = 'LH004';
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
       or exists (select 1 from jsonb_array_elements(p_value) e where jsonb_typeof(e) <> 'string' or length(e #>> '{}') > 1000) then
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

create or replace function unknown_segment_operator(p_operator text, p_field text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    raise exception 'the field % has no operator %', p_field, coalesce(left(p_operator, 60), 'null') using errcode = 'LH003',
        hint = 'Operators: equals, not_equals, contains, not_contains, starts_with, before, after, in, exists, greater_than, less_than, '
            'as the field''s type allows.';
end
$$;
comment on function unknown_segment_operator(text, text) is 'Raises LH003.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'segment_text(jsonb, text)', 'segment_list(jsonb, text)', 'segment_flag(jsonb, text)', 'segment_scalar(jsonb, text)',
        'unknown_segment_operator(text, text)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
