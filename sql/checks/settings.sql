-- Section 5: settings of the server. :name and :claimed are variables of psql, with the values of the line that names the id.

-- id: CF-1; name=max_connections; claimed=200
-- id: CF-5; name=max_parallel_workers; claimed=8
select case when current_setting(:'name')::bigint = :claimed then 'met' else 'missed' end,
    format('%s is %s, claimed %s', :'name', current_setting(:'name'), :'claimed'),
    current_setting(:'name')::bigint, :claimed, '';

-- id: CF-2; name=shared_buffers; claimed=512MB
-- id: CF-3; name=effective_cache_size; claimed=2GB
-- id: CF-4; name=maintenance_work_mem; claimed=128MB
select case when pg_size_bytes(current_setting(:'name')) = pg_size_bytes(:'claimed') then 'met' else 'missed' end,
    format('%s is %s, claimed %s', :'name', current_setting(:'name'), :'claimed'),
    pg_size_bytes(current_setting(:'name')), pg_size_bytes(:'claimed'), '';

-- id: CF-6
select case when used > 0 and max_connections > 0 then 'met' else 'missed' end,
    format('%s of %s connections used, %s active, %s idle in a transaction', used, max_connections, active, idle_in_transaction),
    used_percent, null, '%' from get_connection_pool_status();
