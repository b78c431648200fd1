-- Dead rows, old statistics, old transaction ids. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: table-bloat
-- title: Dead rows
-- unit: %
-- warn: 20
-- red: 40
-- direction: at most
-- workers: asked too
select case when share >= :red then 'red' else 'yellow' end as status, relid::regclass::text as subject,
    format('%s dead of %s rows, last vacuum %s', n_dead_tup, n_dead_tup + n_live_tup,
        coalesce(greatest(last_vacuum, last_autovacuum)::timestamptz(0)::text, 'never')) as detail,
    format('vacuum (analyze) %s;', relid::regclass) as remedy, share as figure
from (select *, 100.0 * n_dead_tup / nullif(n_dead_tup + n_live_tup, 0) as share from pg_stat_user_tables) t
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
select case when share >= :red then 'red' else 'yellow' end as status, relid::regclass::text as subject,
    format('%s rows changed since %s', n_mod_since_analyze,
        coalesce(greatest(last_analyze, last_autoanalyze)::timestamptz(0)::text, 'it was made: never analyzed')) as detail,
    format('analyze %s;', relid::regclass) as remedy, share as figure
from (select *, 100.0 * n_mod_since_analyze / greatest(n_live_tup, 1) as share from pg_stat_user_tables) t
where n_mod_since_analyze >= 10000 and share >= :warn
    -- Unlogged tables stage imports: each is emptied again before its statistics could serve a plan.
    and not exists (select from pg_class c where c.oid = relid and c.relpersistence = 'u')
order by n_mod_since_analyze desc;

-- id: transaction-ids
-- title: Age of the oldest transaction id
-- unit: %
-- warn: 50
-- red: 90
-- direction: at most
-- workers: asked too
select case when share >= :red then 'red' when share >= :warn then 'yellow' else 'green' end as status,
    datname::text as subject, format('%s%% of the two thousand million ids there are', round(share::numeric, 2)) as detail,
    'vacuum (freeze);' as remedy, share as figure
from (select datname, 100.0 * age(datfrozenxid) / 2000000000 as share from pg_database where datname = current_database()) d;
