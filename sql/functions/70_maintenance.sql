-- Daily upkeep and retention. Partitions are found through pg_inherits and their bounds, never by name.

create or replace function capture_database_snapshot() returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into public.database_snapshots (
        stats_reset, blocks_hit, blocks_read, commits, rollbacks, deadlocks, temp_bytes, database_bytes)
    select stats_reset, blks_hit, blks_read, xact_commit, xact_rollback, deadlocks, temp_bytes,
        pg_database_size(current_database())
    from pg_stat_database where datname = current_database()
    on conflict (captured_at) do nothing
$$;

create or replace function capture_growth() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    changed bigint;
begin
    insert into public.table_size_history (captured_on, table_name, row_estimate, total_bytes)
    select (clock_timestamp() at time zone 'UTC')::date, s.table_name, s.row_estimate, s.total_bytes
    from public.get_table_size_stats() s
    on conflict (captured_on, table_name)
        do update set row_estimate = excluded.row_estimate, total_bytes = excluded.total_bytes;
    -- Since when an index is there. One that is made again has another id.
    insert into public.setting_history (name, value)
    select i.name, i.oid::text
    from (
        select format('index %I.%I', n.nspname, c.relname) as name, c.oid
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('i', 'I') and not c.relispartition and c.relpersistence <> 't'
          and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')) i
    where i.oid::text is distinct from (
        select h.value from public.setting_history h where h.name = i.name order by h.captured_at desc limit 1);
    insert into public.setting_history (name, value)
    select p.name, p.setting || coalesce(p.unit, '')
    from pg_settings p
    where p.source not in ('default', 'session', 'client', 'override')
      -- These may hold passwords.
      and p.name !~ '(conninfo|_command)$'
      and p.setting || coalesce(p.unit, '') is distinct from (
        select h.value from public.setting_history h where h.name = p.name order by h.captured_at desc limit 1);
    get diagnostics changed = row_count;
    return changed;
end;
$$;

create or replace function analyze_critical_tables() returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    relation text;
    analyzed int := 0;
begin
    foreach relation in array array['leads', 'email_sends', 'lead_activities', 'campaigns', 'api_keys'] loop
        execute format('analyze public.%I', relation);
        analyzed := analyzed + 1;
    end loop;
    return analyzed;
end;
$$;

-- A long pending list makes every GIN search read it in full. Of a cluster, the workers have the rows. Only the owner of an index may:
-- one of the team's own is left to its owner and to autovacuum.
create or replace function flush_gin_pending_lists() returns bigint
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    select coalesce(sum(gin_clean_pending_list(i.oid)), 0)::bigint + (
        select coalesce(sum(w::bigint), 0)::bigint from public.ask_workers($worker$
            select jsonb_build_array(coalesce(sum(gin_clean_pending_list(i.oid)), 0))
            from pg_class i
            join pg_am a on a.oid = i.relam and a.amname = 'gin'
            where i.relnamespace = 'public'::regnamespace and i.relkind = 'i' and pg_has_role(i.relowner, 'usage') $worker$) as w)
    from pg_class i
    join pg_am a on a.oid = i.relam and a.amname = 'gin'
    where i.relnamespace = 'public'::regnamespace and i.relkind = 'i' and pg_has_role(i.relowner, 'usage')
$$;

-- CONCURRENTLY is refused where there is a default partition.
-- A month may be archived twice, when a rollback and another migration lie between: the second one's relations get other names.
create or replace function retire_partition(p_table regclass, p_partition regclass, p_action text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '40ms' as $$
declare
    v_suffix text := substr(md5(clock_timestamp()::text), 1, 6);
    v_name text := (select relname from pg_class where oid = p_partition);
    v_taken record;
begin
    if exists (select 1 from pg_class a where a.relnamespace = 'archive'::regnamespace and a.relname = v_name) then
        v_name := left(v_name, 56) || '_' || v_suffix;
    end if;
    if p_table = 'public.email_sends'::regclass then
        perform public.remember_retired_campaigns(p_partition, case when p_action = 'archive' then v_name end);
    end if;
    -- The locks are held until the commit is on disk: a crash may bring the partition back, which the next run retires again.
    perform set_config('synchronous_commit', 'off', true);
    perform public.try_for_lock(format('alter table %s detach partition %s', p_table, p_partition));
    -- Nobody adds a send from here on. A scheduling that held the month until now may have added some since it was looked at.
    if p_table = 'public.email_sends'::regclass and public.sends_are_unfinished(p_partition) then
        raise exception 'sends wait in %: it is not retired', p_partition using errcode = 'LH007',
            hint = 'They were added meanwhile. The month is retired when they are done.';
    end if;
    if p_action = 'drop' then
        execute format('drop table %s', p_partition);
    else
        for v_taken in
            select r.oid::regclass as name, r.relname, case when r.oid = p_partition then 'table' else 'index' end as kind
            from (select p_partition::oid as oid union all select indexrelid from pg_index where indrelid = p_partition) own
            join pg_class r on r.oid = own.oid
            where exists (select 1 from pg_class a where a.relnamespace = 'archive'::regnamespace and a.relname = r.relname)
        loop
            execute format('alter %s %s rename to %I', v_taken.kind, v_taken.name, left(v_taken.relname, 56) || '_' || v_suffix);
        end loop;
        execute format('alter table %s set schema archive', p_partition);
    end if;
end;
$$;

create or replace function partitions_to_retire(p_table text, p_keep_days int)
returns table (partition regclass, row_estimate bigint, bytes bigint)
language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select b.partition, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)
    from public.partition_bounds(to_regclass(format('public.%I', p_table))) b
    join pg_class c on c.oid = b.partition
    where not b.is_default and b.to_at <= date_trunc('day', clock_timestamp()) - make_interval(days => p_keep_days)
      and not (p_table = 'email_sends' and public.sends_are_unfinished(b.partition))
    order by b.to_at
$$;

create or replace function apply_retention(p_table text, p_keep_days int, p_action text default 'archive')
returns table (relation text, row_estimate bigint, bytes bigint, action text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    parent regclass := to_regclass(format('public.%I', p_table));
    old record;
begin
    if p_table is null or p_table not in ('email_sends', 'lead_activities') then
        raise exception 'the table "%" has no retention', left(coalesce(p_table, 'null'), 60) using errcode = 'LH004',
            hint = 'Retention covers email_sends and lead_activities.';
    end if;
    if p_keep_days is null or p_keep_days not between 31 and 36500 then
        raise exception 'a retention of % days is too short or too long', coalesce(p_keep_days::text, 'null') using errcode = 'LH004',
            hint = 'Keep 31 days to 100 years.';
    end if;
    if p_action is null or p_action not in ('archive', 'drop') then
        raise exception 'the action "%" is not archive or drop', left(coalesce(p_action, 'null'), 60) using errcode = 'LH004';
    end if;
    for old in select d.* from public.partitions_to_retire(p_table, p_keep_days) d loop
        relation := old.partition::text;
        row_estimate := old.row_estimate;
        bytes := old.bytes;
        action := p_action;
        begin
            perform public.retire_partition(parent, old.partition, p_action);
        exception when sqlstate 'LH007' then
            continue; -- Sends wait there since: it stays.
        end;
        return next;
    end loop;
end;
$$;

create or replace function cleanup_old_email_sends(p_days int default 365, p_action text default 'archive')
returns table (relation text, row_estimate bigint, bytes bigint, action text)
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    select * from public.apply_retention('email_sends', p_days, p_action)
$$;

-- As its caller, for pg_cron lets each user delete the history of their own jobs alone.
create or replace function prune_job_history(p_keep interval default '30 days') returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    pruned bigint := 0;
begin
    if p_keep is null or p_keep < interval '0' or p_keep > interval '10 years' then
        raise exception 'history is kept for 0 to 10 years, not %', coalesce(p_keep::text, 'null') using errcode = 'LH004';
    end if;
    if exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'cron' and c.relname = 'job_run_details'
                 and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'delete')) then
        execute 'delete from cron.job_run_details where end_time < clock_timestamp() - $1' using p_keep;
        get diagnostics pruned = row_count;
    end if;
    return pruned;
