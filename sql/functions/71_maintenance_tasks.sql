-- The daily tasks, one after the other: in one transaction, or in one each.

-- What takes locks comes last: rows of sends and campaigns, that applications change, then tables that readers wait for.
create or replace function maintenance_tasks() returns table (name text, statement text)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select t.name, t.statement
    from (values
        ('flush-gin', 'flush_gin_pending_lists()', 'select public.flush_gin_pending_lists() || '' pages'''),
        ('analyze', 'analyze_critical_tables()', 'select public.analyze_critical_tables() || '' tables'''),
        ('growth', 'capture_growth()', 'select public.capture_growth() || '' changed settings'''),
        ('snapshot', 'capture_database_snapshot()', 'select ''taken'' from public.capture_database_snapshot()'),
        ('prune-imports', 'prune_lead_imports(interval,interval)', 'select public.prune_lead_imports() || '' abandoned imports'''),
        ('prune', 'prune_operations_history()', 'select public.prune_operations_history() || '' rows'''),
        ('reap-claims', 'reap_stale_claims(interval)', 'select public.reap_stale_claims(interval ''15 minutes'')::text'),
        ('fold-metrics', 'fold_campaign_metrics()', 'select public.fold_campaign_metrics()::text'),
        ('retention', 'retire_next_partition()', 'select detail, problem, again from public.retire_next_partition()')
    ) as t (name, routine, statement)
    where to_regprocedure('public.' || t.routine) is not null
$$;

-- One task that fails is told and does not keep the others from running. The caller may hold its locks for long: so the retention,
-- whose locks readers wait for, is only looked at.
create or replace function perform_maintenance_task(p_step int, out task text, out outcome text, out detail text,
    out duration_ms double precision)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_statement text;
    v_started timestamptz := clock_timestamp();
begin
    if p_step is null or p_step < 0 then
        raise exception 'tasks are counted from 0, not %', coalesce(p_step::text, 'null') using errcode = 'LH004';
    end if;
    select t.name, case when t.name = 'retention' then
        'select count(d.*) || '' partitions to retire: the job maintenance does it'' from public.retention_policies p
         left join lateral public.partitions_to_retire(p.table_name, p.keep_days) d on true
         where p.keep_days is not null' else t.statement end
    into task, v_statement from public.maintenance_tasks() t offset p_step limit 1;
    if not found then
        return;
    end if;
    begin
        execute v_statement into detail;
        outcome := 'succeeded';
    exception when others then
        outcome := 'failed';
        detail := sqlstate || ' ' || sqlerrm;
    end;
    duration_ms := extract(epoch from clock_timestamp() - v_started) * 1000;
end;
$$;

-- As run_job: a procedure that commits sets its path in each of its transactions, and its work is done by a function of the owner.
create or replace procedure perform_maintenance(inout outcomes jsonb default null)
language plpgsql as $$
declare
    v_task record;
    v_step int := 0;
begin
    -- Inside a transaction it is refused here, before anything is done: every lock would last until that one ends.
    commit;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    if outcomes is not null then
        raise exception 'outcomes is what comes back' using errcode = 'LH004', hint = 'Write: call perform_maintenance()';
    end if;
    outcomes := '[]';
    loop
        v_task := public.perform_maintenance_task(v_step);
        exit when v_task.task is null;
        outcomes := outcomes || pg_catalog.to_jsonb(v_task);
        v_step := v_step + 1;
        commit;
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    end loop;
end;
$$;

-- In one transaction, so what it locks is held until that ends: by the order of the tasks, that is the time of the last ones.
create or replace function perform_maintenance_tasks()
returns table (task text, outcome text, detail text, duration_ms double precision)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_step int := 0;
begin
    loop
        select t.* into task, outcome, detail, duration_ms from public.perform_maintenance_task(v_step) t;
        exit when task is null;
        return next;
        v_step := v_step + 1;
    end loop;
end;
$$;

comment on function maintenance_tasks() is 'The daily tasks as statements, in their order.';
comment on function perform_maintenance_task(int) is 'A step of perform_maintenance and perform_maintenance_tasks: the daily task of '
    'that number, from 0, with its outcome and milliseconds; nothing after the last. LH004 for a number below 0.';
comment on procedure perform_maintenance(jsonb) is 'As perform_maintenance_tasks, each task in a transaction of its own: no lock outlives '
    'its task. Returns [{task, outcome, detail, duration_ms}]. Not within a transaction.';
comment on function perform_maintenance_tasks() is 'MA-1. Runs every daily task but the retention, which it looks at; one row a task '
    'with its outcome and milliseconds. Locks last until its transaction ends: call perform_maintenance where there is none. The job '
    'maintenance runs them all, each in a transaction of its own.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'maintenance_tasks', 'perform_maintenance_task', 'perform_maintenance', 'perform_maintenance_tasks'])
    loop
        execute format('alter routine %s owner to lh_owner', routine);
        execute format('revoke all on routine %s from public', routine);
    end loop;
    grant execute on function perform_maintenance_task(int), perform_maintenance_tasks() to lh_worker;
    grant execute on procedure perform_maintenance(jsonb) to lh_worker;
end;
$$;
