-- Dead rows, old statistics, old transaction ids. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: table-bloat
-- title: Dead rows
-- unit: %
-- warn: 20
-- red: 40
-- direction: at most
-- workers: asked too
-- also: uncounted-tables
select case when share >= :red then 'red' else 'yellow' end as status, relid::regclass::text as subject,
    format('%s dead of %s rows, last vacuum %s', n_dead_tup, n_dead_tup + n_live_tup,
        coalesce(greatest(last_vacuum, last_autovacuum)::timestamptz(0)::text, 'never')) as detail,
    format('vacuum (analyze) %s;', relid::regclass) as remedy, share as figure
from (select t.*, 100.0 * n_dead_tup / nullif(n_dead_tup + live, 0) as share
      from pg_stat_user_tables t join pg_class c on c.oid = t.relid
      -- As long as nobody looked at the table since a crash, its older rows are not among the counted ones.
      cross join lateral (select case when greatest(last_vacuum, last_autovacuum, last_analyze, last_autoanalyze) is null
          then greatest(n_live_tup, c.reltuples::bigint - n_dead_tup) else n_live_tup end as live) l) t
-- Below a thousand dead rows autovacuum does not bother, nor need anybody.
where n_dead_tup >= 1000 and share >= :warn
order by n_dead_tup desc;

-- id: stale-statistics
-- title: Rows changed since the last ANALYZE
-- unit: %
-- warn: 30
-- red: 100
-- direction: at most
-- workers: asked too
-- also: uncounted-tables
select case when share >= :red then 'red' else 'yellow' end as status, relid::regclass::text as subject,
    format('%s rows changed since %s', n_mod_since_analyze,
        coalesce(greatest(last_analyze, last_autoanalyze)::timestamptz(0)::text, 'it was made: never analyzed')) as detail,
    format('analyze %s;', relid::regclass) as remedy, share as figure
from (select t.*, 100.0 * n_mod_since_analyze
          / greatest(n_live_tup, case when greatest(last_analyze, last_autoanalyze) is null then c.reltuples::bigint end, 1) as share
      from pg_stat_user_tables t join pg_class c on c.oid = t.relid) t
where n_mod_since_analyze >= 10000 and share >= :warn
    -- Unlogged tables stage imports: each is emptied again before its statistics could serve a plan.
    and not exists (select from pg_class c where c.oid = relid and c.relpersistence = 'u')
order by n_mod_since_analyze desc;

-- id: uncounted-tables
-- No check of its own: the row that those of rows add. A crash discards what was counted until a table is analyzed again, and a standby
-- counts nothing. Who is shown no fault may have been shown no rows.
select 'unknown' as status,
    case when pg_is_in_recovery() then 'all tables'
         else format('%s tables, the largest %s', count(*), (array_agg(relid::regclass order by c.reltuples desc))[1]) end as subject,
    case when pg_is_in_recovery() then 'a standby does not count rows'
         else 'their rows are not counted, as after a crash, a failover or a copy, until they are analyzed' end as detail,
    case when pg_is_in_recovery() then 'This is a standby: ask the primary' else 'analyze;' end as remedy,
    null::double precision as figure
from pg_stat_user_tables t
join pg_class c on c.oid = t.relid
where pg_is_in_recovery()
    -- The rows of a partitioned table are its partitions'.
    or c.relkind <> 'p' and c.reltuples >= 10000 and n_live_tup + n_dead_tup < c.reltuples / 2
        and greatest(last_vacuum, last_autovacuum, last_analyze, last_autoanalyze) is null
having count(*) > 0;

-- id: transaction-ids
-- title: Age of the oldest transaction id
-- unit: %
-- warn: 50
-- red: 90
-- direction: at most
-- workers: asked too
with databases as (
    -- The oldest of any database, one that nobody opens among them, stops the whole server.
    select *, 100.0 * greatest(ids, multixacts) / 2000000000 as share
    from (select datname, datallowconn, datconnlimit, age(datfrozenxid) as ids, mxid_age(datminmxid) as multixacts from pg_database) d
), holders as (
    select greatest(age(xmin), age(catalog_xmin)) as ids, format('the replication slot %s', slot_name) as held_by,
        format('start what reads the slot, or: select pg_drop_replication_slot(%L);', slot_name) as remedy
    from pg_replication_slots
    union all
    select age(transaction), format('the prepared transaction %s of the database %s', gid, database),
        -- Citus knows how those of its own ended.
        case when gid like 'citus\_%' then 'on the coordinator: select recover_prepared_transactions();'
             else format('in the database %s: commit prepared %L; or: rollback prepared %2$L;', database, gid) end
    from pg_prepared_xacts
    union all
    select greatest(age(backend_xid), age(backend_xmin)),
        format(case when backend_type = 'walsender' then 'a query on the standby of session %s (%s)' else 'session %s (%s)' end,
            pid, coalesce(nullif(application_name, ''), usename::text)),
        case when backend_type = 'walsender' then 'end the query there.' else format('select pg_terminate_backend(%s);', pid) end
    -- A vacuum holds no other back: it would be told to end itself.
    from pg_stat_activity where pid <> pg_backend_pid() and pid not in (select pid from pg_stat_progress_vacuum)
), holder as (
    -- No vacuum gets below its age. Of a younger one there is no need.
    select held_by, remedy from holders where 100.0 * ids / 2000000000 >= :warn order by ids desc limit 1
)
select case when share >= :red then 'red' when share >= :warn then 'yellow' else 'green' end as status, datname::text as subject,
    format('%s%% of the two thousand million %s there are', round(share::numeric, 2),
        case when multixacts > ids then 'multixacts' else 'ids' end) || coalesce('; held by ' || held_by, '') as detail,
    coalesce('First ' || remedy || ' Then: ', '')
        -- The drop of such a database was cut off, and nobody can open it.
        || case when datconnlimit = -2 then format('drop database %I;', datname)
                when not datallowconn then format('alter database %I allow_connections true; there: vacuum (freeze); and at the end: '
                    'alter database %1$I allow_connections false;', datname)
                when datname <> current_database() then format('In the database %s: vacuum (freeze);', datname)
                else 'vacuum (freeze);' end as remedy, share as figure
from databases left join holder on true
order by share desc, datname <> current_database();
