-- Counting a segment by bits (decision 0022). Everything is read in the caller's one snapshot: these functions are stable.

create or replace function segment_leaf_term(p_workspace_id bigint, p_leaf jsonb, p_upper boolean) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_field text := p_leaf ->> 'field';
    v_operator text := p_leaf ->> 'operator';
    v_value jsonb := p_leaf -> 'value';
    v_facet segment_bit_facets;
    v_exists text;
begin
    select * into v_facet from segment_bit_facets f where f.workspace_id = p_workspace_id and f.facet = v_field;
    if not found then
        return case when p_upper then 'all' else 'none' end;
    elsif v_operator like 'not\_%' then
        return segment_bits_not(
            segment_leaf_term(p_workspace_id, jsonb_set(p_leaf, '{operator}', to_jsonb(substr(v_operator, 5))), not p_upper));
    elsif v_operator = 'exists' then
        v_exists := case when v_field in ('status', 'created_at') then 'all'
                         when v_field <> 'source' then segment_bits_of(p_workspace_id, v_field, 'exists')
                         when v_facet.complete then coalesce('<' || (
                             select string_agg(v.id::text, ',' order by v.id) from segment_bit_values v
                             where v.workspace_id = p_workspace_id and v.facet = 'source' and v.kind = 'value') || '>', 'none') end;
        if v_exists is null then
            return case when p_upper then 'all' else 'none' end;
        end if;
        return case when segment_flag(v_value, v_field) then v_exists else segment_bits_not(v_exists) end;
    elsif v_facet.kind = 'day' then
        v_operator := case when v_field <> 'created_at' then v_operator when v_operator = 'less_than' then 'before'
                           when v_operator = 'greater_than' then 'after' else v_operator end;
        if v_operator in ('before', 'after', 'equals')
           and jsonb_typeof(v_value) = 'string' and custom_time(v_value #>> '{}') is not null then
            return segment_day_term(p_workspace_id, v_field, v_operator, v_value, p_upper);
        end if;
        return case when p_upper then segment_bits_of(p_workspace_id, v_field, 'exists') else 'none' end;
    elsif v_field = 'tags' then
        return segment_tag_term(p_workspace_id, v_operator, v_value, v_facet.complete, p_upper);
    end if;
    return segment_value_term(p_workspace_id, v_field, p_leaf, v_facet.complete, p_upper);
end
$$;
comment on function segment_leaf_term(bigint, jsonb, boolean) is
    'One condition {field, operator, value}, which the compiler has taken, as a term.';

create or replace function segment_term(p_workspace_id bigint, p_conditions jsonb, p_upper boolean) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_part jsonb;
    v_term text;
begin
    if p_conditions ? 'not' then
        return segment_bits_not(segment_term(p_workspace_id, p_conditions -> 'not', not p_upper));
    elsif p_conditions ? 'and' then
        v_term := 'all';
        for v_part in select * from jsonb_array_elements(p_conditions -> 'and') loop
            v_term := segment_bits_and(v_term, segment_term(p_workspace_id, v_part, p_upper));
        end loop;
        return v_term;
    elsif p_conditions ? 'or' then
        v_term := 'none';
        for v_part in select * from jsonb_array_elements(p_conditions -> 'or') loop
            v_term := segment_bits_or(v_term, segment_term(p_workspace_id, v_part, p_upper));
        end loop;
        return v_term;
    end if;
    return segment_leaf_term(p_workspace_id, p_conditions, p_upper);
end
$$;
comment on function segment_term(bigint, jsonb, boolean) is
    'A segment that the compiler has taken as a term: its upper or its lower bound, which are the same where bits say it all.';

-- What has no bit at all is no lead, and a term with no negation of it says so by itself.
create or replace function segment_bits_are_within(p_term text) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_within boolean;
begin
    execute 'select not ('
        || replace(replace(replace(regexp_replace(p_term, '<[0-9,]+>', 'false', 'g'), '&', 'and'), '|', 'or'), '~', 'not')
        || ')' into v_within;
    return v_within;
end
$$;
comment on function segment_bits_are_within(text) is
    'Whether a term, neither all nor none, holds only for leads with some bit: it is false of what has none.';

-- A look-up for each single value and block: one pass that groups all rows by block keeps all of them in memory, and at 10 million leads
-- took twice the CPU. A list may hold a thousand rare values: from nine on they are grouped.
create or replace function segment_bits_query(p_workspace_id bigint, p_lower text, p_upper text) returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_all bigint := (select v.id from segment_bit_values v where v.workspace_id = p_workspace_id and v.facet = '' and v.kind = 'all');
    v_lower text := p_lower;
    v_maybe text := case when p_lower = p_upper then 'none' else segment_bits_and(p_upper, segment_bits_not(p_lower)) end;
    v_sets text[] := array(select distinct m[1] from regexp_matches(v_lower || v_maybe, '<([0-9,]+)>', 'g') as m);
    v_columns text := '';
    v_lists text := '';
begin
    if v_all is null or cardinality(v_sets) > 100 then
        return null;
    end if;
    -- To read everyone as well, to no effect, took 1.5 ms of CPU at 10 million leads.
    v_lower := case when v_lower = 'none' then 'null::bit(16384)' when v_lower = 'all' then 'everyone'
                    when segment_bits_are_within(v_lower) then v_lower else v_lower || ' & everyone' end;
    v_maybe := case when v_maybe = 'none' then 'null::bit(16384)' when v_maybe = 'all' then 'everyone'
                    when segment_bits_are_within(v_maybe) then v_maybe else v_maybe || ' & everyone' end;
    for v_number in 1..cardinality(v_sets) loop
        if v_sets[v_number] like '%,%,%,%,%,%,%,%,%' then
            v_columns := v_columns || format(', coalesce(l%s.bits, $2) as b%1$s', v_number);
            v_lists := v_lists || format(
                ' left join (select s.block, bit_or(s.bits) as bits from segment_bits s
                             where s.workspace_id = $1 and s.value_id = any (''{%s}'') group by s.block) as l%s using (block)',
                v_sets[v_number], v_number);
        else
            v_columns := v_columns || ', ' || (
                select string_agg(format('coalesce((select s.bits from segment_bits s
                                                    where s.workspace_id = $1 and s.value_id = %s and s.block = a.block), $2)', id), ' | ')
                from string_to_table(v_sets[v_number], ',') as id) || ' as b' || v_number;
        end if;
        v_lower := replace(v_lower, '<' || v_sets[v_number] || '>', 'b' || v_number);
        v_maybe := replace(v_maybe, '<' || v_sets[v_number] || '>', 'b' || v_number);
    end loop;
    return format('select block, %s as sure, %s as maybe from (
                       select block, a.bits as everyone%s
                       from segment_bits a%s where a.workspace_id = $1 and a.value_id = %s offset 0) as columns',
                  v_lower, v_maybe,
                  v_columns, v_lists, v_all);
