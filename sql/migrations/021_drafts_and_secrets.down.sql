-- As 020 leaves it.

-- step: executions_index
-- no-transaction
drop index concurrently if exists automation_executions_workspace_lead_idx;

-- step: campaign_guard
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
    if not campaign_may_become(old.status, new.status)
       or old.status = 'sent' and new.status <> 'sending' and not campaign_has_open_sends(new.workspace_id, new.id) then
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
