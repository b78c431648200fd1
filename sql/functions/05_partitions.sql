-- Monthly partitions: what exists, what is missing, what fell into a default partition.
-- Partitions are found by their bounds in the catalog; pg_partman 4.7, 5.x and the fallback below name them differently.

create or replace function partition_bounds(p_parent regclass)
returns table (partition regclass, from_at timestamptz, to_at timestamptz, is_default boolean)
language sql stable
set search_path = pg_catalog, pg_temp set standard_conforming_strings = on
set timezone = 'UTC'
as $$
    select c.oid::regclass,
           substring(pg_get_expr(c.relpartbound, c.oid) from $re$FROM \('([^']+)'\)$re$)::timestamptz,
           substring(pg_get_expr(c.relpartbound, c.oid) from $re$TO \('([^']+)'\)$re$)::timestamptz,
           pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = p_parent
$$;

comment on function partition_bounds(regclass) is
    'Partitions of a table with their bounds in UTC: from_at inclusive, to_at exclusive, both null for the default partition.';

-- Settings that a partitioned parent cannot carry for its partitions: owner, row security, autovacuum.
create or replace function settle_partitions(p_parent regclass)
returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_owner name := (select relowner::regrole::name from pg_class where oid = p_parent);
    v_leaf record;
begin
    for v_leaf in
        select c.oid::regclass as name, c.relowner::regrole::name as owner, c.relrowsecurity as secured,
               coalesce(c.reloptions::text, '') as options, b.is_default
        from public.partition_bounds(p_parent) b
        join pg_class c on c.oid = b.partition
    loop
        -- One's default of 20% would let half a million dead rows gather in a busy month before anybody looks.
        if v_leaf.options not like '%autovacuum_vacuum_scale_factor%' then
            execute format('alter table %s set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)',
                v_leaf.name);
        end if;
        -- Nobody is granted anything on a partition. Row security without a policy also stops a grant made by mistake.
        if not v_leaf.secured then
            execute format('alter table %s enable row level security', v_leaf.name);
        end if;
        if v_leaf.owner <> v_owner then
            execute format('alter table %s owner to %I', v_leaf.name, v_owner);
        end if;
    end loop;
end
$$;

comment on function settle_partitions(regclass) is
    'Gives every partition of a table its owner, row security and autovacuum settings. Changes nothing that is already so.';

-- Creates one month. Rows of that month that fell into the default partition move into it in the same transaction.
create or replace function add_month_partition(p_parent regclass, p_month date)
returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    v_schema name := (select relnamespace::regnamespace::text from pg_class where oid = p_parent);
    v_table name := (select relname from pg_class where oid = p_parent);
    -- As pg_partman would name it: it reads the month out of the name.
    v_format text := case when exists (select 1 from pg_extension where extname = 'pg_partman' and extversion not like '4.%')
        then 'YYYYMMDD' else 'YYYY_MM' end;
    v_name name := left(v_table, 50) || '_p' || to_char(p_month, v_format);
    v_default regclass := (select b.partition from public.partition_bounds(p_parent) b where b.is_default);
    v_from timestamptz := p_month::timestamp at time zone 'UTC';
    v_to timestamptz := (p_month + interval '1 month') at time zone 'UTC';
    v_stray boolean := false;
begin
    if to_regclass(format('%I.%I', v_schema, v_name)) is not null then
        v_name := v_name || '_' || substr(md5(clock_timestamp()::text), 1, 6);
    end if;
    if v_default is not null then
        execute format('select exists (select 1 from %s where created_at >= $1 and created_at < $2)', v_default)
            into v_stray using v_from, v_to;
    end if;
    -- Attached, not created in its place: that would lock the whole table.
    execute format('create table %I.%I (like %s including defaults including constraints)', v_schema, v_name, p_parent);
    if v_stray then
        execute format('lock table %s in access exclusive mode', v_default);
        execute format(
            'with moved as (delete from %s where created_at >= $1 and created_at < $2 returning *) insert into %I.%I select * from moved',
            v_default, v_schema, v_name) using v_from, v_to;
    end if;
    execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)', p_parent, v_schema, v_name, v_from, v_to);
end
$$;

comment on function add_month_partition(regclass, date) is
    'Creates the partition of one month (its first day, UTC), taking rows of it out of the default partition.';

create or replace function missing_months(p_parent regclass, p_from date, p_to date)
returns setof date
language sql stable
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
    select m::date
    from generate_series(date_trunc('month', p_from::timestamp), date_trunc('month', p_to::timestamp), interval '1 month') as m
    where not exists (
        select 1 from public.partition_bounds(p_parent) b
        where not b.is_default
          and coalesce(b.from_at, '-infinity') < ((m + interval '1 month') at time zone 'UTC')
          and coalesce(b.to_at, 'infinity') > (m at time zone 'UTC'))
    order by m
$$;

comment on function missing_months(regclass, date, date) is
    'The months (first day, UTC) from that of p_from to that of p_to that have no partition.';

create or replace function add_month_partitions(p_parent regclass, p_from date, p_to date)
returns int
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    v_month date;
    v_created int := 0;
begin
    for v_month in select m from public.missing_months(p_parent, p_from, p_to) as m loop
        perform public.add_month_partition(p_parent, v_month);
        v_created := v_created + 1;
    end loop;
    perform public.settle_partitions(p_parent);
    return v_created;
end
$$;

comment on function add_month_partitions(regclass, date, date) is
    'Creates the missing monthly partitions from the month of p_from to the month of p_to, both included. Returns how many.';

create or replace function default_partition_months(p_parent regclass)
returns setof date
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    v_default regclass := (select b.partition from public.partition_bounds(p_parent) b where b.is_default);
begin
    if v_default is not null then
        return query execute format(
            'select distinct date_trunc(''month'', created_at)::date from %s where isfinite(created_at) order by 1', v_default);
    end if;
end
$$;

comment on function default_partition_months(regclass) is
    'The months (first day, UTC) of the rows in a table''s default partition.';

-- Who uses a table waits behind a change of it that waits for a lock: so it gives up after 40 ms, and tries again.
create or replace function try_for_lock(p_statement text)
returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set lock_timeout = '40ms'
as $$
begin
    for attempt in 1..60 loop
        begin
            execute p_statement;
            return;
        exception when lock_not_available then
            if attempt = 60 then
                raise;
            end if;
            perform pg_sleep(0.3 + random() * 0.4);
        end;
    end loop;
end
$$;

comment on function try_for_lock(text) is
    'Runs a statement that waits 40 ms for a lock, up to 60 times: for half a minute.';

do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'partition_bounds(regclass)', 'settle_partitions(regclass)', 'add_month_partition(regclass, date)',
        'missing_months(regclass, date, date)',
        'add_month_partitions(regclass, date, date)', 'default_partition_months(regclass)', 'try_for_lock(text)']::regprocedure[]
    loop
        execute format('revoke all on function %s from public', v_function);
        execute format('alter function %s owner to lh_owner', v_function);
    end loop;
end
$$;
