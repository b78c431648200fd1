-- Section 10: each job's own statements run, and are rolled back.

-- id: JB-1; job=JB-1; schedule=0 2 * * *
-- id: JB-2; job=JB-2; schedule=*/30 * * * *
-- id: JB-3; job=JB-3; schedule=0 1 1 * *
-- id: JB-4; job=JB-4; schedule=0 3 * * *
-- role: lh_owner on a cluster
select set_config('app.job', :'job', true);
do $$
declare job scheduled_jobs; step record; told text; problem boolean;
begin
    select * into job from scheduled_jobs where requirement = current_setting('app.job');
    for step in execute case when job.stepwise then job.body else format('select null::text as name, %L as statement', job.body) end loop
        execute step.statement into told, problem;
        if problem then raise exception '%', told; end if;
    end loop;
end $$;
select case when schedule = :'schedule' then 'met' else 'missed' end,
    format('%s: schedule %s GMT; its body ran (rolled back); by pg_cron or jobs run', name, schedule), null, null, ''
from scheduled_jobs
where requirement = :'job';

-- id: JB-5
-- tenant: made
insert into api_keys (workspace_id, name, key_hash, expires_at, auto_renew)
values (current_setting('app.workspace_id')::bigint, 'verify', sha256('verify'), now() - interval '1 minute', true);
select expire_api_keys();
select set_config('app.renewed', (select status from api_keys where name = 'verify'), true);
select auto_renew_api_keys();
do $$
begin
    if exists (select 1 from api_keys where name = 'verify' and expires_at < now()) then raise exception 'the key was not renewed'; end if;
end $$;
select case when schedule = '0 4 * * *' and current_setting('app.renewed') = 'active' then 'met' else 'missed' end,
    format('schedule %s; a key with auto-renewal that lapsed is %s after the 03:00 job and renewed until %s after the 04:00 job '
        '(rolled back)',
        schedule, current_setting('app.renewed'), (select max(expires_at)::date from api_keys where name = 'verify')),
    null, null, ''
from scheduled_jobs
where requirement = 'JB-5';
