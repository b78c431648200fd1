-- Writing the bits of leads (decision 0022). Changes are taken off the list first, in the same transaction: every snapshot has either a
-- change or its bits. What is committed in between is seen or not: the list then names the lead still, and its bits do not count.

-- p_leads: ids, of which some may be of no lead or of another workspace's. p_fields as in segment_changes.
create or replace function write_segment_part(p_workspace_id bigint, p_fields int, p_leads int8multirange) returns bigint[]
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB' set jit = off
as $$
declare
    v_columns text := (
        select string_agg(', ' || nullif(concat_ws(', ', c.given || ' as v' || c.number, c.is_there || ' as e' || c.number), ''), '')
        from segment_columns(p_workspace_id, p_fields) as c);
    v_emptied bigint[];
begin
    execute format($sql$
    with targets as materialized (
        select lower(r) as first_lead, upper(r) - 1 as last_lead from unnest($2) as r
    ), read as materialized (
        select l.*
        from targets t
        cross join lateral (
            select id >> 14 as block, (id & 16383)::int as place %s
            from leads where workspace_id = $1 and id >= t.first_lead and id <= t.last_lead offset 0) as l
    ), found as materialized (
        %s
    ), facts as materialized (
        -- A value that has no number yet comes by its name.
        select v.id as value_id, p.*
        from (%s) as p
        left join segment_bit_values v on v.workspace_id = $1 and v.facet = p.facet and v.kind = p.kind and v.value = p.value
        left join segment_bit_facets f on f.workspace_id = $1 and f.facet = p.facet
        where v.id is not null or p.kind <> 'value' or f.complete
    ), fresh as (
        select distinct p.facet, p.kind, p.value from facts p where p.value_id is null
    ), crowded as (
        select f.facet from fresh f
        where f.kind = 'value'
        group by f.facet
        -- No number of the tag: a longer value would be refused by the key.
        having bool_or(octet_length(f.value::text) > 200)
            or count(*) + (select count(*) from segment_bit_values v where v.workspace_id = $1 and v.facet = f.facet) > 4000
    ), given_up as (
        update segment_bit_facets f set complete = false
        from crowded c
        where f.workspace_id = $1 and f.facet = c.facet
    ), added as (
        insert into segment_bit_values (workspace_id, facet, kind, value)
        select $1, f.facet, f.kind, f.value from fresh f
        where f.kind <> 'value' or f.facet not in (select c.facet from crowded c)
        returning id, facet, kind, value
    ), written as materialized (
        select p.value_id, p.block, p.bits from facts p where p.value_id is not null
        union all
        select a.id, p.block, p.bits
        from facts p join added a on a.facet = p.facet and a.kind = p.kind and a.value = p.value
        where p.value_id is null
    ), leads_of_blocks as materialized (
        -- The old bits of all these leads go.
        select p.block, bit_or(p.bits) as bits
        from (select t.first_lead >> 14 as block, segment_bit_set((t.first_lead & 16383)::int, 1) as bits
              from targets t where t.first_lead = t.last_lead group by 1
              union all
              select block, (~ b'0'::bit(16384)) >> greatest(t.first_lead - (block << 14), 0)::int
                            & ~ ((~ b'0'::bit(16384)) >> least(t.last_lead - (block << 14) + 1, 16384)::int)
              from targets t cross join generate_series(t.first_lead >> 14, t.last_lead >> 14) as block
              where t.first_lead < t.last_lead) as p
        group by p.block
    ), places as materialized (
        -- So that the key serves: statistics know nothing of how few blocks these are, and the table has all blocks of all workspaces.
        select array(select v.id from segment_bit_values v where v.workspace_id = $1 and segment_field(v.facet) & $3 <> 0) as value_ids,
               array(select m.block from leads_of_blocks m) as blocks
    ), changed as (
        update segment_bits b set bits = (b.bits & ~m.bits) | coalesce(w.bits, b'0'::bit(16384))
        from leads_of_blocks m
        cross join segment_bit_values v
        left join written w on w.value_id = v.id and w.block = m.block
        where v.workspace_id = $1 and segment_field(v.facet) & $3 <> 0
          and b.workspace_id = $1 and b.value_id = v.id and b.block = m.block
          and b.value_id = any ((select p.value_ids from places p)::bigint[]) and b.block = any ((select p.blocks from places p)::bigint[])
          and (b.bits & m.bits) <> coalesce(w.bits, b'0'::bit(16384))
        returning b.value_id, b.bits
    ), inserted as (
        insert into segment_bits (workspace_id, value_id, block, bits)
        select $1, w.value_id, w.block, w.bits from written w
        where not exists (
            select 1 from segment_bits b
            where b.workspace_id = $1 and b.value_id = w.value_id and b.block = w.block
              and b.value_id = any ((select p.value_ids from places p)::bigint[])
              and b.block = any ((select p.blocks from places p)::bigint[]))
    )
    select array_agg(distinct c.value_id) from changed c where c.bits = b'0'::bit(16384)
    $sql$, v_columns,
    coalesce(segment_value_facts(p_workspace_id, p_fields),
             'select null::text as facet, null::text as kind, null::jsonb as value, null::bigint as block, null::bit as bits limit 0'),
    segment_facts(p_workspace_id, p_fields))
    into v_emptied using p_workspace_id, p_leads, p_fields;
    return v_emptied;
