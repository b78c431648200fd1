-- Copies a table that is in use into its successor: triggers mirror every change from now on, batches bring the past,
-- a comparison in one snapshot proves them equal, and a moment's lock swaps the two.

-- step: tables
create table if not exists loadharness.copy_progress (
    leaf text primary key,
    last_workspace_id bigint not null,
    last_id bigint not null
);
create table if not exists loadharness.removed_row (
    table_name text not null,
    workspace_id bigint not null,
    id bigint not null,
    created_at timestamptz not null
);

-- step: common_columns
create or replace function loadharness.common_columns(p_one regclass, p_other regclass)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute a
    join pg_attribute b on b.attrelid = p_other and b.attname = a.attname and not b.attisdropped
    where a.attrelid = p_one and a.attnum > 0 and not a.attisdropped
$$;

-- step: mirror
-- Arguments of the trigger: successor, its primary key's columns.
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
        execute format('insert into %s (%s) select %s from new_rows on conflict (%s) do update set (%s) = row(%s)',
                       v_target, v_columns, v_columns, v_key, v_columns, v_excluded);
    end if;
    return null;
end
$$;

-- step: start_mirror
create or replace procedure loadharness.start_mirror(p_source regclass, p_target regclass, p_key text)
language plpgsql
as $$
begin
    execute format('create trigger mirror_insert after insert on %s referencing new table as new_rows
                    for each statement execute function loadharness.mirror(%L, %L)', p_source, p_target, p_key);
    execute format('create trigger mirror_update after update on %s referencing old table as old_rows new table as new_rows
                    for each statement execute function loadharness.mirror(%L, %L)', p_source, p_target, p_key);
    execute format('create trigger mirror_delete after delete on %s referencing old table as old_rows
                    for each statement execute function loadharness.mirror(%L, %L)', p_source, p_target, p_key);
end
$$;

-- step: copy_rows
-- p_order: columns of the source's primary key that a page is read by, "id" or "workspace_id, id"; p_key: as in mirror.
-- A change to a row that a batch is copying waits for the batch: batches grow and shrink to take about 100 ms.
-- To look for each row before it is written costs a third of the copy: this begins at the first row of a partition that the mirror has brought.
create or replace procedure loadharness.copy_rows(p_source regclass, p_target regclass, p_order text, p_key text, p_largest_batch int default 10000)
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
                    v_on_conflict := format('on conflict (%s) do nothing', p_key);
                    continue;
            end;
            commit;
            exit when v_id is null;
            v_batch := least(p_largest_batch, greatest(100, v_batch * least(2, 0.1 / extract(epoch from clock_timestamp() - v_began))))::int;
        end loop;
        perform pg_advisory_unlock('loadharness.copy_progress'::regclass::oid::int, v_leaf::oid::int);
    end loop;
end
$$;

-- step: require_equal
create or replace procedure loadharness.require_equal(p_source regclass, p_target regclass)
language plpgsql
as $$
declare
    v_columns text := loadharness.common_columns(p_source, p_target);
    v_source_rows bigint;
    v_target_rows bigint;
    v_equal boolean;
begin
    execute format(
        'delete from %s t using loadharness.removed_row r
         where r.table_name = %L and (t.workspace_id, t.id, t.created_at) = (r.workspace_id, r.id, r.created_at)
           and not exists (select from %s s where (s.workspace_id, s.id, s.created_at) = (r.workspace_id, r.id, r.created_at))',
        p_target, p_target::text, p_source);
    -- One statement, one snapshot: changes and their mirror images commit together.
    execute format(
        'select s.n, t.n, (s.n, s.sum) is not distinct from (t.n, t.sum)
         from (select count(*) as n, sum(hash_record_extended(row(%1$s), 0)) as sum from %2$s) s,
              (select count(*) as n, sum(hash_record_extended(row(%1$s), 0)) as sum from %3$s) t',
        v_columns, p_source, p_target)
    into v_source_rows, v_target_rows, v_equal;
    if not v_equal then
        raise exception 'The copy % differs from %: % rows against %', p_target, p_source, v_target_rows, v_source_rows
            using hint = 'Nothing was swapped. Truncate the copy and loadharness.copy_progress, and run the migration again.';
    end if;
end
$$;

-- step: swap
create or replace procedure loadharness.swap(p_table text)
language plpgsql
as $$
declare
    v_leaf record;
    v_source regclass := format('public.%I', p_table)::regclass;
    v_target regclass := format('loadharness_build.%I', p_table)::regclass;
begin
    execute format('lock table %s in access exclusive mode', v_source);
    execute format(
        'delete from %s t using loadharness.removed_row r
         where r.table_name = %L and (t.workspace_id, t.id, t.created_at) = (r.workspace_id, r.id, r.created_at)
           and not exists (select from %s s where (s.workspace_id, s.id, s.created_at) = (r.workspace_id, r.id, r.created_at))',
        v_target, v_target::text, v_source);
    delete from loadharness.removed_row where table_name = v_target::text;
    execute format('select setval(pg_get_serial_sequence(%L, ''id''), last_value, is_called) from %s',
                   v_target::text, pg_get_serial_sequence(v_source::text, 'id'));
    execute format('drop trigger mirror_insert on %1$s; drop trigger mirror_update on %1$s; drop trigger mirror_delete on %1$s', v_source);
    for v_leaf in select i.inhrelid::regclass as name from pg_inherits i where i.inhparent = v_source loop
        execute format('alter table %s set schema loadharness_retired', v_leaf.name);
    end loop;
    execute format('alter table %s set schema loadharness_retired', v_source);
    execute format('alter table %s set schema public', v_target);
    for v_leaf in select i.inhrelid::regclass as name from pg_inherits i where i.inhparent = v_target loop
        execute format('alter table %s set schema public', v_leaf.name);
    end loop;
end
$$;
