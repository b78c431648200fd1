-- Segments: dates. A date means its whole day, in its zone; a time without a zone is UTC.

create or replace function is_date(p_text text) returns boolean
language sql immutable parallel safe
return p_text ~ ('^[0-9]{4}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$' collate pg_catalog."C");
comment on function is_date(text) is 'Whether a text looks like a date without a time; it may have a zone.';

-- No day that does not exist: a cast in a condition on millions of leads must not fail.
create or replace function is_day(p_text text) returns boolean
language sql immutable parallel safe
return p_text ~ (
    '^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)'
    '|02-(?:0[1-9]|1[0-9]|2[0-8]))'
    '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)$' collate pg_catalog."C");
comment on function is_day(text) is 'Whether a text is a day of the calendar, such as 2026-01-31.';

create or replace function custom_time(p_text text) returns timestamptz
language sql stable parallel safe
return case when is_day(left(p_text, 10)) and substr(p_text, 11) ~ (
        '^(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?)?'
        '(?:Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?$' collate pg_catalog."C")
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

create or replace function compile_time_operator(p_sql text, p_operator text, p_value jsonb, p_field text, p_key text default null)
    returns text
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

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'is_date(text)', 'is_day(text)', 'custom_time(text)', 'segment_time(jsonb, text)', 'first_day_from(timestamptz)',
        'compile_time_operator(text, text, jsonb, text, text)', 'compile_time_condition(text, text, jsonb)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
