-- Folding changes into the bits of segments (decision 0022), a batch a transaction.

drop function if exists fold_segment_changes(bigint, int);
create or replace function fold_segment_changes(p_workspace_id bigint, p_batch int default 20000, p_fewest bigint default 1) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_build boolean;
    v_smallest bigint;
    v_fields int[];
    v_changed int8multirange[];
    v_leads bigint := 0;
    v_more boolean;
begin
    if p_batch is null or p_batch not between 1 and 1000000 then
        raise exception 'a batch has 1 to 1000000 changes, not %', coalesce(p_batch::text, 'null') using errcode = 'LH006';
    elsif p_fewest is null or p_fewest < 1 then
        raise exception 'a change is of 1 lead at least, not %', coalesce(p_fewest::text, 'null') using errcode = 'LH006';
    elsif not lock_segment_bits(p_workspace_id) then
        return null;
    end if;
    -- A workspace that has bits keeps them until it is half as large.
    select not w.ready or w.built_at is null or w.folded > w.leads * 2, case when w.ready then least(50000, w.leads / 2) else 50000 end
    into v_build, v_smallest
    from segment_bit_workspaces w where w.workspace_id = p_workspace_id;
    if v_build then
        return build_segment_bits(p_workspace_id, v_smallest);
    end if;
    with next as (
        select n.id, n.last_lead - n.first_lead + 1 as leads from segment_changes n
        where n.workspace_id = p_workspace_id and n.last_lead - n.first_lead + 1 >= p_fewest order by n.id limit p_batch
    ), taken as (
        delete from segment_changes c
        where c.workspace_id = p_workspace_id and c.id = any (array(
            select s.id from (select n.id, sum(n.leads) over (order by n.id) - n.leads as before from next n) as s
            where s.before < p_batch))
        returning c.fields, c.first_lead, c.last_lead
    )
    select array_agg(t.fields), array_agg(t.leads), coalesce(sum(t.width), 0) into v_fields, v_changed, v_leads
    from (select fields, range_agg(int8range(first_lead, last_lead, '[]')) as leads, sum(last_lead - first_lead + 1) as width
          from taken group by fields) as t;
    for v_number in 1..coalesce(cardinality(v_fields), 0) loop
        perform write_segment_bits(p_workspace_id, v_fields[v_number], v_changed[v_number]);
    end loop;
    -- Who folds large changes only says nothing of the others: they are due when they were, or imports in a row would keep the job away.
    if p_fewest = 1 then
        v_more := exists (select 1 from segment_changes c where c.workspace_id = p_workspace_id);
    end if;
    update segment_bit_workspaces w
    set folded = w.folded + v_leads, more = coalesce(v_more, w.more),
        folded_at = case when p_fewest = 1 then clock_timestamp() else w.folded_at end
    where w.workspace_id = p_workspace_id;
    return v_leads;
end
$$;
comment on function fold_segment_changes(bigint, int, bigint) is
    'Writes the bits of up to p_batch changes of a workspace, oldest first; a change of fewer leads than p_fewest waits for the job. '
    'Builds them where there are none, or where twice as many leads as there were changed since. '
    'Returns the leads; null when somebody else folds or builds.';

-- A fold writes each block that it touches anew, so it waits until there are enough changes. A count reads the leads that wait.
drop function if exists segment_fold_is_due(bigint);
create or replace function segment_fold_is_due(p_workspace_id bigint, p_fewest bigint default 1) returns boolean
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    select sum(c.leads) >= 4000
    from (select n.last_lead - n.first_lead + 1 as leads from segment_changes n
          where n.workspace_id = p_workspace_id order by n.id desc limit 4000) as c
    where c.leads >= p_fewest
$$;
comment on function segment_fold_is_due(bigint, bigint) is 'Whether enough changes of a workspace wait to be folded at once; of those '
    'of p_fewest leads or more, the latest.';

