-- Sizes and use of tables and indexes. On a cluster the coordinator's own tables are empty: the workers are asked for their parts.

-- p_query answers one JSON array, of which each element is a row about one relation. Nothing on one server.
create or replace function ask_workers(p_query text) returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_answer record;
begin
    if to_regclass('pg_catalog.pg_dist_shard') is null then
        return;
    end if;
    for v_answer in execute 'select success, result, nodename, nodeport from run_command_on_workers($1)' using p_query loop
        if not v_answer.success then
            raise exception 'the worker %:% does not answer: %', v_answer.nodename, v_answer.nodeport, v_answer.result
                using errcode = 'object_not_in_prerequisite_state', hint = 'Let it admit lh_owner from the coordinator (pg_hba.conf).';
        end if;
        return query select e from jsonb_array_elements(v_answer.result::jsonb) as e;
    end loop;
end;
$$;

create or replace function get_table_size_stats()
returns table (
    table_name text, partitions int, row_estimate bigint, heap_bytes bigint, index_bytes bigint, total_bytes bigint,
    dead_rows bigint, dead_percent double precision, last_vacuum timestamptz, last_analyze timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with parts as (
        select e ->> 'relation' as relation, sum((e ->> 'live')::bigint) as live, sum((e ->> 'dead')::bigint) as dead,
            sum((e ->> 'heap')::bigint) as heap, sum((e ->> 'indexes')::bigint) as indexes, sum((e ->> 'total')::bigint) as total,
            max((e ->> 'vacuumed')::timestamptz) as vacuumed, max((e ->> 'analyzed')::timestamptz) as analyzed
        from public.ask_workers($worker$
            select coalesce(jsonb_agg(t), '[]') from (
                select s.logicalrelid::regclass as relation, sum(coalesce(u.n_live_tup, 0)) as live, sum(coalesce(u.n_dead_tup, 0)) as dead,
                    sum(pg_table_size(c.oid)) as heap, sum(pg_indexes_size(c.oid)) as indexes, sum(pg_total_relation_size(c.oid)) as total,
                    max(greatest(u.last_vacuum, u.last_autovacuum)) as vacuumed,
                    max(greatest(u.last_analyze, u.last_autoanalyze)) as analyzed
                from pg_dist_shard s
                join pg_class c on c.oid = to_regclass(shard_name(s.logicalrelid, s.shardid))
                left join pg_stat_user_tables u on u.relid = c.oid
                group by 1) t $worker$) as e
        group by 1
    )
    select c.relname::text,
        (count(*) filter (where m.is_partition))::int,
        sum(coalesce(p.live, s.n_live_tup, 0))::bigint,
        sum(pg_table_size(m.relid) + coalesce(p.heap, 0))::bigint, sum(pg_indexes_size(m.relid) + coalesce(p.indexes, 0))::bigint,
        sum(pg_total_relation_size(m.relid) + coalesce(p.total, 0))::bigint,
        sum(coalesce(p.dead, s.n_dead_tup, 0))::bigint,
        100.0::double precision * sum(coalesce(p.dead, s.n_dead_tup))::double precision
            / nullif(sum(coalesce(p.dead, s.n_dead_tup)) + sum(coalesce(p.live, s.n_live_tup)), 0)::double precision,
        max(greatest(s.last_vacuum, s.last_autovacuum, p.vacuumed)), max(greatest(s.last_analyze, s.last_autoanalyze, p.analyzed))
    from pg_class c
    -- The tree of a table without partitions is empty.
    cross join lateral (
        select c.oid as relid, false as is_partition
        union all select t.relid, true from pg_partition_tree(c.oid) t where t.isleaf) m
    left join pg_stat_user_tables s on s.relid = m.relid
    left join parts p on p.relation in (m.relid::regclass::text, 'public.' || m.relid::regclass)
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.oid, c.relname
    order by 6 desc
$$;

-- An index on a partitioned table is used when any of its partitions' indexes is. An index that a constraint needs is never unused.
create or replace function get_index_usage_stats()
returns table (
    table_name text, index_name text, index_bytes bigint, scans bigint, rows_read bigint, is_unique boolean,
    backs_constraint boolean, is_valid boolean, state text, definition text)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    with parts as (
        select e ->> 'relation' as index_name, sum((e ->> 'bytes')::bigint) as bytes, sum((e ->> 'scans')::bigint) as scans,
            sum((e ->> 'read')::bigint) as read
        from public.ask_workers($worker$
            select coalesce(jsonb_agg(t), '[]') from (
                -- A long name is cut in a part's: the worker says which it is.
                select i.relname as relation, sum(pg_relation_size(p.oid)) as bytes,
                    sum(coalesce(u.idx_scan, 0)) as scans, sum(coalesce(u.idx_tup_read, 0)) as read
                from pg_dist_shard s
                join pg_index x on x.indrelid = s.logicalrelid
                join pg_class i on i.oid = x.indexrelid
                join pg_class p on p.oid = to_regclass(shard_name(i.oid, s.shardid))
                left join pg_stat_user_indexes u on u.indexrelid = p.oid
                group by 1) t $worker$) as e
        group by 1
    ), usage as (
        select root.oid, root.relname as index_name, t.relname as table_name, x.indisunique,
            exists (select 1 from pg_constraint k where k.conindid = root.oid) as backs_constraint,
            bool_and(leaf.indisvalid) as is_valid,
            sum(pg_relation_size(m.relid) + coalesce(p.bytes, 0))::bigint as bytes,
            coalesce(sum(coalesce(s.idx_scan, 0) + coalesce(p.scans, 0)), 0)::bigint as scans,
            coalesce(sum(coalesce(s.idx_tup_read, 0) + coalesce(p.read, 0)), 0)::bigint as rows_read
        from pg_class root
        join pg_index x on x.indexrelid = root.oid
        join pg_class t on t.oid = x.indrelid
        cross join lateral (
            select root.oid as relid
            union all select p.relid from pg_partition_tree(root.oid) p where p.isleaf) m
        join pg_index leaf on leaf.indexrelid = m.relid
        join pg_class named on named.oid = m.relid
        left join pg_stat_user_indexes s on s.indexrelid = m.relid
        left join parts p on p.index_name = named.relname
        where root.relnamespace = 'public'::regnamespace and root.relkind in ('i', 'I') and not root.relispartition
        group by root.oid, root.relname, t.relname, x.indisunique
    )
    select u.table_name::text, u.index_name::text, u.bytes, u.scans, u.rows_read, u.indisunique, u.backs_constraint, u.is_valid,
        case when not u.is_valid then 'invalid' when u.scans > 0 then 'used'
             when u.backs_constraint or u.indisunique then 'constraint' else 'unused' end,
        pg_get_indexdef(u.oid)
    from usage u
    order by u.bytes desc
$$;

comment on function ask_workers(text) is 'A step of the functions of sizes and of upkeep: what each worker of a cluster answers. '
    'Nothing on one server.';
comment on function get_table_size_stats() is 'MO-3. One row a table, its partitions summed, and its parts on workers; bytes and estimated '
    'rows.';
comment on function get_index_usage_stats() is
    'MO-4. One row an index, its partitions summed, and its parts on workers; state is used, unused, constraint (needed though not '
    'scanned) or invalid.';

do $$
begin
    alter function ask_workers(text) owner to lh_owner;
    alter function get_table_size_stats() owner to lh_owner;
    alter function get_index_usage_stats() owner to lh_owner;
    revoke all on function ask_workers(text), get_table_size_stats(), get_index_usage_stats() from public;
    grant execute on function get_table_size_stats(), get_index_usage_stats() to lh_worker, pg_monitor;
end
$$;