end;
$$;

create or replace function prune_operations_history() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    runs bigint;
    snapshots bigint;
begin
    -- The last run of a job and its last success stay, however old: health reads them. A job of every minute would leave half a million
    -- rows a year.
    delete from public.job_runs r
    where r.started_at < clock_timestamp() - case
            when r.job not in (select j.name from public.scheduled_jobs j where j.max_age < interval '1 hour') then interval '90 days'
            when r.outcome in ('succeeded', 'skipped') then interval '2 days'
            else interval '14 days' end
      and exists (select 1 from public.job_runs n where n.job = r.job and n.started_at > r.started_at
                    and (n.outcome = 'succeeded' or r.outcome <> 'succeeded'));
    get diagnostics runs = row_count;
    delete from public.database_snapshots where captured_at < clock_timestamp() - interval '90 days';
    get diagnostics snapshots = row_count;
    return runs + snapshots;
end;
$$;

-- One partition: its locks go with the transaction of the step.
create or replace function retire_next_partition(out detail text, out problem boolean, out again boolean)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_due record;
begin
    select p.table_name, p.action, d.partition, d.bytes into v_due
    from public.retention_policies p
    cross join lateral public.partitions_to_retire(p.table_name, p.keep_days) d
    where p.keep_days is not null
    limit 1;
    problem := false;
    again := found;
    if found then
        detail := format('%s (%s) %s', v_due.partition, pg_size_pretty(v_due.bytes), case v_due.action when 'drop' then 'dropped'
            else 'archived' end);
        begin
            perform public.retire_partition(format('public.%I', v_due.table_name)::regclass, v_due.partition, v_due.action);
        exception when sqlstate 'LH007' then
            -- The next look sees its sends, and takes the next month.
            detail := sqlerrm;
        end;
    else
        detail := 'nothing left to retire';
    end if;
