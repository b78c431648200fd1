-- Statements, connections, cache and open transactions. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: KM-1
-- title: Mean query time
-- unit: ms
-- warn: 500
-- red: 1000
-- direction: at most
-- requires: pg_stat_statements_info
-- remedy: Add pg_stat_statements to shared_preload_libraries, restart, then: create extension pg_stat_statements; or update it.
-- grant: pg_read_all_stats
with counted as (
    select s.dbid, s.queryid, t.bare, s.calls, s.mean_exec_time as mean_ms, w.since, w.is_own,
        extract(epoch from clock_timestamp() - w.since)::double precision / 86400 as days,
        query ~* ('\m(bulk_insert_leads|fast_bulk_lead_import|finish_lead_import|bulk_schedule_email_sends|claim_email_sends'
            || '|mark_email_sends_sent|apply_send_events|batch_update_email_status|fold_campaign_metrics)\s*\(') as is_batch
    from pg_stat_statements s
    cross join pg_stat_statements_info i
    -- As statement_text() of the schema does it: what a statement is does not show before its comments and brackets are gone.
    cross join lateral (select ltrim(regexp_replace(regexp_replace(query, '/\*.*?(\*/|$)', ' ', 'g'), '--[^\n]*', ' ', 'g'),
        E' \t\r\n(;') as bare) t
    -- From PostgreSQL 17 each statement has a time of its own.
    cross join lateral (select to_jsonb(s) ->> 'stats_since' as own) o
    cross join lateral (select o.own is not null as is_own, coalesce(o.own::timestamptz, i.stats_reset) as since) w
    where dbid = (select oid from pg_database where datname = current_database()) and calls >= 5
      and t.bare ~* '^(select|insert|update|delete|with|merge|values|table|call)\M'
      -- This program's own.
      and query !~ '/\* loadharness: '
      -- Jobs, a person's rights, and spreading tables over a cluster read whole tables, and nobody waits for them.
      and query !~* ('(refresh_analytics_views|perform_maintenance|perform_maintenance_tasks?|create_monthly_partitions'
          || '|analyze_critical_tables|cleanup_old_email_sends|create_distributed_table|create_reference_table|run_job|run_job_step'
          || '|fold_segment_changes|build_segment_bits'
          || '|start_due_campaigns|reap_stale_claims|erase_lead|erase_address|export_lead|delete_workspace)\s*\(')
), limits as (
    select *, case when is_batch then 15 * :red else :red end as own_red, case when is_batch then 15 * :warn else :warn end as own_warn
    from counted
), overall as (
    select coalesce(sum(calls), 0) as calls, coalesce(sum(calls * mean_ms) / nullif(sum(calls), 0), 0) as mean_ms,
        coalesce(max(mean_ms) filter (where not is_batch), 0) as slowest_ms,
            coalesce(max(mean_ms) filter (where is_batch), 0) as slowest_batch_ms,
        min(since) as since, bool_and(is_own) as is_own, min(dbid) as dbid,
        -- Over more than a week a statement is green if it would be so had all its time gone into the calls of one day.
        count(*) filter (where days > 7 and mean_ms < own_warn and mean_ms * days >= own_warn) as hiding
    from limits
), found as (
    select case when l.mean_ms >= own_red then 'red' else 'yellow' end as status,
        left(regexp_replace(bare, '\s+', ' ', 'g'), 120) as subject,
        format('mean %s ms over %s calls since %s%s; all statements: mean %s ms over %s calls', round(l.mean_ms::numeric, 1), l.calls,
            l.since::timestamptz(0), case when is_batch then format(', of a batch, limit %s ms', own_red) else '' end,
            round(o.mean_ms::numeric, 2), o.calls) as detail,
        format('Look at its plan: explain (analyze, buffers) ...; then: select pg_stat_statements_reset(0, %s, %s);', l.dbid, l.queryid)
            as remedy,
        -- A batch's figure would be held against a limit that is not its own.
        case when not is_batch then l.mean_ms end as figure
    from limits l cross join overall o where l.mean_ms >= own_warn
    union all
    select case when calls < 100 then 'unknown' when mean_ms >= :red then 'red' when mean_ms >= :warn then 'yellow'
            when hiding > 0 then 'unknown' else 'green' end,
        'all statements',
        format('mean %s ms over %s calls since %s, batches among them; the slowest statement that a user waits for has a mean of %s ms, '
            'the slowest batch %s ms a call (limit %s)%s',
            round(mean_ms::numeric, 2), calls, since::timestamptz(0), round(slowest_ms::numeric, 1), round(slowest_batch_ms::numeric),
            15 * :red, case when hiding > 0 then format('; in so long a time a bad day of %s of them does not show', hiding) else '' end),
        case when calls < 100 or hiding = 0 then null
             when is_own then format('Once a week: select pg_stat_statements_reset(0, %s);', dbid)
             else 'Once a week, for all databases of the server: select pg_stat_statements_reset(); before PostgreSQL 17 no statement has '
                 || 'a time of its own' end,
        mean_ms
    from overall
    union all
    select 'unknown', 'statements of other roles', format('%s of them have no text for a role that may not read all statistics', count(*)),
        format('grant pg_read_all_stats to %I;', current_user), null
    from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database()) and query = '<insufficient privilege>'
    having count(*) > 0
)
select *
from found
-- What is cut is not the worst: a red batch has no figure.
order by array_position(array['red', 'yellow', 'unknown', 'green'], status), figure desc nulls last
limit 20;

