-- As 017 leaves it.

-- step: jobs
update scheduled_jobs
set stepwise = false,
    body = $body$select count(*) || ' campaigns started' || coalesce('; ' || string_agg(problem, '; '), ''), false
         from public.start_due_campaigns()$body$
where name = 'start-campaigns';

-- step: advisory_locks
do $$
declare
    v_statement text;
begin
    for v_statement in delete from loadharness.taken_right where name like 'pg\_%advisory\_%' returning give_back loop
        execute v_statement;
    end loop;
end
$$;

-- step: guard_campaigns
drop trigger guard_campaigns on campaigns;
create trigger guard_campaigns before update of status, enqueued_at on campaigns
    for each row execute function guard_campaign();

-- step: campaign_guard
create or replace function guard_campaign() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.enqueued_at is distinct from old.enqueued_at and old.enqueued_at is not null then
        raise exception 'the time when campaign % was enqueued cannot change: its sends carry it', old.id using errcode = 'LH010';
    end if;
    if new.status = old.status then
        return new;
    end if;
    if not campaign_may_become(old.status, new.status) then
        raise exception 'campaign % is %: it cannot become %', old.id, old.status, new.status using errcode = 'LH010',
            hint = 'The implementation guide shows the states of a campaign and what may follow each.';
    end if;
    if new.status = 'sent' and (new.recipients_due or campaign_has_open_sends(new.workspace_id, new.id)) then
        raise exception 'campaign % has recipients that are not done: it cannot become sent', old.id using errcode = 'LH010',
            hint = 'complete_campaign closes it as soon as it can.';
    end if;
    return new;
end
$$;
