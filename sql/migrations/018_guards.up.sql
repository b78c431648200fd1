-- What a session could still do to others: mail everybody for want of a segment, and fill the table of locks that all sessions share.

-- step: campaign_guard
-- As of migration 012, and the segment: of a campaign that lost it before its recipients were added, nobody can tell whom it is for.
create or replace function guard_campaign() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.enqueued_at is distinct from old.enqueued_at and old.enqueued_at is not null then
        raise exception 'the time when campaign % was enqueued cannot change: its sends carry it', old.id using errcode = 'LH010';
    end if;
    if new.segment_id is null and old.segment_id is not null and new.recipients_due then
        if new.status <> 'draft' then
            raise exception 'campaign % is %: without its segment it would go to everybody', old.id, new.status using errcode = 'LH010',
                hint = 'Make it a draft first, or give it another segment.';
        end if;
        new.recipients_due := false;
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

-- step: guard_campaigns
drop trigger guard_campaigns on campaigns;
create trigger guard_campaigns before update of status, enqueued_at, segment_id on campaigns
    for each row execute function guard_campaign();

-- step: advisory_locks
-- A hundred thousand locks of one session fill the table of locks: every tenant's statements fail. No function of this schema needs
-- them but those of pg_partman. Only a superuser may take the right. A role that needs them can be granted the functions.
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select p.oid from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
          and has_function_privilege('public', p.oid, 'execute') and pg_has_role(current_user, p.proowner, 'usage')
    loop
        execute format('revoke execute on function %s from public', v_function);
        execute format('grant execute on function %s to lh_owner', v_function);
        insert into loadharness.taken_right
        values (v_function::text,
                format('grant execute on function %1$s to public; revoke execute on function %1$s from lh_owner', v_function));
    end loop;
end
$$;

-- step: jobs
update scheduled_jobs
set stepwise = true, body = $body$values ('start', 'select detail, problem, again from public.start_next_campaign()')$body$
where name = 'start-campaigns';