-- id: KM-3
-- title: Pool use
-- unit: %
-- warn: 70
-- red: 80
-- direction: at most
-- workers: asked too
with limits as (
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int as usable
), used as (
    select count(*) as connections from pg_stat_activity where backend_type = 'client backend'
), largest as (
    select coalesce(nullif(application_name, ''), usename::text, 'unnamed') as client, count(*) as connections
    from pg_stat_activity where backend_type = 'client backend' group by 1 order by 2 desc limit 1
), hidden as (
    -- Other roles' sessions are shown without their kind to a role that may not read all statistics.
    select not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
        and exists (select from pg_stat_activity where datid is not null and usesysid is not null and backend_type is null) as some
)
select case when h.some then 'unknown' when 100.0 * u.connections / usable >= :red then 'red'
        when 100.0 * u.connections / usable >= :warn then 'yellow' else 'green' end as status,
    format('%s of %s connections', u.connections, usable) as subject,
    concat_ws('; ', g.connections || ' of them by ' || g.client, case when h.some then 'those of other roles are not shown' end)
        as detail,
    case when h.some then format('grant pg_read_all_stats to %I;', current_user)
        else 'Put a pooler in front, lower the clients'' pool size, or: alter system set max_connections = ...; and restart' end as remedy,
    case when not h.some then 100.0 * u.connections / usable end as figure
from limits cross join used u cross join hidden h left join largest g on true;