end
$$;
comment on function write_segment_part(bigint, int, int8multirange) is
    'A step of write_segment_bits, for its owner alone: one statement. Returns the values of which a block got empty.';

create or replace function segment_parts(p_leads int8multirange) returns setof int8multirange
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select range_agg(int8range(p.first_lead, p.last_lead, '[]'))
    from (select p.*, (sum(p.last_lead - p.first_lead + 1) over (order by p.first_lead))::bigint - 1 >> 16 as number
          from (select greatest(lower(r), block << 14) as first_lead, least(upper(r), (block + 1) << 14) - 1 as last_lead
                from unnest(p_leads) as r
                cross join generate_series(lower(r) >> 14, (upper(r) - 1) >> 14) as block) as p) as p
    group by p.number
    order by p.number
$$;
comment on function segment_parts(int8multirange) is 'Ids in parts of some blocks: what a statement sorts out fits into memory.';

-- While there are leads at the last limit there is one more, so that time goes on. It is made of digits, which say all of what is folded.
create or replace function extend_segment_months(p_workspace_id bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set jit = off
as $$
declare
    c_most constant int := 72;
    v_facet text;
    v_last bigint;
    v_next int;
    v_limits bigint;
    v_id bigint;
    v_term text;
begin
    for v_facet in select f.facet from segment_bit_facets f where f.workspace_id = p_workspace_id and f.kind = 'day' order by 1 loop
        loop
            select v.id, segment_month(v.value::int + 31), count(*) over () into v_last, v_next, v_limits
            from segment_bit_values v
            where v.workspace_id = p_workspace_id and v.facet = v_facet and v.kind = 'from'
            order by v.value::int desc limit 1;
            exit when not found or v_limits >= c_most or not exists (
                select 1 from segment_bits b
                where b.workspace_id = p_workspace_id and b.value_id = v_last and b.bits <> b'0'::bit(16384));
            v_term := segment_bits_from(p_workspace_id, v_facet, v_next);
            insert into segment_bit_values (workspace_id, facet, kind, value)
            values (p_workspace_id, v_facet, 'from', to_jsonb(v_next)) returning id into v_id;
            execute format('insert into segment_bits (workspace_id, value_id, block, bits)
                            select $1, $3, b.block, b.sure from (%s) as b where b.sure <> $2',
                           segment_bits_query(p_workspace_id, v_term, v_term))
            using p_workspace_id, b'0'::bit(16384), v_id;
        end loop;
    end loop;
end
$$;
comment on function extend_segment_months(bigint) is
    'A step of building and folding, for their owner alone: adds limits by month after the last one, as long as there are leads.';

create or replace function write_segment_bits(p_workspace_id bigint, p_fields int, p_leads int8multirange) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_part int8multirange;
    v_emptied bigint[];
begin
    for v_part in select p from segment_parts(p_leads) as p loop
        v_emptied := v_emptied || write_segment_part(p_workspace_id, p_fields, v_part);
    end loop;
    -- What no lead has any more is forgotten, as after an erasure.
    delete from segment_bit_values v
    where v.workspace_id = p_workspace_id and v.id = any (v_emptied) and v.kind = 'value' and not exists (
        select 1 from segment_bits b where b.workspace_id = p_workspace_id and b.value_id = v.id and b.bits <> b'0'::bit(16384));
    if p_fields & 24 <> 0 then
        perform extend_segment_months(p_workspace_id);
    end if;
end
$$;
comment on function write_segment_bits(bigint, int, int8multirange) is
    'A step of building and folding, for their owner alone: writes the bits of these fields of these leads, of which some may be gone.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'write_segment_part(bigint, int, int8multirange)',
        'segment_parts(int8multirange)',
        'extend_segment_months(bigint)',
        'write_segment_bits(bigint, int, int8multirange)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