create or replace function fold_import(p_workspace_id bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- Only what was inserted, one after the other: some blocks. Leads that were updated lie in all blocks, which cost seconds in a large
    -- workspace: they wait for the job, also when others updated them. In an older snapshot folding would fail where somebody else
    -- folded since then, and the import with it.
    if current_setting('transaction_isolation') = 'read committed'
       and exists (select 1 from segment_bit_workspaces w where w.workspace_id = p_workspace_id and w.ready and w.built_at is not null
                      and w.folded <= w.leads * 2)
       and segment_fold_is_due(p_workspace_id, p_fewest => 2) then
        perform fold_segment_changes(p_workspace_id, p_fewest => 2);
    end if;
end
$$;
comment on function fold_import(bigint) is 'A step of finish_lead_import: what a large import inserted is in bits when it is done, up to '
    '20,000 leads.';

create or replace function workspaces_to_fold() returns setof bigint
language sql stable set search_path = pg_catalog, public, pg_temp
as $$
    with recursive changed as (
        (select c.workspace_id from segment_changes c order by c.workspace_id limit 1)
        union all
        select (select c.workspace_id from segment_changes c where c.workspace_id > changed.workspace_id order by c.workspace_id limit 1)
        from changed where changed.workspace_id is not null
    )
    select w.id
    from workspaces w
    left join segment_bit_workspaces s on s.workspace_id = w.id
    where s.workspace_id is null
       or (s.ready and s.built_at is null)
       or (w.id in (select workspace_id from changed)
           and (s.more or s.folded_at is null or s.folded_at < clock_timestamp() - interval '5 minutes'
                or segment_fold_is_due(w.id) and s.folded_at < clock_timestamp() - interval '10 seconds'))
    order by s.folded_at nulls first
$$;
comment on function workspaces_to_fold() is
    'Workspaces with many changes that are not in bits yet, or some since five minutes, and those that nobody has looked at, or whose '
    'bits are of an older form, longest first.';

create or replace function fold_next_segment_changes(out detail text, out problem boolean, out again boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_workspace bigint;
    v_leads bigint;
begin
    problem := false;
    again := false;
    for v_workspace in select w from workspaces_to_fold() as w loop
        begin
            v_leads := fold_segment_changes(v_workspace);
        exception when others then
            -- One workspace must not keep the others waiting: it is the last one next time.
            detail := concat_ws('; ', detail, format('workspace %s: %s %s', v_workspace, sqlstate, sqlerrm));
            problem := true;
            -- Nor does it wait for somebody who builds the bits of this one now.
            perform 1 from segment_bit_workspaces w where w.workspace_id = v_workspace for update skip locked;
            if found then
                update segment_bit_workspaces w set more = false, folded_at = clock_timestamp() where w.workspace_id = v_workspace;
            end if;
            continue;
        end;
        if v_leads is not null then
            detail := concat_ws('; ', detail, case when v_leads > 0 then format('%s leads of workspace %s', v_leads, v_workspace) end);
            again := true;
            return;
        end if;
    end loop;
    detail := coalesce(detail, 'nothing left to fold');
end
$$;
comment on function fold_next_segment_changes() is 'One batch of one workspace, for the job fold-segments.';

-- Who may call what: steps for their owner, and what the job calls.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'fold_segment_changes(bigint, int, bigint)',
        'segment_fold_is_due(bigint, bigint)',
        'fold_import(bigint)',
        'workspaces_to_fold()',
        'fold_next_segment_changes()']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function fold_next_segment_changes() to lh_jobs;

-- Where leads were there before: the workspaces that are large now have bits when the migration is done. The job finds all others, and
-- those that have bits of an older form, which serve until then.
do $$
declare
    v_workspace bigint;
begin
    for v_workspace in
        select w.id from workspaces w
        where not exists (select 1 from segment_bit_workspaces s where s.workspace_id = w.id)
          and exists (select 1 from leads l where l.workspace_id = w.id offset 49999 limit 1)
        order by w.id
    loop
        perform build_segment_bits(v_workspace);
    end loop;
end
$$;
