-- Deleting a workspace in batches, beside the sessions that still work in it.

-- What delete_workspace empties row by row: without what stays (the audit and the proofs), and what goes with the workspace at the end.
create or replace function tables_of_workspaces() returns setof regclass
language sql stable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on as $$
    select public.require_table_rights(c.oid::regclass)
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    -- Ids of another type are not those of this schema.
    join pg_type y on y.oid = a.atttypid and coalesce(nullif(y.typbasetype, 0), y.oid)
        = any (array['bigint'::regtype, 'int'::regtype, 'smallint'::regtype]::oid[])
    where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'archive'))
      and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname not in ('audit_logs', 'erasures', 'workspace_members', 'segment_changes')
      and c.relname not like 'segment\_bit%'
    order by c.relname = 'leads', c.oid desc
$$;

-- A campaign that was done and got sends since would be opened by the next claim. One by one: on a cluster an update may ask no function
-- about its columns.
create or replace function cancel_campaigns(p_workspace_id bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_campaign bigint;
    v_status text;
begin
    for v_campaign in
        select c.id from public.campaigns c where c.workspace_id = p_workspace_id and c.status <> 'cancelled' order by c.id
    loop
        select c.status into v_status from public.campaigns c
        where c.workspace_id = p_workspace_id and c.id = v_campaign for no key update;
        continue when v_status = 'sent' and not public.campaign_has_open_sends(p_workspace_id, v_campaign);
        update public.campaigns c set status = 'cancelled', completed_at = null, updated_at = now()
        where c.workspace_id = p_workspace_id and c.id = v_campaign and c.status <> 'cancelled';
    end loop;
end;
$$;

-- Who holds a campaign or a lead may want the workspace's key next: so it is waited for campaigns alone, and only while nothing else is
-- held. False when the workspace stays in use.
create or replace function lock_workspace(p_workspace_id bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
    for attempt in 1..10 loop
        perform 1 from public.workspaces w where w.id = p_workspace_id for update skip locked;
        if found then
            return true;
        end if;
        perform pg_sleep(0.1);
    end loop;
    return false;
end;
$$;

-- Rows go table by table; one that others still refer to, or hold, waits for the next round.
-- Places are looked up one by one: a hash join would read the table.
create or replace function delete_workspace(p_workspace_id bigint, p_batch int default 10000, out deleted bigint, out done boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_table regclass;
    v_rows bigint;
    v_before bigint;
    v_users bigint[];
    v_elsewhere bigint[];
    v_left boolean;
begin
    perform public.require_workspace(p_workspace_id);
    if p_batch is null or p_batch not between 1 and 1000000 then
        raise exception 'a batch has 1 to 1000000 rows, not %', coalesce(p_batch::text, 'null') using errcode = 'LH006';
    end if;
    -- As in change_user.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    deleted := 0;
    done := false;
    if not exists (select 1 from public.workspaces w where w.id = p_workspace_id) then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
    end if;
    -- Refused before anything goes, where lh_owner lacks a right.
    perform public.tables_of_workspaces();
    -- Its mails stop now, not when their rows go.
    perform public.cancel_campaigns(p_workspace_id);
    -- Nobody adds a row of a locked workspace.
    if not public.lock_workspace(p_workspace_id) then
        return;
    end if;
    -- Bits that went row by row would count wrongly meanwhile.
    delete from public.segment_bit_workspaces b where b.workspace_id = p_workspace_id;
    loop
        v_before := deleted;
        for v_table in select t from public.tables_of_workspaces() as t loop
            begin
                execute format(
                    'with picked as materialized (select tableoid as leaf, ctid as place from %1$s where workspace_id = $1 limit $2
                                                     for update skip locked)
                     delete from %1$s t using picked p where t.ctid = p.place and t.tableoid = p.leaf and t.workspace_id = $1', v_table)
                using p_workspace_id, p_batch - deleted;
                get diagnostics v_rows = row_count;
                deleted := deleted + v_rows;
            exception
                when foreign_key_violation then null;
            end;
            if deleted >= p_batch then
                return;
            end if;
        end loop;
        exit when deleted = v_before;
    end loop;
    -- What others hold, the next call sees.
    for v_table in select t from public.tables_of_workspaces() as t loop
        execute format('select exists (select 1 from %s where workspace_id = $1)', v_table) into v_left using p_workspace_id;
        if v_left then
            return;
        end if;
    end loop;
    begin
        v_users := array(select m.user_id from public.workspace_members m where m.workspace_id = p_workspace_id);
        delete from public.workspace_members m where m.workspace_id = p_workspace_id;
        -- As in remove_member: an invitation keeps no user.
        v_elsewhere := array(
            select m.user_id from public.workspace_members m where m.user_id = any (v_users) and m.role not like 'invited %');
        delete from public.workspace_members m where m.user_id = any (v_users) and m.user_id <> all (v_elsewhere);
        delete from public.users u where u.id = any (v_users) and u.id <> all (v_elsewhere);
        delete from public.segment_changes c where c.workspace_id = p_workspace_id;
        delete from public.workspaces w where w.id = p_workspace_id;
        done := true;
    exception
        -- One of its users has just become a member elsewhere: the next call sees it.
        when foreign_key_violation then null;
    end;
end;
$$;

comment on function tables_of_workspaces() is 'A step of delete_workspace: the tables, live and archived, whose rows it deletes.';
comment on function cancel_campaigns(bigint) is 'A step of delete_workspace: cancels each campaign that is not done.';
comment on function lock_workspace(bigint) is 'A step of delete_workspace: whether the workspace could be locked within a second.';
comment on function delete_workspace(bigint, int) is
    'Deletes up to p_batch rows of a workspace, live and archived; call it until done. Its campaigns are cancelled by the first call. The '
    'audit log and the proofs of erasures stay. '
    'Refuses another workspace (LH001), and tables of the team''s own whose rows lh_owner may not delete (LH011).';

do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'tables_of_workspaces()', 'cancel_campaigns(bigint)', 'lock_workspace(bigint)', 'delete_workspace(bigint, int)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end;
$$;
grant execute on function delete_workspace(bigint, int) to lh_app;
