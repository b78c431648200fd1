-- Building the bits of a workspace (decision 0022).

-- A hundred places with a few hundred leads each.
create or replace function segment_sample(p_workspace_id bigint, p_blocks bigint[])
returns table (tags text[], custom_fields jsonb, created_at timestamptz)
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select s.*
    from generate_series(0, 99) as place
    cross join lateral (
        select l.tags, l.custom_fields, l.created_at from leads l
        where l.workspace_id = p_workspace_id and l.id >= p_blocks[1 + place * cardinality(p_blocks) / 100] * 16384 + place * 163
        order by l.id limit 300) as s
$$;
comment on function segment_sample(bigint, bigint[]) is 'A step of build_segment_bits, for its owner alone: some leads of these blocks.';

-- Which fields have bits, by a sample: not those that few leads have or that nearly every lead has another value of.
create or replace function choose_segment_facets(p_workspace_id bigint, p_blocks bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set work_mem = '64MB' set jit = off
as $$
begin
    insert into segment_bit_facets (workspace_id, facet, kind, complete)
    values (p_workspace_id, 'status', 'value', true), (p_workspace_id, 'source', 'value', true),
           (p_workspace_id, 'created_at', 'day', true);
    with sample as materialized (
        select s.tags, s.custom_fields from segment_sample(p_workspace_id, p_blocks) as s
    ), found as (
        select 'tags' as facet, to_jsonb(tag) as value, count(*) as leads from sample s cross join lateral unnest(s.tags) as tag group by 2
        union all
        select 'custom.' || e.key, e.value, count(*)
        from sample s cross join lateral jsonb_each(s.custom_fields) as e
        where length(e.key) between 1 and 100 group by 1, 2
    ), facets as (
        select f.facet,
               f.facet <> 'tags' and sum(f.leads) filter (where segment_day(f.value #>> '{}') is not null) > sum(f.leads) * 0.9 as by_day,
               count(*) <= 1000 and max(octet_length(f.value::text)) <= 200 as complete
        from found f
        group by f.facet
        having f.facet = 'tags' or sum(f.leads) >= (select count(*) from sample) / 100
        order by sum(f.leads) desc limit 50
    ), chosen as (
        insert into segment_bit_facets (workspace_id, facet, kind, complete)
        select p_workspace_id, f.facet, case when f.by_day then 'day' else 'value' end, f.complete from facets f
    )
    -- Of a field with many values, those that one lead in 500 has.
    insert into segment_bit_values (workspace_id, facet, kind, value)
    select p_workspace_id, v.facet, 'value', v.value
    from found v
    join facets f on f.facet = v.facet and not f.complete and f.by_day is not true
    where octet_length(v.value::text) <= 200 and v.leads >= (select count(*) from sample) / 500;
end
$$;
comment on function choose_segment_facets(bigint, bigint[]) is 'A step of build_segment_bits, for its owner alone.';

-- Of days that lie within some years. Of others, as birthdays, few lie in any of their months: binary digits are enough.
create or replace function choose_segment_months(p_workspace_id bigint, p_blocks bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set jit = off
as $$
declare
    v_facet text;
    v_day text;
begin
    for v_facet, v_day in select c.facet, c.given from segment_columns(p_workspace_id, 24) as c where c.kind = 'day' loop
        execute format($sql$
            with months as (
                select segment_month(%1$s) as month, count(*) as leads from segment_sample($1, $3) where (%1$s) is not null group by 1
            ), usual as (
                -- Without the odd day far away.
                select max(month) as latest from months where leads * 200 >= (select sum(leads) from months)
            ), spanned as (
                select date '1970-01-01' + greatest(min(m.month) filter (where m.leads * 200 >= (select sum(leads) from months)),
                                                    0) as earliest,
                       date '1970-01-01' + max(u.latest) as latest, sum(m.leads) as leads
                from months m join usual u on m.month <= u.latest and m.month > u.latest - 1430
            )
            insert into segment_bit_values (workspace_id, facet, kind, value)
            select $1, $2, l.kind, to_jsonb(l.low)
            from spanned s
            cross join lateral (
                select 'from' as kind, month::date - date '1970-01-01' as low
                from generate_series(s.earliest::timestamp, s.latest + interval '1 month', interval '1 month') as month
                union all
                select 'monthday', n from generate_series(2, 31) as n) as l
            where s.leads * 2 >= (select sum(leads) from months)
        $sql$, v_day) using p_workspace_id, v_facet, p_blocks;
    end loop;
end
$$;
comment on function choose_segment_months(bigint, bigint[]) is
    'A step of build_segment_bits, for its owner alone: fields of days get limits by month, for up to four years.';

-- False when somebody else folds or builds.
create or replace function lock_segment_bits(p_workspace_id bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not exists (select 1 from segment_bit_workspaces w where w.workspace_id = p_workspace_id) then
        -- Without waiting for who deletes the workspace.
        insert into segment_bit_workspaces (workspace_id)
        select w.id from workspaces w where w.id = p_workspace_id for key share skip locked
        on conflict do nothing;
    end if;
    perform 1 from segment_bit_workspaces w where w.workspace_id = p_workspace_id for update skip locked;
    return found;
end
$$;
comment on function lock_segment_bits(bigint) is
    'A step of building and folding, for their owner alone: one at a time for each workspace. A row and not an '
    'advisory lock, for a tenant cannot lock it.';

create or replace function build_segment_bits(p_workspace_id bigint, p_smallest bigint default 50000) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_leads bigint;
    v_blocks bigint[];
begin
    if not segment_bits_are_on() then
        return 0;
    elsif not lock_segment_bits(p_workspace_id) then
        return null;
    end if;
    -- First of all: who commits after this statement began stays on the list, whatever the others below see.
    delete from segment_changes c where c.workspace_id = p_workspace_id;
    delete from segment_bit_facets f where f.workspace_id = p_workspace_id;
    delete from segment_bit_values v where v.workspace_id = p_workspace_id;
    select sum(b.leads), array_agg(b.block order by b.block) into v_leads, v_blocks
    from (select l.id >> 14 as block, count(*) as leads from leads l where l.workspace_id = p_workspace_id group by 1) as b;
    -- Ids are shared by all workspaces: where a block holds few leads of this one, bits are mostly air.
    if coalesce(v_leads, 0) < p_smallest or v_leads < cardinality(v_blocks) * 64 then
        update segment_bit_workspaces w
        set ready = false, leads = coalesce(v_leads, 0), folded = 0, more = false, built_at = null, folded_at = clock_timestamp()
        where w.workspace_id = p_workspace_id;
        return 0;
    end if;
    perform choose_segment_facets(p_workspace_id, v_blocks);
    perform choose_segment_months(p_workspace_id, v_blocks);
    perform write_segment_bits(p_workspace_id, 63, (
        select range_agg(int8range(block << 14, (block + 1) << 14)) from unnest(v_blocks) as block));
    update segment_bit_workspaces w
    set ready = true, leads = v_leads, folded = 0, more = true, built_at = clock_timestamp(), folded_at = clock_timestamp()
    where w.workspace_id = p_workspace_id;
    return v_leads;
end
$$;
comment on function build_segment_bits(bigint, bigint) is
    'Builds the bits of a workspace anew, in one transaction: counts use the old ones until then. Returns its '
    'leads; 0 when it has too few of them '
    'for bits, or too few in a block; null when somebody else folds or builds.';

-- Who may call what: steps, for their owner alone.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'segment_sample(bigint, bigint[])',
        'choose_segment_facets(bigint, bigint[])',
        'choose_segment_months(bigint, bigint[])',
        'lock_segment_bits(bigint)',
        'build_segment_bits(bigint, bigint)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;

