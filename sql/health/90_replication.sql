-- What outlives its session, and whose reader or owner may be gone. A row is status, subject, detail, remedy and figure.
-- In psql: psql -v warn=... -v red=... -v settled=3600 -f FILE, with the limits of the check.

-- id: replication-slots
-- title: WAL kept for replication slots that nobody reads
-- unit: MB
-- warn: 1000
-- red: 10000
-- direction: at most
-- workers: asked too
with slots as (
    select slot_name, slot_type, wal_status, to_jsonb(s) ->> 'inactive_since' as since, to_jsonb(s) ->> 'invalidation_reason' as reason,
        pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, restart_lsn)::numeric
            as bytes
    from pg_replication_slots s
    -- From version 17 on a standby has copies of its primary's slots, which nobody reads there.
    where not active and coalesce(to_jsonb(s) ->> 'synced', 'false') = 'false'
)
select case when wal_status = 'lost' or bytes / 1048576 >= :red then 'red' else 'yellow' end as status, slot_name::text as subject,
    case when wal_status = 'lost' then format('its reader cannot go on: %s', coalesce(reason, 'the WAL that it needs next is gone'))
         else format('%s slot, read by nobody%s: %s of WAL are kept for it, and more until %s', slot_type,
             ' since ' || since::timestamptz(0), pg_size_pretty(bytes), case current_setting('max_slot_wal_keep_size')
                 when '-1' then 'the disk is full' else current_setting('max_slot_wal_keep_size') end) end as detail,
    case when wal_status = 'lost' then 'Make its reader (a standby, a subscription) again with another slot, and: '
         else 'Start its reader (a standby, a subscription). If that is gone for good: ' end
        || format('select pg_drop_replication_slot(%L);', slot_name) as remedy, (bytes / 1048576)::double precision as figure
from slots
where wal_status = 'lost' or bytes / 1048576 >= :warn
order by bytes desc nulls first;

-- id: prepared-transactions
-- title: Prepared transactions that nobody ends
-- unit: s
-- warn: 300
-- red: 3600
-- direction: at most
-- workers: asked too
select case when seconds >= :red then 'red' else 'yellow' end as status, gid as subject,
    format('prepared %s s ago by %s in the database %s: keeps its locks and holds back vacuum, also over a restart',
        round(seconds::numeric), owner, database) as detail,
    -- Citus knows how those of its own ended.
    case when gid like 'citus\_%' then 'On the coordinator: select recover_prepared_transactions();'
         else format('Ask what prepared it how it ended; then, in the database %s: commit prepared %L; or: rollback prepared %2$L;',
             database, gid) end as remedy, seconds as figure
from (select *, extract(epoch from clock_timestamp() - prepared)::double precision as seconds from pg_prepared_xacts) p
where seconds >= :warn
order by seconds desc;
