-- Questions that the verb verify asks beside sql/checks: they need parameters, or an answer before and one after.

-- id: table-scans
-- Scans by an index, and of whole tables from a thousand rows on, since the counters began; those of the workers of a cluster too.
with here as (
    select sum(idx_scan) as by_index, sum(seq_scan) filter (where n_live_tup >= 1000) as whole
    from pg_stat_user_tables where relid in (
        select t from unnest(array['leads', 'email_sends', 'lead_activities']) as n (name),
            lateral (select to_regclass('public.' || n.name) as t union all select p.relid
                from pg_partition_tree(to_regclass('public.' || n.name)) p) x)
), workers as (
    select sum((e ->> 'by_index')::bigint) as by_index, sum((e ->> 'whole')::bigint) as whole
    from ask_workers($q$
        select coalesce(jsonb_agg(t), '[]') from (
            select sum(u.idx_scan) as by_index, sum(u.seq_scan) filter (where u.n_live_tup >= 1000) as whole
            from pg_dist_shard s
            join pg_stat_user_tables u on u.relid = to_regclass(shard_name(s.logicalrelid, s.shardid))
            where s.logicalrelid::text ~ '^(leads|email_sends|lead_activities)(_p|_default|$)') t $q$) as e
)
select (coalesce(h.by_index, 0) + coalesce(w.by_index, 0))::bigint, (coalesce(h.whole, 0) + coalesce(w.whole, 0))::bigint
from here h cross join workers w;

-- id: function-problems
-- A function that nobody calls here, one that is gone, and one without a comment. $1: signatures of those that are called.
with called as (
    select signature, to_regprocedure(signature) as oid from unnest($1::text[]) as c (signature)
), own as (
    select p.oid, obj_description(p.oid, 'pg_proc') as comment
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
)
select signature || ' is not there' from called where oid is null
union all
select own.oid::regprocedure || ' is not exercised' from own where not exists (select 1 from called where called.oid = own.oid)
union all
select own.oid::regprocedure || ' has no comment' from own where comment is null;
