-- One body a job, whoever runs it. run_job commits as it goes, so an outcome row stays whatever happens to the body.

create or replace function begin_job_run(p_job text, p_runner text, out run_id bigint, out body text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    select j.body into body from public.scheduled_jobs j where j.name = p_job;
    if body is null then
        raise exception 'there is no job "%"', left(coalesce(p_job, 'null'), 60) using errcode = 'LH004',
            hint = 'The table scheduled_jobs lists them.';
    end if;
    -- A row of this job still running belongs to a session that died: whoever calls here holds the job's lock.
    update public.job_runs r
    set outcome = 'failed', detail = 'the session that ran it ended', finished_at = clock_timestamp()
    where r.job = p_job and r.outcome = 'running';
    insert into public.job_runs (job, runner) values (p_job, left(coalesce(p_runner, 'unknown'), 100)) returning id into run_id;
end;
$$;

create or replace function end_job_run(p_run_id bigint, p_outcome text, p_detail text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if p_outcome is null or p_outcome not in ('succeeded', 'failed') then
        raise exception 'a run has succeeded or failed, not "%"', left(coalesce(p_outcome, 'null'), 60) using errcode = 'LH004';
    end if;
    update public.job_runs
    set outcome = p_outcome, detail = left(p_detail, 2000), finished_at = clock_timestamp()
    where id = p_run_id and outcome = 'running';
end;
$$;

create or replace function skip_job_run(p_job text, p_runner text) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if not exists (select from public.scheduled_jobs j where j.name = p_job) then
        raise exception 'there is no job "%"', left(coalesce(p_job, 'null'), 60) using errcode = 'LH004';
    end if;
    insert into public.job_runs (job, runner, outcome, detail, finished_at)
    values (p_job, left(coalesce(p_runner, 'unknown'), 100), 'skipped', 'another session was running it', clock_timestamp());
end;
$$;

-- As its caller and without a pinned path: a procedure that commits may have neither. Every name is qualified instead.
create or replace procedure run_job(p_job text, p_runner text default 'pg_cron')
language plpgsql as $$
declare
    run record;
    what text;
    problem boolean;
begin
    if not pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext('loadharness.job'), pg_catalog.hashtext(p_job)) then
        perform public.skip_job_run(p_job, p_runner);
        return;
    end if;
    begin
        run := public.begin_job_run(p_job, p_runner);
    exception when others then
        perform pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('loadharness.job'), pg_catalog.hashtext(p_job));
        raise;
    end;
    commit;
    begin
        execute run.body into what, problem;
    exception when others then
        what := sqlstate || ' ' || sqlerrm;
        problem := true;
    end;
    perform public.end_job_run(run.run_id, case when problem then 'failed' else 'succeeded' end, what);
    perform public.prune_job_history();
    commit;
    perform pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('loadharness.job'), pg_catalog.hashtext(p_job));
    if problem then
        raise exception 'the job % failed: %', p_job, what;
    end if;
end;
$$;

-- pg_cron keeps its jobs in one database of the server; elsewhere the program schedules from there.
create or replace function schedule_jobs()
returns table (job text, scheduled boolean, detail text)
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    definition record;
begin
    for definition in select j.name, j.schedule from public.scheduled_jobs j order by j.name loop
        job := definition.name;
        if to_regclass('cron.job') is null then
            scheduled := false;
            detail := 'pg_cron is not in this database; run the program''s jobs verb from a timer instead';
        else
            execute 'select cron.schedule($1, $2, $3)'
                using format('%s/%s', current_database(), definition.name), definition.schedule,
                    format('call public.run_job(%L)', definition.name);
            scheduled := true;
            detail := definition.schedule || ' GMT';
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
    if to_regclass('cron.job') is not null then
        -- By id: unscheduling a name that is missing is an error.
        execute $query$select count(cron.unschedule(jobid)) from cron.job
            where database = current_database() and username = current_user and command like 'call public.run_job(%'$query$
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

comment on function begin_job_run(text, text) is 'Opens the outcome row of a run and gives the statement to execute. Refuses an unknown job (LH004).';
comment on function end_job_run(bigint, text, text) is 'Closes the outcome row of a run.';
comment on function skip_job_run(text, text) is 'Leaves an outcome row of a run that another session''s run kept from starting.';
comment on procedure run_job(text, text) is 'MA-3. Runs one job under its advisory lock, leaves one outcome row, and fails when the job failed.';
comment on function schedule_jobs() is 'MA-3. Gives every job to pg_cron in this database, again without doubling; one row a job.';
comment on function unschedule_jobs() is 'Takes this database''s jobs from pg_cron; returns how many.';
comment on function get_job_status() is 'One row a job with its last run and last success.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'begin_job_run', 'end_job_run', 'skip_job_run', 'run_job', 'schedule_jobs', 'unschedule_jobs', 'get_job_status'])
    loop
        execute format('alter routine %s owner to lh_owner', routine);
        execute format('revoke all on routine %s from public', routine);
        -- Scheduling is for whoever owns the database: as the worker it would fail.
        execute format(case when routine::text in ('schedule_jobs()', 'unschedule_jobs()')
            then 'revoke execute on routine %s from lh_worker' else 'grant execute on routine %s to lh_worker' end, routine);
    end loop;
    if to_regprocedure('create_monthly_partitions(int)') is not null then
        grant execute on function create_monthly_partitions(int) to lh_worker;
    end if;
end;
$$;

do $$
begin
    if to_regclass('cron.job') is not null then
        perform schedule_jobs();
    end if;
end;
$$;
