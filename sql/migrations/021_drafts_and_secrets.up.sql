-- A draft is nobody's yet, settings that may hold passwords are not kept, and erasing a lead does not read the executions of others.

-- step: campaign_guard
-- As of migration 020, and who takes a scheduled campaign back takes its recipients back: else a test mail to a list of leads would be
-- followed by the whole segment.
create or replace function guard_campaign() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.enqueued_at is distinct from old.enqueued_at and old.enqueued_at is not null then
        raise exception 'the time when campaign % was enqueued cannot change: its sends carry it', old.id using errcode = 'LH010';
    end if;
    if new.status = 'draft' then
        new.recipients_due := false;
    elsif new.segment_id is null and old.segment_id is not null and new.recipients_due then
        raise exception 'campaign % is %: without its segment it would go to everybody', old.id, new.status using errcode = 'LH010',
            hint = 'Make it a draft first, or give it another segment.';
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

-- step: drafts
update campaigns set recipients_due = false where status = 'draft' and recipients_due;

-- step: settings
-- Connection strings and commands.
delete from setting_history where name ~ '(conninfo|_command)$';

-- step: executions_index
-- no-transaction
create index concurrently if not exists automation_executions_workspace_lead_idx on automation_executions (workspace_id, lead_id);

-- step: executions_index_comment
comment on index automation_executions_workspace_lead_idx is
    'Reads the executions of a lead; without it each deleted or erased lead reads those of its workspace.';
