-- Monthly partitions: what exists, what is missing, what fell into a default partition.
-- Partitions are found by their bounds in the catalog; pg_partman 4.7, 5.x and the fallback below name them differently.

create or replace function partition_bounds(p_parent regclass)
returns table (partition regclass, from_at timestamptz, to_at timestamptz, is_default boolean)
language sql stable
set search_path = pg_catalog, pg_temp
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
            execute format('alter table %s set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)', v_leaf.name);
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
    v_format text := case when exists (select from pg_extension where extname = 'pg_partman' and extversion not like '4.%')
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
        execute format('select exists (select from %s where created_at >= $1 and created_at < $2)', v_default)
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
    for v_month in
        select m::date
        from generate_series(date_trunc('month', p_from::timestamp), date_trunc('month', p_to::timestamp), interval '1 month') as m
        where not exists (
            select from public.partition_bounds(p_parent) b
            where not b.is_default
              and coalesce(b.from_at, '-infinity') < ((m + interval '1 month') at time zone 'UTC')
              and coalesce(b.to_at, 'infinity') > (m at time zone 'UTC'))
        order by m
    loop
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

-- A month far from today that a row in the default partition asks for is not made: one tenant's stray dates would make a partition each.
-- Such rows stay in the default partition, and every query finds them there.
create or replace function months_to_make(p_parent regclass, p_months_ahead int)
returns setof date
language sql stable
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
    select d.month
    from public.default_partition_months(p_parent) as d (month)
    where d.month between current_date - interval '10 years' and current_date + make_interval(months => p_months_ahead)
      -- 24 ahead, the past ten years, and no more.
      and (select count(*) from public.partition_bounds(p_parent)) < 150
    order by d.month desc
    limit 3
$$;

comment on function months_to_make(regclass, int) is
    'Of the months in a table''s default partition, the three newest that lie within ten years and the months ahead.';

-- Attaching a partition locks the default partition, and what its foreign keys refer to. Whoever needs them waits behind it: it gives up after
-- 40 ms, and tries again.
create or replace function make_month_partitions(p_parent regclass, p_months_ahead int)
returns bigint
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
set lock_timeout = '40ms'
as $$
declare
    v_before bigint := (select count(*) from public.partition_bounds(p_parent));
    v_partman text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman');
    v_managed boolean := false;
    v_stray date;
begin
    perform set_config('synchronous_commit', 'off', true);
    if v_partman is not null then
        execute format('select exists (select from %s.part_config where parent_table = $1)', v_partman)
            into v_managed using 'public.' || p_parent::text;
    end if;
    for attempt in 1..60 loop
        begin
            -- A row of a later month in the default partition stops pg_partman 4.7's maintenance: such rows move first.
            for v_stray in select m from public.months_to_make(p_parent, p_months_ahead) as m loop
                perform public.add_month_partitions(p_parent, v_stray, v_stray);
            end loop;
            if v_managed then
                perform public.run_partman(p_parent, p_months_ahead, v_partman);
            end if;
            -- pg_partman goes on from the newest partition: a hole before it stays. Without pg_partman this makes them all.
            perform public.add_month_partitions(
                p_parent, current_date, (date_trunc('month', current_date) + make_interval(months => p_months_ahead))::date);
            exit;
        exception when lock_not_available then
            if attempt = 60 then
                raise;
            end if;
            perform pg_sleep(0.3 + random() * 0.4);
        end;
    end loop;
    return (select count(*) from public.partition_bounds(p_parent)) - v_before;
end
$$;

comment on function make_month_partitions(regclass, int) is
    'Makes the monthly partitions of one table that do not exist yet, and those of rows in its default partition that are not far away. Returns how many.';

create or replace function run_partman(p_parent regclass, p_months_ahead int, p_partman text)
returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
begin
    execute format('update %s.part_config set premake = $1 where parent_table = $2', p_partman)
        using greatest(p_months_ahead, 1), 'public.' || p_parent::text;
    execute format('select %s.run_maintenance(p_parent_table => $1, p_analyze => false)', p_partman)
        using 'public.' || p_parent::text;
exception
    when lock_not_available then
        raise;
    -- pg_partman reads the month out of a partition's name, and stops at one that it did not give, or at a row of a far month. The bounds say it too.
    when others then
        raise warning 'pg_partman did not maintain %: %', p_parent, sqlerrm
            using hint = 'The partitions are made by their bounds instead. Renamed partitions and rows of far months are two reasons.';
end
$$;

comment on function run_partman(regclass, int, text) is 'A step of make_month_partitions: pg_partman, where it manages the table.';

-- PT-4, PT-5, MA-5.
create or replace function create_monthly_partitions(p_months_ahead int default 24)
returns int
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_parent regclass;
    v_created bigint := 0;
begin
    if p_months_ahead is null or p_months_ahead not between 0 and 36 then
        raise exception using errcode = 'LH004',
            message = format('p_months_ahead must be between 0 and 36, not %s', coalesce(p_months_ahead::text, 'null'));
    end if;
    foreach v_parent in array array['public.email_sends', 'public.lead_activities']::regclass[] loop
        v_created := v_created + public.make_month_partitions(v_parent, p_months_ahead);
    end loop;
    return v_created;
end
$$;

comment on function create_monthly_partitions(int) is
    'MA-5: makes the monthly partitions from this month to p_months_ahead months ahead of email_sends and lead_activities that do not exist yet, and those of rows in the default partition within ten years, through pg_partman where it manages them. Returns how many were created. The job does the same, each table in a transaction of its own.';

create or replace function partition_tasks() returns table (name text, statement text)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select p.parent, format('select public.make_month_partitions(%L, 24) || '' partitions created''', 'public.' || p.parent)
    from unnest(array['email_sends', 'lead_activities']) as p (parent)
$$;

comment on function partition_tasks() is 'The steps of the job that makes partitions: one a table.';

drop function if exists check_default_partitions();
create function check_default_partitions()
returns table (partition regclass, row_count bigint, oldest timestamptz, newest timestamptz, missing_months bigint)
language plpgsql stable
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_default record;
begin
    for v_default in
        select b.partition, (select count(*) from public.months_to_make(parent, 24)) as missing
        from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as parent
        cross join lateral public.partition_bounds(parent) b
        where b.is_default
    loop
        return query execute format('select $1, count(*), min(created_at), max(created_at), $2 from %s', v_default.partition)
            using v_default.partition, v_default.missing;
    end loop;
end
$$;

comment on function check_default_partitions() is
    'One row a default partition: how many rows it holds and from when, and how many of their months create_monthly_partitions would make.';

do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'partition_bounds(regclass)', 'settle_partitions(regclass)', 'add_month_partition(regclass, date)',
        'add_month_partitions(regclass, date, date)', 'default_partition_months(regclass)', 'create_monthly_partitions(int)', 'check_default_partitions()',
        'months_to_make(regclass, int)', 'make_month_partitions(regclass, int)', 'run_partman(regclass, int, text)', 'partition_tasks()']::regprocedure[]
    loop
        execute format('revoke all on function %s from public', v_function);
        execute format('alter function %s owner to lh_owner', v_function);
    end loop;
end
$$;
