-- One body a job, for pg_cron and the program alike. run_job commits as it goes, so an outcome row stays whatever happens to the body.

drop function if exists begin_job_run(text, text), end_job_run(bigint, text, text), skip_job_run(text, text);

-- A session that runs a job holds its job_runs row during each step. Between two steps it does not, for a moment: so one look is not
-- enough.
-- Nobody but the owner can lock the row, and a session that is cancelled, killed or lost lets go of it.
create or replace function job_run_is_alive(p_run_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_free boolean;
begin
    for look in 1..3 loop
        begin
            perform 1 from public.job_runs r where r.id = p_run_id for update skip locked;
            v_free := found;
            -- Lets go of the row again.
            raise exception using errcode = 'LH000';
        exception
            when sqlstate 'LH000' then null;
        end;
        if not v_free then
            return true;
        end if;
        perform pg_sleep(0.05);
    end loop;
    return false;
end;
$$;

create or replace function begin_job_run(p_job text, p_runner text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_runner text := left(coalesce(p_runner, 'unknown'), 100);
    v_before bigint;
    v_id bigint;
begin
    -- Two sessions that begin the same job do it one after the other.
    perform 1 from public.scheduled_jobs j where j.name = p_job for update;
    if not found then
        raise exception 'there is no job "%"', left(coalesce(p_job, 'null'), 60) using errcode = 'LH004',
            hint = 'The table scheduled_jobs lists them.';
    end if;
    for v_before in select r.id from public.job_runs r where r.job = p_job and r.outcome = 'running' loop
        if public.job_run_is_alive(v_before) then
            insert into public.job_runs (job, runner, outcome, detail, finished_at)
            values (p_job, v_runner, 'skipped', 'another session was running it', clock_timestamp());
            return null;
        end if;
        update public.job_runs r
        set outcome = 'failed', detail = concat_ws('; ', r.detail, 'the session that ran it ended'), finished_at = clock_timestamp()
        where r.id = v_before and r.outcome = 'running';
    end loop;
    insert into public.job_runs (job, runner) values (p_job, v_runner) returning id into v_id;
    return v_id;
end;
$$;

-- The statements are those of scheduled_jobs, and run as its owner: a role that may edit them gains nothing.
-- A step that waits for somebody's lock fails after half a minute and is told: a transaction that was forgotten stops no job for good.
create or replace function run_job_step(p_run_id bigint, p_step int) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '30s' as $$
declare
    v_job record;
    v_name text;
    v_statement text;
    v_what text;
    v_problem boolean;
    v_again boolean;
    v_cancelled boolean := false;
begin
    select j.* into v_job from public.job_runs r join public.scheduled_jobs j on j.name = r.job
    where r.id = p_run_id and r.outcome = 'running' for update of r;
    if not found then
        raise exception 'the run % is over', coalesce(p_run_id::text, 'null') using errcode = 'LH004',
            hint = 'A run whose session seemed to be gone was closed by the next one.';
    end if;
    begin
        v_statement := v_job.body;
        if v_job.stepwise then
            execute format('select s.name, s.statement from (%s) as s (name, statement) offset $1 limit 1', v_job.body)
            into v_name, v_statement using p_step;
            if v_statement is null then
                return null;
            end if;
        end if;
        execute v_statement into v_what, v_problem, v_again;
    exception
        when query_canceled then
            v_what := 'cancelled: ' || sqlerrm;
            v_problem := true;
            v_cancelled := true;
        when others then
            v_what := sqlstate || ' ' || sqlerrm;
            v_problem := true;
    end;
    update public.job_runs r
    set detail = left(concat_ws('; ', r.detail, coalesce(v_name || ': ', '') || v_what), 2000),
        failed_steps = r.failed_steps + case when v_problem then 1 else 0 end
    where r.id = p_run_id;
    return case when v_cancelled or not v_job.stepwise then null
                when v_again and v_problem is not true then p_step
                else p_step + 1 end;
end;
$$;

create or replace function end_job_run(p_run_id bigint, out failed boolean, out detail text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update public.job_runs r
    set outcome = case when r.failed_steps > 0 then 'failed' else 'succeeded' end, finished_at = clock_timestamp()
    where r.id = p_run_id and r.outcome = 'running'
    returning r.failed_steps > 0, r.detail into end_job_run.failed, end_job_run.detail;
    if not found then
        raise exception 'the run % is over', coalesce(p_run_id::text, 'null') using errcode = 'LH004';
    end if;
end;
$$;

-- A procedure that commits can have neither security definer nor a set clause: it sets its path in each of its transactions.
-- The work itself is done as lh_owner. Call it as lh_jobs: a superuser would lend its power to a role that may replace it.
create or replace procedure run_job(p_job text, p_runner text default 'pg_cron')
language plpgsql as $$
declare
    v_run bigint;
    v_step int := 0;
    v_failed boolean;
    v_detail text;
begin
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    v_run := public.begin_job_run(p_job, p_runner);
    commit;
    if v_run is null then
        return;
    end if;
    while v_step is not null loop
        perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
        v_step := public.run_job_step(v_run, v_step);
        commit;
    end loop;
    perform pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    select e.failed, e.detail into v_failed, v_detail from public.end_job_run(v_run) e;
    perform public.prune_job_history();
    commit;
    if v_failed then
        raise exception 'the job % failed: %', p_job, v_detail;
    end if;
end;
$$;

-- pg_cron keeps its jobs in one database of the server; elsewhere the program schedules from there.
-- They run as lh_jobs. A session of a superuser would lend its power to a role that may replace what the job calls.
create or replace function schedule_jobs()
returns table (job text, scheduled boolean, detail text)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_superuser boolean := (select rolsuper from pg_roles where rolname = current_user);
    v_user text := case when v_superuser then 'lh_jobs' else current_user::text end;
    -- Null where pg_cron is missing. Not by to_regclass, which is an error for a role without the right to use the schema.
    v_usable boolean := (select has_schema_privilege(n.oid, 'usage') from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'cron' and c.relname = 'job');
    definition record;
begin
    if v_usable and v_superuser then
        grant usage on schema cron to lh_jobs;
        -- What an earlier version handed over as the migrating user would run twice.
        perform cron.unschedule(c.jobid) from cron.job c
        where c.database = current_database() and c.username <> v_user and c.command like 'call public.run_job(%';
    end if;
    for definition in select j.name, j.schedule from public.scheduled_jobs j order by j.name loop
        job := definition.name;
        scheduled := coalesce(v_usable, false);
        if v_usable is null then
            detail := 'pg_cron is not in this database; run the program''s jobs verb from a timer instead';
        elsif not v_usable then
            detail := format('this role may not use pg_cron; as a superuser: grant usage on schema cron to %I;', current_user);
        else
            if v_superuser then
                execute 'select cron.schedule_in_database($1, $2, $3, $4, $5)'
                    using format('%s/%s', current_database(), definition.name), definition.schedule,
                        format('call public.run_job(%L)', definition.name), current_database()::text, v_user;
            else
                execute 'select cron.schedule($1, $2, $3)'
                    using format('%s/%s', current_database(), definition.name), definition.schedule,
                        format('call public.run_job(%L)', definition.name);
            end if;
            detail := format('%s GMT, as %s', definition.schedule, v_user);
        end if;
        return next;
    end loop;
end;
$$;

create or replace function unschedule_jobs() returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    removed bigint := 0;
begin
    if exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname = 'cron' and c.relname = 'job' and has_schema_privilege(n.oid, 'usage')) then
        -- By id: unscheduling a name that is missing is an error.
        execute $query$select count(cron.unschedule(jobid)) from cron.job
            where database = current_database() and command like 'call public.run_job(%'
              and (username = current_user or (select rolsuper from pg_roles where rolname = current_user))$query$
        into removed;
    end if;
    return removed;
end;
$$;

create or replace function get_job_status()
returns table (
    job text, requirement text, schedule text, body text, max_age interval, last_started timestamptz, last_outcome text,
    last_detail text, last_success timestamptz)
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select j.name, j.requirement, j.schedule, j.body, j.max_age, l.started_at, l.outcome, l.detail,
        (select max(s.finished_at) from public.job_runs s where s.job = j.name and s.outcome = 'succeeded')
    from public.scheduled_jobs j
    left join lateral (
        select r.started_at, r.outcome, r.detail from public.job_runs r
        where r.job = j.name and r.outcome <> 'skipped'
        order by r.started_at desc limit 1) l on true
    order by j.requirement
$$;

comment on function job_run_is_alive(bigint) is 'Whether a session still works on a run.';
comment on function begin_job_run(text, text) is 'Opens the outcome row of a run and returns its id; null when another session is '
    'running the job. Refuses an unknown job (LH004).';
comment on function run_job_step(bigint, int) is 'Runs one step of a run, from 0, and returns the next one; null after the last. '
    'Refuses a run that is over (LH004).';
comment on function end_job_run(bigint) is 'Closes the outcome row of a run: it failed when a step did.';
comment on procedure run_job(text, text) is 'MA-3. Runs one job step by step, each in its own transaction, leaves one outcome row, and '
    'fails when the job failed. For lh_jobs.';
comment on function schedule_jobs() is 'MA-3. Gives every job to pg_cron in this database, again without doubling; one row a job. '
    'Where pg_cron is missing or the caller may not use it, detail says so.';
comment on function unschedule_jobs() is 'Takes this database''s jobs from pg_cron; returns how many.';
comment on function get_job_status() is 'One row a job with its last run and last success.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'job_run_is_alive', 'begin_job_run', 'run_job_step', 'end_job_run', 'run_job', 'schedule_jobs', 'unschedule_jobs',
                'get_job_status'])
    loop
        execute format('alter routine %s owner to lh_owner', routine);
        -- An outcome is what the job's own role wrote: nobody else may begin or end a run.
        execute format('revoke all on routine %s from public, lh_app, lh_readonly, lh_worker', routine);
    end loop;
    grant execute on function begin_job_run(text, text), run_job_step(bigint, int), end_job_run(bigint) to lh_jobs;
    grant execute on procedure run_job(text, text) to lh_jobs;
    grant execute on function get_job_status() to lh_jobs, lh_worker;
    if to_regprocedure('prune_job_history(interval)') is not null then
        grant execute on function prune_job_history(interval) to lh_jobs;
    end if;
    if to_regprocedure('create_monthly_partitions(int)') is not null then
        grant execute on function create_monthly_partitions(int) to lh_worker;
    end if;
end;
$$;

-- What health says of it before anybody drops it.
do $$
begin
    if to_regclass('public.job_runs_job_idx') is not null then
        comment on index public.job_runs_job_idx is 'The last runs of a job: health and the runner ask for them.';
    end if;
end;
$$;

-- Jobs that a migration adds are given to pg_cron when this file is applied again: change it with such a migration.
-- 012: start-campaigns and send-upkeep, each minute.
do $$
begin
    perform schedule_jobs();
end;
$$;
