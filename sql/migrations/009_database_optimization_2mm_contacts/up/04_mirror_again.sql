-- A batch and the mirror may bring one row at the same time. INSERT ... ON CONFLICT (key) waits for the other at that key, and fails at a
-- second unique key: the application's own statement failed with it. By then the row is there, and the same statement updates it.

-- step: mirror
-- Where the migration is done, the function is no longer its owner's (014): it stays so.
select set_config('loadharness.mirror_is_definer', prosecdef::text, true)
from pg_proc
where oid = 'loadharness.mirror()'::regprocedure;

create or replace function loadharness.mirror()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    v_target regclass := tg_argv[0]::regclass;
    v_key text := tg_argv[1];
    v_columns text := loadharness.common_columns(tg_relid, v_target);
    v_excluded text := regexp_replace(v_columns, '(^|, )', '\1excluded.', 'g');
    v_unchanged text := case when tg_op = 'UPDATE'
        then 'where not exists (select from new_rows n where (n.workspace_id, n.id, n.created_at) = (o.workspace_id, o.id, o.created_at))'
        else '' end;
begin
    if tg_op in ('UPDATE', 'DELETE') then
        -- Remembered as well: a batch that read the row before this may write it after.
        execute format(
            'with gone as (insert into loadharness.removed_row select %L, o.workspace_id, o.id, o.created_at from old_rows o %s
                           returning workspace_id, id, created_at)
             delete from %s t using gone g where (t.workspace_id, t.id, t.created_at) = (g.workspace_id, g.id, g.created_at)',
            v_target::text, v_unchanged, v_target);
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        for v_attempt in 1..10 loop
            begin
                execute format('insert into %s (%s) select %s from new_rows on conflict (%s) do update set (%s) = row(%s)',
                               v_target, v_columns, v_columns, v_key, v_columns, v_excluded);
                exit;
            exception
                when unique_violation then
                    if v_attempt = 10 then
                        raise;
                    end if;
            end;
        end loop;
    end if;
    return null;
end
$$;

do $$
begin
    if not current_setting('loadharness.mirror_is_definer')::boolean then
        alter function loadharness.mirror() security invoker;
    end if;
end
$$;

-- step: copy_rows
create or replace procedure loadharness.copy_rows(p_source regclass, p_target regclass, p_order text, p_key text,
    p_largest_batch int default 10000)
language plpgsql
as $$
declare
    v_columns text := loadharness.common_columns(p_source, p_target);
    v_after text := case p_order when 'id' then '$1 is not null and id > $2' else '(workspace_id, id) > ($1, $2)' end;
    v_descending text := replace(p_order, ',', ' desc,') || ' desc';
    v_leaf regclass;
    v_workspace bigint;
    v_id bigint;
    v_batch int := 500;
    v_began timestamptz;
    v_on_conflict text;
    -- Foreign keys are not checked again for each row copied: the source's hold for it. Without the right, they are.
    v_trusted boolean := has_parameter_privilege('session_replication_role', 'set');
begin
    for v_leaf in
        select leaf
        from (select relid from pg_partition_tree(p_source) where isleaf
              union
              select oid from pg_class where oid = p_source and relkind = 'r') as leaves (leaf)
        order by pg_relation_size(leaf) desc
    loop
        -- Several sessions may share a table: each takes the largest partition that nobody is copying.
        continue when not pg_try_advisory_lock('loadharness.copy_progress'::regclass::oid::int, v_leaf::oid::int);
        insert into loadharness.copy_progress values (v_leaf::text, -1, -1) on conflict do nothing;
        v_on_conflict := '';
        loop
            select last_workspace_id, last_id into v_workspace, v_id from loadharness.copy_progress where leaf = v_leaf::text;
            begin
                -- Below deadlock_timeout: in a deadlock with the application this side gives way.
                set local lock_timeout = '300ms';
                -- A crash loses a batch together with its progress; nobody else waits for the disk.
                set local synchronous_commit = off;
                if v_trusted then
                    set local session_replication_role = 'replica';
                end if;
                v_began := clock_timestamp();
                execute format(
                    'with batch as materialized (select %1$s from %2$s where %3$s order by %4$s limit %5$s),
                          copied as (insert into %6$s (%1$s) select %1$s from batch %7$s)
                     select workspace_id, id from batch order by %8$s limit 1',
                    v_columns, v_leaf, v_after, p_order, v_batch, p_target, v_on_conflict, v_descending)
                into v_workspace, v_id using v_workspace, v_id;
                update loadharness.copy_progress set last_workspace_id = v_workspace, last_id = v_id
                where leaf = v_leaf::text and v_id is not null;
            exception
                when lock_not_available or deadlock_detected then
                    perform pg_sleep(0.1);
                    continue;
                when unique_violation then
                    if v_on_conflict <> '' then
                        raise;
                    end if;
                    -- At any key: at one of two, the other would still fail.
                    v_on_conflict := 'on conflict do nothing';
                    continue;
            end;
            commit;
            exit when v_id is null;
            v_batch := least(p_largest_batch,
                             greatest(100, v_batch * least(2, 0.1 / extract(epoch from clock_timestamp() - v_began))))::int;
        end loop;
        perform pg_advisory_unlock('loadharness.copy_progress'::regclass::oid::int, v_leaf::oid::int);
    end loop;
end
$$;
