-- Which monthly partitions are missing, and the job that makes them: through pg_partman where it manages a table.

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

create or replace function make_months(p_parent regclass, p_months_ahead int)
returns void
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    v_partman text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman');
    v_managed boolean := false;
    v_stray date;
begin
    if v_partman is not null then
        execute format('select exists (select 1 from %s.part_config where parent_table = $1)', v_partman)
            into v_managed using 'public.' || p_parent::text;
    end if;
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
end
$$;

comment on function make_months(regclass, int) is 'A step of make_month_partitions: one attempt.';

-- Attaching a partition locks the default partition, and what its foreign keys refer to.
create or replace function make_month_partitions(p_parent regclass, p_months_ahead int)
returns bigint
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_before bigint := (select count(*) from public.partition_bounds(p_parent));
begin
    perform set_config('synchronous_commit', 'off', true);
    perform public.try_for_lock(format('select public.make_months(%L, %s)', p_parent, p_months_ahead));
    return (select count(*) from public.partition_bounds(p_parent)) - v_before;
end
$$;

comment on function make_month_partitions(regclass, int) is
    'Makes the monthly partitions of one table that do not exist yet, and those of rows in its default partition that are not far away. '
    'Returns how many.';

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
    -- pg_partman reads the month out of a partition's name, and stops at one that it did not give, or at a row of a far month. The bounds
    -- say it too.
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
    'MA-5: makes the monthly partitions from this month to p_months_ahead months ahead of email_sends and lead_activities that do not '
    'exist yet, and those of rows in the default partition within ten years, through pg_partman where it manages them. Returns how many '
    'were created. The job does the same, each month in a transaction of its own.';

-- They move while the default partition is locked, which every query without a month waits for: so the job takes no more than a moment's.
create or replace function few_strays(p_parent regclass, p_month date) returns boolean
language plpgsql stable
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    c_most constant int := 1000;
    v_default regclass := (select b.partition from public.partition_bounds(p_parent) b where b.is_default);
    v_rows bigint;
begin
    execute format('select count(*) from (select 1 from %s where created_at >= $1 and created_at < $2 limit $3) as strays', v_default)
        into v_rows using p_month::timestamp at time zone 'UTC', (p_month + interval '1 month') at time zone 'UTC', c_most + 1;
    return v_rows <= c_most;
end
$$;

comment on function few_strays(regclass, date) is
    'A step of the job that makes partitions: whether a month has so few rows in the default partition that nobody waits while they move.';

-- A transaction holds the locks of all that it attached: the job takes one month a transaction.
create or replace function make_next_partition(p_parent regclass, p_months_ahead int, p_stray boolean,
    out detail text, out problem boolean, out again boolean)
language plpgsql
set search_path = pg_catalog, public, pg_temp
set timezone = 'UTC'
as $$
declare
    v_crowded text := '';
    v_months date[];
    v_month date;
begin
    perform set_config('synchronous_commit', 'off', true);
    if p_stray then
        v_months := array(select m from public.months_to_make(p_parent, p_months_ahead) as m order by m desc);
    else
        v_months := array(select m from public.missing_months(
            p_parent, current_date, (date_trunc('month', current_date) + make_interval(months => p_months_ahead))::date) as m order by m);
    end if;
    foreach v_month in array v_months loop
        exit when public.few_strays(p_parent, v_month);
        v_crowded := v_crowded || to_char(v_month, '; YYYY-MM')
            || ' has many rows in the default partition: create_monthly_partitions() moves them, which holds queries meanwhile';
        v_month := null;
    end loop;
    again := v_month is not null and not p_stray;
    -- Rows of this month, or of a later one, go on to the default partition: somebody has to know. When the others are made, not before.
    problem := v_month is null and v_crowded <> '' and not p_stray;
    detail := coalesce(to_char(v_month, 'YYYY-MM'), case when v_crowded = '' then 'no month' else 'no other month' end || ' is missing')
        || case when again then '' else v_crowded end;
    if v_month is null then
        return;
    end if;
    perform public.try_for_lock(format('select public.add_month_partitions(%L, %L, %L)', p_parent, v_month, v_month));
end
$$;

comment on function make_next_partition(regclass, int, boolean) is
    'A step of the job that makes partitions: makes the first missing month of a table, again while there may be another; p_stray: the '
    'newest month of rows in the default partition. It leaves a month with many such rows to a call by hand.';

create or replace function partition_tasks() returns table (name text, statement text)
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
    select p.parent, format('select detail, problem, again from public.make_next_partition(%L, 24, %L)', 'public.' || p.parent, n <= 3)
    from unnest(array['email_sends', 'lead_activities']) as p (parent)
    -- At most three months of stray rows a run: one tenant's dates must not make a partition each.
    cross join generate_series(1, 4) as n
    order by p.parent, n
$$;

comment on function partition_tasks() is
    'The steps of the job that makes partitions: the last one of a table is repeated for each month that is missing.';

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
        'months_to_make(regclass, int)', 'make_months(regclass, int)', 'make_month_partitions(regclass, int)',
        'run_partman(regclass, int, text)', 'create_monthly_partitions(int)', 'make_next_partition(regclass, int, boolean)',
        'few_strays(regclass, date)', 'partition_tasks()',
        'check_default_partitions()']::regprocedure[]
    loop
        execute format('revoke all on function %s from public', v_function);
        execute format('alter function %s owner to lh_owner', v_function);
    end loop;
end
$$;
