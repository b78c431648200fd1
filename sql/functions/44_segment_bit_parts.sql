-- What leads say in bits (decision 0022), as SQL.

-- Three times as fast as is_day, which looks for more: each lead is asked.
create or replace function segment_day(p_text text) returns int
language sql immutable parallel safe
return case when p_text ~ ('^(?:19[7-9]|2[01][0-9])[0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$' collate pg_catalog."C")
                 and (substr(p_text, 9) < ('29' collate pg_catalog."C") or is_day(p_text))
            then make_date(substr(p_text, 1, 4)::int, substr(p_text, 6, 2)::int, substr(p_text, 9)::int) - date '1970-01-01' end;
comment on function segment_day(text) is 'A day as bits have it, counted from 1970; null when the text is none or lies beyond 2199.';

-- A block of zeros cannot stand here as text: a file has no line of 16,384 characters.
do $$
begin
    execute format('create or replace aggregate segment_bit_set(int, int) (sfunc = pg_catalog.set_bit, stype = bit, initcond = %L)',
                   repeat('0', 16384));
end
$$;
comment on aggregate segment_bit_set(int, int) is 'A block with the bits of these places; the second argument is always 1.';

create or replace function segment_field(p_facet text) returns int
language sql immutable parallel safe
return case p_facet when 'status' then 1 when 'source' then 2 when 'tags' then 4 when 'created_at' then 16 when '' then 32 else 8 end;
comment on function segment_field(text) is 'Which field of segment_changes.fields a facet belongs to.';

