-- What the server knows of itself. Times are milliseconds as PostgreSQL gives them; sizes are bytes.

-- PostgreSQL replaces the values of queries by $1, but keeps utility statements as they came, with passwords and rows in them, and also
-- those
-- of "select ... into". Comments may hold anything.
create or replace function statement_text(p_query text) returns text
language sql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
    select case
        when bare ~* '^(select|insert|update|delete|merge|with|values|table)\M'
            then regexp_replace(regexp_replace(bare, $re$'([^']|'')*('|$)$re$, '''...''', 'g'),
                                '\$([A-Za-z_]\w*)?\$.*?(\$\1\$|$)', '''...''', 'g')
        else coalesce(lower(substring(bare from '^\w+(?:\s+[A-Za-z]+)?')), '') || ' ...'
    end
    from (select ltrim(regexp_replace(regexp_replace(p_query, '/\*.*?(\*/|$)', ' ', 'g'), '--[^\n]*', ' ', 'g'), E' \t\r\n(;') as bare) b
$$;

comment on function statement_text(text) is 'A statement as it may be shown: of a utility statement its first words, of others the text '
    'without comments and quoted values.';

create or replace function get_query_performance_stats(p_limit int default 20, p_min_calls bigint default 1)
returns table (
    query_id bigint, query text, calls bigint, total_ms double precision, mean_ms double precision,
    max_ms double precision, stddev_ms double precision, row_count bigint,
    cache_hit_percent double precision, share_percent double precision, stats_since timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    home text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
                  where e.extname = 'pg_stat_statements');
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception 'the limit % is not between 1 and 1000', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
    if home is null then
        raise exception 'pg_stat_statements is not installed in this database' using errcode = 'feature_not_supported',
            hint = 'Add it to shared_preload_libraries, restart, then: create extension pg_stat_statements;';
    end if;
    if not has_schema_privilege(home, 'usage') then
        raise exception 'pg_stat_statements is in the schema %, which % may not use', home, current_user using
            errcode = 'insufficient_privilege', hint = format('grant usage on schema %I to %I;', home, current_user);
    end if;
    return query execute format($query$
        select s.queryid,
            -- Others' texts are for who may read all statistics.
            case when pg_has_role(session_user, s.userid, 'usage') or pg_has_role(session_user, 'pg_read_all_stats', 'usage')
                 then public.statement_text(s.query) else '(of another role)' end,
            s.calls, s.total_exec_time, s.mean_exec_time, s.max_exec_time, s.stddev_exec_time,
            s.rows,
            100.0::double precision * s.shared_blks_hit / nullif(s.shared_blks_hit + s.shared_blks_read, 0),
            100.0::double precision * s.total_exec_time / nullif(sum(s.total_exec_time) over (), 0),
            i.stats_reset
        from %1$I.pg_stat_statements s
        cross join %1$I.pg_stat_statements_info i
        where s.dbid = (select oid from pg_database where datname = current_database()) and s.calls >= $2
        order by s.total_exec_time desc
        limit $1 $query$, home) using p_limit, coalesce(p_min_calls, 1);
end;
$$;

-- Differences since the newest snapshot that is an hour old; where all are younger, since the oldest that is at least a minute old; without
-- one, since the statistics began.
create or replace function get_cache_hit_ratio(
    out hit_percent double precision, out blocks bigint, out window_seconds double precision, out since timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with now_counted as (
        select d.blks_hit, d.blks_read, d.stats_reset from pg_stat_database d where d.datname = current_database()
    ), snapshots as (
        -- A crash discards the counters, and a snapshot that has more than they have now was taken before it. Those of a primary say
        -- nothing of its standby.
        select s.*, s.stats_reset is not distinct from n.stats_reset and s.blocks_hit <= n.blks_hit and s.blocks_read <= n.blks_read as fits
        from public.database_snapshots s cross join now_counted n
        where s.captured_at <= clock_timestamp() - interval '1 minute' and not pg_is_in_recovery()
    ), start as (
        select s.captured_at, s.blocks_hit, s.blocks_read
        from snapshots s cross join lateral (select s.captured_at > clock_timestamp() - interval '1 hour' as is_young) y
        where s.captured_at > coalesce((select max(captured_at) from snapshots where not fits), '-infinity')
        order by y.is_young, case when y.is_young then s.captured_at end, s.captured_at desc
        limit 1
    ), change as (
        select n.blks_hit - coalesce(s.blocks_hit, 0) as hit, n.blks_read - coalesce(s.blocks_read, 0) as read,
            -- The archiver's counters begin with all others, at the first start or after a crash; the server may have been restarted since.
            coalesce(s.captured_at, n.stats_reset, a.stats_reset, pg_postmaster_start_time()) as since
        from now_counted n cross join pg_stat_archiver a left join start s on true
    )
    select 100.0::double precision * hit / nullif(hit + read, 0), hit + read,
        extract(epoch from clock_timestamp() - since)::double precision, since
    from change
$$;

-- Background processes are not connections: only client backends count against max_connections here.
create or replace function get_connection_pool_status(
    out max_connections int, out reserved int, out used int, out active int, out idle int,
    out idle_in_transaction int, out waiting_for_lock int, out used_percent double precision,
    out longest_idle_in_transaction_seconds double precision)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with limits as (
        select current_setting('max_connections')::int as max_connections,
            current_setting('superuser_reserved_connections')::int
                + coalesce(current_setting('reserved_connections', true), '0')::int as reserved
    ), sessions as (
        select
            count(*)::int as used,
            (count(*) filter (where state = 'active'))::int as active,
            (count(*) filter (where state = 'idle'))::int as idle,
            (count(*) filter (where state like 'idle in transaction%'))::int as idle_in_transaction,
            (count(*) filter (where wait_event_type = 'Lock'))::int as waiting_for_lock,
            max(extract(epoch from clock_timestamp() - state_change)::double precision)
                filter (where state like 'idle in transaction%') as longest
        from pg_stat_activity where backend_type = 'client backend'
    )
    select l.max_connections, l.reserved, s.used, s.active, s.idle, s.idle_in_transaction, s.waiting_for_lock,
        100.0::double precision * s.used / (l.max_connections - l.reserved), s.longest
    from limits l, sessions s
$$;

create or replace function get_database_performance_metrics()
returns table (metric text, value double precision, unit text, meaning text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with d as (select * from pg_stat_database where datname = current_database()),
        cache as (select * from public.get_cache_hit_ratio()),
        pool as (select * from public.get_connection_pool_status())
    select m.metric, m.value::double precision, m.unit, m.meaning
    from d, cache, pool, lateral (values
        ('database_size', pg_database_size(current_database()), 'bytes', 'all relations of this database'),
        ('cache_hit', cache.hit_percent, '%', 'blocks found in shared_buffers, over cache_window'),
        ('cache_window', cache.window_seconds, 's', 'how long the cache ratio was counted'),
        ('connections_used', pool.used_percent, '%', 'client connections, of those that clients may have'),
        ('connections_active', pool.active, 'connections', 'running a statement now'),
        ('commits', d.xact_commit, 'transactions', 'since the statistics were reset'),
        ('rollback_share', 100.0 * d.xact_rollback / nullif(d.xact_commit + d.xact_rollback, 0), '%', 'of transactions'),
        ('deadlocks', d.deadlocks, 'deadlocks', 'since the statistics were reset'),
        ('temp_written', d.temp_bytes, 'bytes', 'sorts and hashes that did not fit work_mem'),
        ('rows_returned', d.tup_returned, 'rows', 'read by scans'),
        ('rows_written', d.tup_inserted + d.tup_updated + d.tup_deleted, 'rows', 'inserted, updated and deleted'),
        ('longest_transaction', (
            -- A vacuum holds nothing back, and parallel workers go with theirs.
            select max(extract(epoch from clock_timestamp() - xact_start)) from pg_stat_activity
            where datname = current_database() and backend_type <> 'autovacuum worker' and leader_pid is null and pid <> pg_backend_pid()
                and pid not in (select pid from pg_stat_progress_vacuum)),
            's', 'age of the oldest open transaction'),
        ('statistics_age', extract(epoch from clock_timestamp() - coalesce(
                d.stats_reset, (select a.stats_reset from pg_stat_archiver a), pg_postmaster_start_time())),
            's', 'how old the cumulative figures are')
    ) as m (metric, value, unit, meaning)
$$;

comment on function get_query_performance_stats(int, bigint) is
    'MO-1. Statements of this database by total time, in milliseconds, with the age of the statistics. Needs pg_stat_statements.';
comment on function get_cache_hit_ratio() is
    'MO-5. Share of blocks found in shared_buffers in the last hour or more, since a snapshot, with the window and its blocks: a young '
    'window says little.';
comment on function get_connection_pool_status() is
    'CF-6. Client connections by state against the number that clients may have.';
comment on function get_database_performance_metrics() is 'MO-2. One row a metric, with its unit and meaning.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'statement_text', 'get_query_performance_stats', 'get_cache_hit_ratio', 'get_connection_pool_status',
            'get_database_performance_metrics'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
        execute format('grant execute on function %s to lh_worker, pg_monitor', routine);
    end loop;
end;
$$;