-- id: KM-4
-- title: Cache hit
-- unit: %
-- warn: 97
-- red: 95
-- direction: at least
-- workers: asked too
-- Since a snapshot that the daily maintenance keeps, where there is one. This statement must run without the schema as well: so the
-- function that knows the snapshots is called by its name.
with known as (
    select f.oid is not null as is_there, coalesce(has_function_privilege(f.oid, 'execute'), false) as is_allowed
    from (select to_regprocedure('public.get_cache_hit_ratio()')::oid as oid) f
), told as (
    select case when is_allowed then query_to_xml(
            'select hit_percent, blocks, extract(epoch from since) as since from public.get_cache_hit_ratio()', true, true, '')::text
        end as answer
    from known
), counted as (
    select substring(answer from '<hit_percent>([^<]*)<')::double precision as ratio,
        substring(answer from '<blocks>([^<]*)<')::bigint as blocks,
        to_timestamp(substring(answer from '<since>([^<]*)<')::double precision) as since
    from told where answer is not null
    union all
    select 100.0 * d.blks_hit / nullif(d.blks_hit + d.blks_read, 0), d.blks_hit + d.blks_read,
        -- The archiver's counters begin with all others, at the first start or after a crash; the server may have been restarted since.
        coalesce(d.stats_reset, a.stats_reset, pg_postmaster_start_time())
    from told cross join pg_stat_database d cross join pg_stat_archiver a where answer is null and d.datname = current_database()
), judged as (
    -- Over more than a week it is green if it would be so had all reads from disk come in one day.
    select *, days > 7 and 100.0 * ratio / (ratio + (100 - ratio) * days) < :warn as hides_a_day
    from (select *, extract(epoch from clock_timestamp() - since)::double precision / 86400 as days from counted) c
)
select case when blocks < 10000 then 'unknown' when ratio < :red then 'red' when ratio < :warn then 'yellow'
        when hides_a_day then 'unknown' else 'green' end as status,
    format('%s of %s blocks', round((blocks * ratio / 100)::numeric), blocks) as subject,
    format('%s%% found in shared_buffers since %s', round(coalesce(ratio, 0)::numeric, 2), since::timestamptz(0))
        || case when hides_a_day then ': a bad day does not show in so long a time' else '' end as detail,
    case when blocks < 10000 then 'Look again later'
         when ratio < :warn
         then 'alter system set shared_buffers = ''...''; and restart, or find the statements that read most in pg_stat_statements'
         when is_there and not is_allowed then format('grant pg_monitor to %I;', current_user)
         when is_there and not pg_is_in_recovery() then 'loadharness jobs run --job maintenance'
         else 'Take the difference of two looks, an hour apart: select blks_hit, blks_read from pg_stat_database '
             || 'where datname = current_database();' end as remedy,
    ratio as figure
from judged cross join known;

-- id: idle-in-transaction
-- title: Sessions idle in a transaction
-- unit: s
-- warn: 10
-- red: 60
-- direction: at most
-- also: hidden-sessions
select case when seconds >= :red then 'red' else 'yellow' end as status,
    format('session %s (%s)', pid, coalesce(nullif(application_name, ''), usename::text)) as subject,
    format('idle in a transaction for %s s; holds back vacuum and its locks', round(seconds::numeric)) as detail,
    format('select pg_terminate_backend(%s);', pid) as remedy, seconds as figure
from (select pid, application_name, usename, extract(epoch from clock_timestamp() - state_change)::double precision as seconds
      from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%') a
where seconds >= :warn
order by seconds desc;

-- id: long-transaction
-- title: Long transactions
-- unit: s
-- warn: 120
-- red: 900
-- direction: at most
-- also: hidden-sessions
select case when seconds >= :red then 'red' else 'yellow' end as status, format('session %s', pid) as subject,
    format('open for %s s%s: %s', round(seconds::numeric),
        case when backend_type <> 'client backend' then format(' by a process of the kind %s', backend_type) end, left(query, 80))
        as detail,
    case when exists (select from pg_stat_progress_create_index p where p.pid = a.pid and p.command like '%CONCURRENTLY')
         then 'Let it end: cancelled, the build leaves an invalid index, which invalid-index names. Else: '
         when application_name = 'pg_dump' then 'Let it end: cancelled, the dump is no backup. A standby can be dumped as well. Else: '
         else '' end || format('select pg_cancel_backend(%s);', pid) as remedy, seconds as figure
from (select pid, query, application_name, backend_type, extract(epoch from clock_timestamp() - xact_start)::double precision as seconds
      from pg_stat_activity
      -- Jobs of pg_cron and what replication applies are no clients. A vacuum holds nothing back, and parallel workers go with theirs.
      where datname = current_database() and backend_type <> 'autovacuum worker' and leader_pid is null and pid <> pg_backend_pid()
        and xact_start is not null and pid not in (select pid from pg_stat_progress_vacuum)) a
where seconds >= :warn
order by seconds desc;

-- id: hidden-sessions
-- No check of its own: the row that those of sessions add. Who is shown no fault may have been shown no session.
select 'unknown' as status, 'sessions of other roles' as subject,
    'they are shown without their state and transactions to a role that may not read all statistics' as detail,
    format('grant pg_read_all_stats to %I;', current_user) as remedy, null::double precision as figure
where not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
    and exists (select from pg_stat_activity where datname = current_database() and usesysid is not null and backend_type is null);