end
$$;
comment on function segment_bits_query(bigint, text, text) is
    'Blocks with the leads that are surely in a segment and those that may be, null for none, as SQL; $1 is the '
    'workspace, $2 a block of zeros. Null when that would be too wide.';

create or replace function segment_leads_of(p_blocks bigint[], p_bits bit[]) returns bigint[]
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select array_agg((b.block << 14) + (w.word << 6) + place)
    from unnest(p_blocks, p_bits) as b (block, bits)
    cross join lateral (
        select n as word, substring(b.bits from n * 64 + 1 for 64)::bit(64)::bigint as mask from generate_series(0, 255) as n offset 0) as w
    cross join generate_series(0, 63) as place
    where w.mask <> 0 and w.mask >> (63 - place) & 1 = 1
$$;
comment on function segment_leads_of(bigint[], bit[]) is 'The ids of leads from blocks of bits.';

-- A range of days is up to six rows of bits a block, whether it is narrow or not; an index reads what lies in it. A unit of the planner's
-- cost is about 6 us, such bits are 2.5 ms and 0.03 ms a block.
create or replace function segment_rows_are_cheap(p_workspace_id bigint, p_conditions jsonb, p_condition text) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
    return exists (
            select 1 from segment_bit_facets f
            where f.workspace_id = p_workspace_id and f.kind = 'day'
              and jsonb_path_exists(p_conditions, 'strict $.** ? (@.field == $facet)', jsonb_build_object('facet', f.facet), true))
        and expected_cost(p_workspace_id, p_condition) < 400 + 5 * (
            select w.leads >> 14 from segment_bit_workspaces w where w.workspace_id = p_workspace_id);
end
$$;
comment on function segment_rows_are_cheap(bigint, jsonb, text) is
    'Whether a segment with days is counted by rows sooner than by bits, by the planner''s cost.';

create or replace function count_by_bits(p_workspace_id bigint, p_conditions jsonb, p_condition text) returns bigint
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_most_changes constant int := 20000;
    v_changed bigint[];
    v_ranges int8multirange;
    v_lower text;
    v_upper text;
    v_query text;
    v_most bigint := 0;
    v_sure bigint;
    v_maybe bigint;
    v_ids bigint[];
    v_by_rows bigint := 0;