end;
$$;

comment on function capture_database_snapshot() is 'Keeps the cumulative counters of now, so that ratios can be taken of differences.';
comment on function capture_growth() is 'KM-2. Keeps the size of each table of today, each new index, and every setting that '
    'changed, but for connection strings and commands, which may hold passwords; returns how many settings changed.';
comment on function analyze_critical_tables() is 'MA-4. Analyzes the tables whose plans matter; returns how many.';
comment on function flush_gin_pending_lists() is 'Empties the pending lists of the schema''s GIN indexes; returns the pages '
    'freed.';
comment on function retire_partition(regclass, regclass, text)
    is 'Detaches a partition, then moves it to the schema archive or drops it; waits 40 ms for a lock, up to 60 times. LH007 for a month '
    'with unfinished sends.';
comment on function partitions_to_retire(text, int) is 'Partitions that lie wholly before today less the days kept, oldest first. '
    'Months with unfinished sends stay.';
comment on function retire_next_partition() is 'OP-2. Retires the oldest partition that a retention policy wants gone: a step of the '
    'job maintenance.';
comment on function apply_retention(text, int, text) is 'OP-2. Retires partitions that lie wholly before today less the days kept; one '
    'row each. Months with unfinished sends stay.';
comment on function cleanup_old_email_sends(int, text) is 'MA-2. Archives or drops the partitions of email_sends that are older than '
    'the days kept; one row each.';
comment on function prune_job_history(interval) is 'Deletes pg_cron''s own history of the caller''s jobs; returns the rows. Without '
    'pg_cron it does nothing.';
comment on function prune_operations_history() is 'Deletes job outcomes and snapshots older than 90 days; of jobs that run every minute '
    'good outcomes '
    'after 2 days and failures after 14. Returns the rows.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'capture_database_snapshot', 'capture_growth', 'analyze_critical_tables', 'flush_gin_pending_lists',
            'retire_partition', 'partitions_to_retire', 'retire_next_partition', 'apply_retention',
                'cleanup_old_email_sends', 'prune_job_history',
            'prune_operations_history'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function prune_job_history(interval), analyze_critical_tables(),
        capture_database_snapshot() to lh_worker;
end;
$$;
