-- Writing the bits of leads (decision 0022). Changes are taken off the list first, in the same transaction: every snapshot has either a
-- change or its bits. What is committed in between is seen or not: the list then names the lead still, and its bits do not count.

-- All leads from p_first to p_last, whose bits are not there yet; or of those only p_leads, of which some may be gone.
create or replace function write_segment_bits(p_workspace_id bigint, p_first bigint, p_last bigint, p_leads bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB' set jit = off
as $$
begin
    execute format($sql$
    with read as materialized (
        select id >> 14 as block, (id >> 6 & 255)::int as word, 1::bigint << (63 - (id & 63)::int) as mask,
               status, source, tags, custom_fields,
               (created_at at time zone 'UTC')::date - date '1970-01-01' as created%s
        from leads
        where workspace_id = $1 and id between $2 and $3 and ($4 is null or id = any ($4))
    ), words as materialized (
        -- A value that has no number yet comes by its name.
        select v.id as value_id, case when v.id is null then p.facet end as facet, case when v.id is null then p.kind end as kind,
               case when v.id is null then p.value end as value, p.block, p.word, p.bits
        from (%s) as p
        left join segment_bit_values v on v.workspace_id = $1 and v.facet = p.facet and v.kind = p.kind and v.value = p.value
        left join segment_bit_facets f on f.workspace_id = $1 and f.facet = p.facet
        where v.id is not null or p.kind <> 'value' or f.complete
    ), fresh as (
        select distinct w.facet, w.kind, w.value from words w where w.value_id is null
    ), crowded as (
        select f.facet from fresh f
        where f.kind = 'value'
        group by f.facet
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
    ), numbered as (
        select w.value_id, w.block, w.word, w.bits from words w where w.value_id is not null
        union all
        select a.id, w.block, w.word, w.bits
        from words w join added a on a.facet = w.facet and a.kind = w.kind and a.value = w.value
        where w.value_id is null
        union all
        -- Number 0: the leads themselves, whose old bits go.
        select 0, m.id >> 14, (m.id >> 6 & 255)::int, bit_or(1::bigint << (63 - (m.id & 63)::int))
        from unnest($4) as m (id) group by 1, 2, 3
    ), spaced as (
        select n.*, n.word - lag(n.word, 1, -1) over (partition by n.value_id, n.block order by n.word) - 1 as gap
        from numbered n
    ), written as materialized (
        select s.value_id, s.block,
               ('x' || rpad(string_agg(repeat('0', 16 * s.gap) || lpad(to_hex(s.bits), 16, '0'), '' order by s.word), 4096, '0')
               )::bit(16384) as bits
        from spaced s
        group by s.value_id, s.block
    ), changed as (
        update segment_bits b set bits = (b.bits & ~m.bits) | coalesce(w.bits, b'0'::bit(16384))
        from written m
        cross join segment_bit_values v
        left join written w on w.value_id = v.id and w.block = m.block
        where m.value_id = 0 and v.workspace_id = $1
          and b.workspace_id = $1 and b.value_id = v.id and b.block = m.block
          and (b.bits & m.bits) <> coalesce(w.bits, b'0'::bit(16384))
    )
    insert into segment_bits (workspace_id, value_id, block, bits)
    select $1, w.value_id, w.block, w.bits from written w
    where w.value_id <> 0 and not exists (
        select from segment_bits b where b.workspace_id = $1 and b.value_id = w.value_id and b.block = w.block)
    $sql$, segment_days(p_workspace_id), segment_parts(p_workspace_id))
    using p_workspace_id, p_first, p_last, p_leads;
end
$$;
comment on function write_segment_bits(bigint, bigint, bigint, bigint[]) is
    'A step of building and folding, for their owner alone: one statement.';

-- Who may call what: all of these are steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'write_segment_bits(bigint, bigint, bigint, bigint[])']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