begin
    if not exists (select 1 from segment_bit_workspaces w where w.workspace_id = p_workspace_id and w.ready) then
        return null;
    end if;
    with listed as (
        select n.first_lead, n.last_lead, sum(n.last_lead - n.first_lead + 1) over () as leads
        from (select * from segment_changes n where n.workspace_id = p_workspace_id limit c_most_changes + 1) as n
    )
    select array_agg(distinct l.first_lead) filter (where l.first_lead = l.last_lead),
           coalesce(range_agg(int8range(l.first_lead, l.last_lead, '[]')) filter (where l.first_lead < l.last_lead), '{}'), max(l.leads)
    into v_changed, v_ranges, v_most
    from listed l;
    if v_most > c_most_changes then
        return null;
    end if;
    v_changed := array(select lead from unnest(v_changed) as lead where not v_ranges @> lead);
    v_most := 0;
    v_upper := segment_term(p_workspace_id, p_conditions, true);
    v_lower := segment_term(p_workspace_id, p_conditions, false);
    if v_upper <> v_lower then
        -- Leads that may be in it are looked at one by one: only when there are hardly more of them than an index would find.
        v_most := case when v_upper = 'all' then -1 else least(30000, greatest(1000, 2 * expected_leads(p_workspace_id, p_condition))) end;
    end if;
    v_query := segment_bits_query(p_workspace_id, v_lower, v_upper);
    if v_query is null or v_most < 0 then
        return null;
    end if;
    if v_upper = v_lower and v_changed = '{}' and v_ranges = '{}' then
        -- The usual case at rest: no block is kept.
        execute format('select coalesce(sum(bit_count(sure)), 0)::bigint from (%s) as blocks', v_query)
        into v_sure using p_workspace_id, b'0'::bit(16384);
        return v_sure;
    end if;
    execute format(
        'with blocks as materialized (%s),
              changed as (
                  select lead >> 14 as block, (lead & 16383)::int + 1 as place, 1 as places from unnest($3::bigint[]) as lead
                  union all
                  select block, (greatest(lower(r), block << 14) & 16383)::int + 1,
                         (least(upper(r), (block + 1) << 14) - greatest(lower(r), block << 14))::int
                  from unnest($5::int8multirange) as r cross join generate_series(lower(r) >> 14, (upper(r) - 1) >> 14) as block),
              counted as materialized (
                  select coalesce(sum(bit_count(sure)), 0)::bigint as sure, coalesce(sum(bit_count(maybe)), 0)::bigint as maybe from blocks)
         select c.sure - coalesce((select sum(bit_count(substring(b.sure from n.place for n.places)))
                                   from changed n join blocks b using (block)), 0), c.maybe,
                case when c.maybe between 1 and $4 then segment_leads_of(b.blocks, b.bits) end
         from counted c
         cross join lateral (
             select array_agg(block) as blocks, array_agg(maybe) as bits
             from blocks where c.maybe between 1 and $4 and maybe <> $2) as b', v_query)
    into v_sure, v_maybe, v_ids using p_workspace_id, b'0'::bit(16384), v_changed, v_most, v_ranges;
    if v_maybe > v_most then
        return null;
    end if;
    v_ids := array(select distinct lead from unnest(v_ids || v_changed) as lead where not v_ranges @> lead order by 1);
    if v_ids <> '{}' or v_ranges <> '{}' then
        execute format(
            'select (select count(*) from leads where workspace_id = $1 and id = any ($2) and %1$s)
                  + (select coalesce(sum(c.leads), 0)::bigint from unnest($3) as r cross join lateral (
                        select count(*) as leads from leads
                        where workspace_id = $1 and id >= lower(r) and id < upper(r) and %1$s offset 0) as c)', p_condition)
        into v_by_rows using p_workspace_id, v_ids, v_ranges;
    end if;
    return v_sure + v_by_rows;
end
$$;
comment on function count_by_bits(bigint, jsonb, text) is
    'The size of a segment by bits, for all leads but those that changed since and those that bits cannot tell of, which are read. '
    'Null when rows are the better way: no bits, too many changes, or conditions that bits hardly narrow.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'segment_leaf_term(bigint, jsonb, boolean)',
        'segment_term(bigint, jsonb, boolean)',
        'segment_bits_are_within(text)',
        'segment_bits_query(bigint, text, text)',
        'segment_leads_of(bigint[], bit[])',
        'segment_rows_are_cheap(bigint, jsonb, text)',
        'count_by_bits(bigint, jsonb, text)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
