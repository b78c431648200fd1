-- What leads say in bits (decision 0022), as SQL.

create or replace function segment_day(p_text text) returns int
language sql immutable parallel safe
return case when length(p_text) = 10 and is_day(p_text)
                 and p_text >= ('1970-01-01' collate pg_catalog."C") and p_text < ('2200-01-01' collate pg_catalog."C")
            then make_date(substr(p_text, 1, 4)::int, substr(p_text, 6, 2)::int, substr(p_text, 9, 2)::int) - date '1970-01-01' end;
comment on function segment_day(text) is 'A day as bits have it, counted from 1970; null when the text is none or lies beyond 2199.';

-- Each makes a part of a statement that reads the leads once: rows of a value, a word of 64 leads and its bits.
create or replace function segment_value_part(p_facet text, p_kind text, p_value text, p_source text) returns text
language sql immutable parallel safe
return format(
    'select %1$L as facet, %2$L as kind, to_jsonb(g.value) as value, g.block, g.word, g.bits
     from (select %3$s as value, block, word, bit_or(mask) as bits from %4$s where %3$s is not null group by 1, 2, 3) as g',
    p_facet, p_kind, p_value, p_source);
comment on function segment_value_part(text, text, text, text) is 'Bits of a field by value, as SQL.';

create or replace function segment_day_part(p_facet text, p_day text) returns text
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select format(
        'select %1$L, ''slice'', to_jsonb(d.digit), g.block, g.word, d.bits
         from (select block, word, %3$s from (select block, word, mask, %2$s as day from read offset 0) as days group by block, word) as g
         cross join lateral (values %4$s) as d (digit, bits) where d.bits is not null',
        p_facet, p_day,
        string_agg(format('bit_or(mask) filter (where day & %s <> 0) as d%s', 1 << digit, digit), ', '),
        string_agg(format('(%1$s, d%1$s)', digit), ', '))
    from generate_series(0, 16) as digit
$$;
comment on function segment_day_part(text, text) is 'Bits of a day, one row a binary digit, as SQL.';

create or replace function segment_custom_facets(p_workspace_id bigint) returns table (number bigint, facet text, kind text)
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select row_number() over (order by f.facet), f.facet, f.kind
    from segment_bit_facets f
    where f.workspace_id = p_workspace_id and f.facet like 'custom.%'
$$;
comment on function segment_custom_facets(bigint) is 'The custom fields that a workspace has bits for, numbered.';

-- A day is read from its text once.
create or replace function segment_days(p_workspace_id bigint) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce(string_agg(format(', segment_day(custom_fields ->> %L) as day%s', substr(f.facet, 8), f.number), ''), '')
    from segment_custom_facets(p_workspace_id) as f
    where f.kind = 'day'
$$;
comment on function segment_days(bigint) is 'The columns of days that segment_parts reads, as SQL.';

create or replace function segment_parts(p_workspace_id bigint) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select string_agg(part, ' union all ')
    from (
        select unnest(array[
            segment_value_part('', 'all', 'true', 'read'),
            segment_value_part('status', 'value', 'status', 'read'),
            segment_value_part('source', 'value', 'source', 'read'),
            segment_value_part('tags', 'exists', 'case when tags <> ''{}'' then true end', 'read'),
            segment_value_part('tags', 'value', 'tag', 'read cross join lateral unnest(tags) as tag'),
            segment_day_part('created_at', 'created')]) as part
        union all
        select unnest(array[
            segment_value_part(f.facet, 'exists', format('case when custom_fields ? %L then true end', substr(f.facet, 8)), 'read'),
            case when f.kind = 'value'
                 then segment_value_part(f.facet, 'value', format('(custom_fields -> %L)', substr(f.facet, 8)), 'read')
                 else segment_day_part(f.facet, 'day' || f.number) end,
            case when f.kind = 'day' then segment_value_part(f.facet, 'other',
                format('case when custom_fields ? %L and day%s is null then true end', substr(f.facet, 8), f.number), 'read') end])
        from segment_custom_facets(p_workspace_id) as f) as parts
$$;
comment on function segment_parts(bigint) is 'All that leads say in bits, in the fields that their workspace has bits for, as SQL.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'segment_day(text)',
        'segment_value_part(text, text, text, text)',
        'segment_day_part(text, text)',
        'segment_custom_facets(bigint)',
        'segment_days(bigint)',
        'segment_parts(bigint)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