-- A field with too many values is read where there are bits of some of them, and told to be there or not by the field itself.
create or replace function segment_columns(p_workspace_id bigint, p_fields int)
returns table (number bigint, facet text, kind text, complete boolean, field text, given text, is_there text)
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select f.number, f.facet, f.kind, f.complete, f.field,
           case when f.kind = 'day' and f.facet = 'created_at' then '(created_at at time zone ''UTC'')::date - date ''1970-01-01'''
                when f.kind = 'day' then format('segment_day(custom_fields ->> %L)', substr(f.facet, 8))
                when f.complete or f.facet = 'tags' then f.field
                else (select case when f.facet like 'custom.%' then format('case when %1$s = any (%2$L::jsonb[]) then %1$s end', f.field,
                                                                           array_agg(v.value))
                                  else format('case when %1$s = any (%2$L::text[]) then %1$s end', f.field, array_agg(v.value #>> '{}')) end
                      from segment_bit_values v
                      where v.workspace_id = p_workspace_id and v.facet = f.facet and v.kind = 'value' having count(*) > 0) end,
           case when f.facet = 'tags' and not f.complete then 'tags <> ''{}'''
                when f.facet like 'custom.%' and (f.kind = 'day' or not f.complete)
                then format('custom_fields ? %L', substr(f.facet, 8)) end
    from (select row_number() over (order by s.facet) as number, s.*,
                 case when s.facet like 'custom.%' then format('(custom_fields -> %L)', substr(s.facet, 8)) else s.facet end as field
          from segment_bit_facets s
          where s.workspace_id = p_workspace_id and segment_field(s.facet) & p_fields <> 0) as f
$$;
comment on function segment_columns(bigint, int) is
    'What is read of a lead for the fields that have bits, as SQL: given is its value, or its day.';

-- To look a group up costs most of what is done for a lead: so fields with few values share one.
create or replace function segment_sets(p_workspace_id bigint, p_fields int) returns table (number bigint, facet text, place bigint)
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    with recursive counted as (
        select c.number, c.facet, row_number() over (order by v.several, c.number) as turn, coalesce(v.several, 0) + 2 as several
        from segment_columns(p_workspace_id, p_fields) as c
        left join (select facet, count(*) as several from segment_bit_values
                   where workspace_id = p_workspace_id and kind = 'value' group by facet) as v on v.facet = c.facet
        where c.kind = 'value' and c.facet <> 'tags' and c.given is not null
    ), taken as (
        select c.number, c.facet, c.turn, c.several, 1::bigint as place from counted c where c.turn = 1
        union all
        select c.number, c.facet, c.turn, case when t.several * c.several <= 300 then t.several * c.several else c.several end,
               t.place + (t.several * c.several > 300)::int
        from taken t join counted c on c.turn = t.turn + 1
    )
    select t.number, t.facet, t.place from taken t
$$;
comment on function segment_sets(bigint, int) is 'Which fields are grouped together: those with the same place.';

-- Values, all in one pass over the leads.
create or replace function segment_value_facts(p_workspace_id bigint, p_fields int) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select nullif(concat_ws(' union all ', (
        select format('select f.facet, ''value'' as kind, f.value, g.block, bit_or(g.bits) as bits
                       from (select block, %1$s, segment_bit_set(place, 1) as bits from read group by block, grouping sets (%2$s)) as g
                       cross join lateral (values %3$s) as f (facet, value) where f.value is not null
                       group by f.facet, f.value, g.block',
                      string_agg(s.columns, ', '), string_agg(format('(%s)', s.columns), ', '), string_agg(s.facts, ', '))
        from (select string_agg('v' || number, ', ') as columns,
                     string_agg(format('(%L, to_jsonb(g.v%s))', facet, number), ', ') as facts
              from segment_sets(p_workspace_id, p_fields) group by place) as s
        having count(*) > 0),
        (select format(
               'select ''tags'' as facet, ''value'' as kind, to_jsonb(t.tag) as value, t.block, segment_bit_set(t.place, 1) as bits
                from (select block, place, unnest(v%s) as tag from read offset 0) as t where %s group by t.block, t.tag',
               c.number,
               case when c.complete then 'true' else format('t.tag = any (%L::text[])', array(
                    select v.value #>> '{}' from segment_bit_values v
                    where v.workspace_id = p_workspace_id and v.facet = 'tags' and v.kind = 'value')) end)
         from segment_columns(p_workspace_id, p_fields) as c
         where c.facet = 'tags')), '')
$$;
comment on function segment_value_facts(bigint, int) is 'Bits of fields by value, as SQL.';

-- What is said once a block: that there is a lead, that it has a field, and that the field holds no day.
create or replace function segment_flag_facts(p_workspace_id bigint, p_fields int) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select format('select f.facet, f.kind, ''true''::jsonb as value, g.block, f.bits
                   from (select block, %s from read group by block) as g
                   cross join lateral (values %s) as f (facet, kind, bits) where f.bits <> b''0''::bit(16384)',
                  string_agg(format('segment_bit_set(place, 1) filter (where %s) as %s', f.condition, f.name), ', '),
                  string_agg(format('(%L, %L, g.%s)', f.facet, f.kind, f.name), ', '))
    from (
        select '' as facet, 'all' as kind, 'true' as condition, 'everyone' as name where p_fields & 32 <> 0
        union all
        select c.facet, k.kind, format(k.condition, c.number), k.kind || c.number
        from segment_columns(p_workspace_id, p_fields) as c
        cross join (values ('exists', 'e%1$s'), ('other', 'e%1$s and v%1$s is null')) as k (kind, condition)
        where c.is_there is not null and (k.kind = 'exists' or c.kind = 'day')) as f
    having count(*) > 0
$$;
comment on function segment_flag_facts(bigint, int) is 'Bits of what is there or not, as SQL.';

-- Days, one row a binary digit: by words of 64 leads first, which are then written one after the other.
create or replace function segment_day_facts(p_workspace_id bigint, p_fields int) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select format(
        'select s.facet, ''slice'' as kind, to_jsonb(s.digit) as value, d.block, (''x'' || rpad(s.words, 4096, ''0''))::bit(16384) as bits
         from (select block, %1$s
               from (select block, word, word - lag(word, 1, -1) over (partition by block order by word) - 1 as gap, %2$s
                     from (select block, place >> 6 as word, %3$s from read group by block, place >> 6) as w) as w
               group by block) as d
         cross join lateral (values %4$s) as s (facet, digit, words)
         where s.words ~ ''[^0]''',
        string_agg(format('string_agg(repeat(''0'', 16 * gap) || lpad(to_hex(coalesce(%1$s, 0)), 16, ''0''), '''' order by word) as %1$s',
                          name), ', '),
        string_agg(name, ', '),
        string_agg(format('bit_or(1::bigint << (63 - (place & 63))) filter (where v%s & %s <> 0) as %s', c.number, 1 << digit, name), ', '),
        string_agg(format('(%L, %s, %s)', c.facet, digit, name), ', '))
    from segment_columns(p_workspace_id, p_fields) as c
    cross join generate_series(0, 16) as digit
    cross join lateral format('d%s_%s', c.number, digit) as name
    where c.kind = 'day'
    having count(*) > 0
