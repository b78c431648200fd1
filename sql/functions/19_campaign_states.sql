-- The life of a campaign: schedule, start when due, pause, resume, cancel, complete. What may follow what is decided by
-- campaign_may_become (migration 012), which a trigger asks for every change, also of the application's own updates.

create or replace function campaign_is_due(p_scheduled_at timestamptz, p_send_window tstzrange) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select coalesce(p_scheduled_at <= now(), true) and coalesce(p_send_window @> now(), true)
$$;
comment on function campaign_is_due(timestamptz, tstzrange) is 'Whether a campaign may send now: its time has come, and its window is '
    'open.';

-- A campaign whose sends retention has moved away is listed with them in archive, the schema that a rollback leaves alone.
create or replace function campaign_is_retired(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_found boolean := false;
begin
    if to_regclass('archive.retired_campaigns') is not null then
        execute 'select exists (select 1 from archive.retired_campaigns r where r.workspace_id = $1 and r.campaign_id = $2)'
            into v_found using p_workspace_id, p_campaign_id;
    end if;
    return v_found;
end
$$;
comment on function campaign_is_retired(bigint, bigint) is 'Whether retention has archived or dropped sends of a campaign.';

create or replace function campaign_of(p_workspace_id bigint, p_campaign_id bigint) returns campaigns
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign campaigns;
begin
    perform require_workspace(p_workspace_id);
    select c.* into v_campaign from campaigns c
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id for no key update;
    if not found then
        raise exception 'workspace % has no campaign %', p_workspace_id, coalesce(p_campaign_id::text, 'null') using errcode = 'LH007';
    end if;
    return v_campaign;
end
$$;
comment on function campaign_of(bigint, bigint) is 'A campaign, locked against other changes, for the functions of its life cycle '
    'alone. LH007 when there is none.';

create or replace function schedule_campaign(p_workspace_id bigint, p_campaign_id bigint, p_at timestamptz default now(),
    p_send_window tstzrange default null, p_everybody boolean default false) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign campaigns := campaign_of(p_workspace_id, p_campaign_id);
    v_window tstzrange := coalesce(p_send_window, v_campaign.send_window);
begin
    if p_at is null or p_at < now() - interval '1 day' or p_at > now() + interval '10 years' then
        raise exception 'a campaign is scheduled for now or a time of the next ten years, not %', coalesce(p_at::text, 'null')
            using errcode = 'LH004';
    elsif isempty(v_window) or upper(v_window) <= greatest(p_at, now()) then
        raise exception 'the send window % is empty or over before %', v_window, p_at using errcode = 'LH004';
    elsif is_usual_time(lower(v_window)) is false or is_usual_time(upper(v_window)) is false then
        raise exception 'the send window % does not lie in the years 1970 to 2199', v_window using errcode = 'LH004',
            hint = 'Leave a bound out for a window without beginning or end.';
    elsif v_campaign.segment_id is null and p_everybody is not true then
        raise exception 'campaign % has no segment', p_campaign_id using errcode = 'LH004',
            hint = 'Set its segment_id, or say p_everybody => true to mail all active leads.';
    end if;
    if campaign_is_retired(p_workspace_id, p_campaign_id) then
        raise exception 'sends of campaign % are archived: it takes no recipients', p_campaign_id using errcode = 'LH007',
            hint = 'Make a new campaign.';
    end if;
    perform campaign_audience(p_workspace_id, p_campaign_id, '"all"');
    insert into campaign_enqueues (workspace_id, campaign_id) values (p_workspace_id, p_campaign_id) on conflict do nothing;
    update campaigns c
    set status = 'scheduled', scheduled_at = p_at, send_window = v_window, recipients_due = true, updated_at = now()
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    return 'scheduled';
exception when exclusion_violation then
    raise exception 'campaign % would send to its segment while another campaign does', p_campaign_id using errcode = 'LH010',
        hint = 'Choose a send window that does not overlap the other campaign''s.';
end
$$;
comment on function schedule_campaign(bigint, bigint, timestamptz, tstzrange, boolean) is
    'Schedules a campaign to its segment, for now or a later time, within a window if one is given. start_due_campaigns adds the '
    'recipients when it is due.';

-- What is done says so until it gets a send that nobody has: an application may add one at any time.
create or replace function reopen_campaign(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not campaign_has_open_sends(p_workspace_id, p_campaign_id) then
        return false;
    end if;
    update campaigns c set status = 'sending', completed_at = null, updated_at = now()
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'sent';
    return found;
exception when exclusion_violation then
    -- Another campaign sends to its segment now: its sends wait until that one is done.
    return false;
end
$$;
comment on function reopen_campaign(bigint, bigint) is
    'A step of claims, for its owner alone: whether a campaign that was done has open sends and goes on.';

create or replace function set_campaign_status(p_workspace_id bigint, p_campaign_id bigint, p_status text) returns text
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign campaigns := campaign_of(p_workspace_id, p_campaign_id);
begin
    -- A done one with sends that wait is stopped as it is: opened first, it could meet another campaign in its window.
    update campaigns c set status = p_status, completed_at = null, updated_at = now(),
        -- As start_due_campaigns would add them to one that the application scheduled itself: so resume_campaign tells it from a draft.
        recipients_due = c.recipients_due
            or p_status = 'paused' and c.status = 'scheduled' and c.enqueued_at is null and c.segment_id is not null
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    return p_status;
end
$$;
comment on function set_campaign_status(bigint, bigint, text) is 'A step of pause_campaign and cancel_campaign, for their owner alone.';

create or replace function pause_campaign(p_workspace_id bigint, p_campaign_id bigint) returns text
language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
    select set_campaign_status(p_workspace_id, p_campaign_id, 'paused')
$$;
comment on function pause_campaign(bigint, bigint) is 'Stops a campaign until resume_campaign: nothing is handed out. What workers hold '
    'already they may still mark.';

create or replace function resume_campaign(p_workspace_id bigint, p_campaign_id bigint) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign campaigns := campaign_of(p_workspace_id, p_campaign_id);
    v_status text;
begin
    if v_campaign.status in ('scheduled', 'sending') then
        return v_campaign.status;
    elsif v_campaign.status <> 'paused' then
        raise exception 'campaign % is %: only a paused one is resumed', p_campaign_id, v_campaign.status using errcode = 'LH010';
    end if;
    -- The campaign is locked: what is known of it holds.
    v_status := case
        -- Not by its time: a draft may have one that nobody scheduled it for.
        when v_campaign.enqueued_at is null and not v_campaign.recipients_due
            and not campaign_has_open_sends(p_workspace_id, p_campaign_id) then 'draft'
        when v_campaign.recipients_due or not campaign_is_due(v_campaign.scheduled_at, v_campaign.send_window) then 'scheduled'
        else 'sending' end;
    update campaigns c set status = v_status, updated_at = now() where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    return v_status;
exception when exclusion_violation then
    raise exception 'campaign % would send to its segment while another campaign does', p_campaign_id using errcode = 'LH010',
        hint = 'Choose a send window that does not overlap the other campaign''s.';
end
$$;
comment on function resume_campaign(bigint, bigint) is 'Lets a paused campaign go on: scheduled until it is due, sending after, draft '
    'when it never was scheduled. Returns which.';

create or replace function cancel_campaign(p_workspace_id bigint, p_campaign_id bigint) returns text
language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
    select set_campaign_status(p_workspace_id, p_campaign_id, 'cancelled')
$$;
comment on function cancel_campaign(bigint, bigint) is 'Ends a campaign for good. What workers hold already they may still mark.';

create or replace function complete_campaign(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform require_workspace(p_workspace_id);
    -- Locked first and looked at after: a scheduling that ended meanwhile is seen.
    perform 1 from campaigns c
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'sending' and not c.recipients_due
    for no key update;
    if not found or campaign_has_open_sends(p_workspace_id, p_campaign_id) then
        return false;
    end if;
    update campaigns c set status = 'sent', completed_at = now(), updated_at = now()
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    return true;
end
$$;
comment on function complete_campaign(bigint, bigint) is
    'Closes a campaign none of whose sends is pending or claimed; false when some are, or when it is not sending.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'campaign_is_due', 'campaign_is_retired', 'campaign_of', 'reopen_campaign', 'set_campaign_status', 'schedule_campaign',
            'pause_campaign', 'resume_campaign', 'cancel_campaign', 'complete_campaign'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function schedule_campaign(bigint, bigint, timestamptz, tstzrange, boolean), pause_campaign(bigint, bigint),
        resume_campaign(bigint, bigint), cancel_campaign(bigint, bigint) to lh_app;
    grant execute on function complete_campaign(bigint, bigint) to lh_app, lh_worker;
end
$$;