$$;
comment on function segment_day_facts(bigint, int) is 'Bits of days, as SQL.';

create or replace function segment_month(p_day int) returns int
language sql immutable parallel safe
return date_trunc('month', (date '1970-01-01' + p_day)::timestamp)::date - date '1970-01-01';
comment on function segment_month(int) is 'The first day of the month that a day lies in, both counted from 1970.';

-- Months and days of the month, each with all that is later: a lead counts at its own limit and at those below. So leads are sorted out by
-- month and by day of the month, and added up within a block. Limits below the first lead of a block, as far as the next one, are alike.
create or replace function segment_month_facts(p_workspace_id bigint, p_fields int) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select string_agg(format(
        'select %1$L as facet, l.kind, to_jsonb(l.low) as value, g.block, g.bits
         from (select block, kind, low, lead(low, 1, -1) over later as before, bit_or(bits) over later as bits
               from (select block, case when month is null then ''monthday'' else ''from'' end as kind, coalesce(month, monthday) as low,
                            segment_bit_set(place, 1) as bits
                     from (select block, place, month, day - month + 1 as monthday
                           from (select block, place, v%2$s as day, segment_month(v%2$s) as month
                                 from read where v%2$s is not null offset 0) as r) as r
                     group by block, grouping sets ((month), (monthday))) as g
               window later as (partition by block, kind order by low desc)) as g
         join (select unnest(%3$L::text[]) as kind, unnest(%4$L::int[]) as low) as l
           on l.kind = g.kind and l.low > g.before and l.low <= g.low',
        c.facet, c.number, l.kinds, l.limits), ' union all ' order by c.number)
    from segment_columns(p_workspace_id, p_fields) as c
    cross join lateral (
        select array_agg(v.kind) as kinds, array_agg(v.value::int) as limits from segment_bit_values v
        where v.workspace_id = p_workspace_id and v.facet = c.facet and v.kind in ('from', 'monthday')) as l
    where c.kind = 'day' and l.kinds is not null
$$;
comment on function segment_month_facts(bigint, int) is 'Bits of days by month, of the fields that have limits, as SQL.';

-- Of a field that is complete, its values together say where it is there.
create or replace function segment_facts(p_workspace_id bigint, p_fields int) returns text
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select concat_ws(' union all ',
        'select * from found',
        'select facet, ''exists'', ''true''::jsonb, block, bit_or(bits) from found
         where facet in (select f.facet from segment_bit_facets f
                         where f.workspace_id = $1 and (f.facet = ''tags'' or f.facet like ''custom.%'') and f.kind = ''value''
                           and f.complete)
         group by facet, block',
        segment_flag_facts(p_workspace_id, p_fields), segment_day_facts(p_workspace_id, p_fields),
        segment_month_facts(p_workspace_id, p_fields))
$$;
comment on function segment_facts(bigint, int) is
    'All that leads say in bits, in the fields that their workspace has bits for, as SQL: found holds the values, $1 the workspace.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_routine regprocedure;
begin
    foreach v_routine in array array[
        'segment_day(text)',
        'segment_bit_set(int, int)',
        'segment_field(text)',
        'segment_columns(bigint, int)',
        'segment_sets(bigint, int)',
        'segment_value_facts(bigint, int)',
        'segment_flag_facts(bigint, int)',
        'segment_day_facts(bigint, int)',
        'segment_month(int)',
        'segment_month_facts(bigint, int)',
        'segment_facts(bigint, int)']::regprocedure[]
    loop
        execute format('alter routine %s owner to lh_owner', v_routine);
        execute format('revoke execute on routine %s from public', v_routine);
    end loop;
end
$$;
