-- Who gets a campaign (BF-3): one row a recipient, each once however often it is scheduled.
-- All sends of a campaign carry its enqueue time as created_at: the key then makes scheduling idempotent, and claims
-- and marks touch one partition. Nobody holds the campaign's row while recipients are added: pausing never waits for it.

create or replace function enqueue_campaign(p_workspace_id bigint, p_campaign_id bigint) returns timestamptz
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
    v_enqueued_at timestamptz;
begin
    perform require_workspace(p_workspace_id);
    select c.status, c.enqueued_at into v_status, v_enqueued_at
    from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    if not found then
        raise exception 'workspace % has no campaign %', p_workspace_id, coalesce(p_campaign_id::text, 'null')
            using errcode = 'LH007';
    elsif v_status = 'cancelled' then
        raise exception 'campaign % is cancelled: it takes no recipients', p_campaign_id using errcode = 'LH007',
            hint = 'Make a new campaign.';
    elsif campaign_is_retired(p_workspace_id, p_campaign_id) then
        raise exception 'sends of campaign % are archived: it takes no recipients', p_campaign_id using errcode = 'LH007',
            hint = 'Who got it already is no longer known here. Make a new campaign.';
    end if;
    if v_enqueued_at is null then
        -- A second scheduling at the same time waits here for the first one's instant.
        insert into campaign_enqueues as e (workspace_id, campaign_id, enqueued_at)
        values (p_workspace_id, p_campaign_id, now())
        on conflict (workspace_id, campaign_id) do update set enqueued_at = coalesce(e.enqueued_at, excluded.enqueued_at)
        returning e.enqueued_at into v_enqueued_at;
    end if;
    return v_enqueued_at;
exception
    when foreign_key_violation then
        raise exception 'workspace % has no campaign % any more', p_workspace_id, p_campaign_id using errcode = 'LH007';
end
$$;
comment on function enqueue_campaign(bigint, bigint) is
    'Fixes the instant that all sends of a campaign carry as created_at, once, and returns it. LH007 for a campaign that takes no '
    'recipients.';

create or replace function campaign_audience(p_workspace_id bigint, p_campaign_id bigint, p_segment jsonb) returns text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_segment_id bigint;
    v_own jsonb;
    v_narrowed text;
begin
    if p_segment is null then
        raise exception 'the segment is missing' using errcode = 'LH004',
            hint = 'A segment that is gone must not mail everybody. For all active leads, pass the JSON text "all".';
    end if;
    v_narrowed := case when p_segment = '"all"' then 'true' else compile_segment(p_segment) end;
    select c.segment_id, s.conditions into v_segment_id, v_own
    from campaigns c
    left join lead_segments s on s.workspace_id = c.workspace_id and s.id = c.segment_id
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    if v_segment_id is null then
        return v_narrowed;
    elsif v_own is null then
        raise exception 'the segment of campaign % is gone', p_campaign_id using errcode = 'LH007';
    end if;
    return format('(%s) and (%s)', compile_segment(v_own), v_narrowed);
end
$$;
comment on function campaign_audience(bigint, bigint, jsonb) is
    'A step of scheduling, for its owner alone: the condition on leads. The campaign''s own segment decides; a given one narrows it.';

-- Not in SQL: the plans over all months are made once a session.
create or replace function campaign_has_strays(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_states constant text[] := array['pending', 'claimed', 'sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed',
                                      'complained', 'failed'];
begin
    -- By status, so that the index of a campaign's progress answers in one step a status and month.
    return p_enqueued_at is null
        or exists (select 1 from email_sends s where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
                   and s.status = any (c_states) and s.created_at < p_enqueued_at)
        or exists (select 1 from email_sends s where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
                   and s.status = any (c_states) and s.created_at > p_enqueued_at);
end
$$;
comment on function campaign_has_strays(bigint, bigint, timestamptz) is
    'Whether a campaign has sends with another created_at than its enqueue time: the application inserted them itself.';

-- Nobody has analyzed sends that were just added: the planner would take them to be a handful, and read all of the workspace's for each
-- batch that is marked.
create or replace function analyze_new_sends(p_created_at timestamptz, p_sends bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp set lock_timeout = '40ms'
as $$
declare
    v_partition regclass := (
        select c.oid from partition_bounds('email_sends') b join pg_class c on c.oid = b.partition
        where b.from_at <= p_created_at and p_created_at < b.to_at and p_sends >= greatest(c.reltuples / 10, 5000)
          -- Nothing lies here where the month is on another node.
          and pg_relation_size(c.oid) > 0);
begin
    if v_partition is not null then
        execute format('analyze %s', v_partition);
    end if;
    return v_partition is not null;
exception when lock_not_available then
    -- Somebody else does, or changes the table.
    return false;
end
$$;
comment on function analyze_new_sends(timestamptz, bigint) is
    'A step of scheduling, for its owner alone: analyzes the month of sends that has grown by a tenth. Returns whether it did.';

drop function if exists record_campaign_batch(bigint, bigint, bigint);
drop function if exists record_campaign_batch(bigint, bigint, timestamptz, bigint, boolean);
create or replace function record_campaign_batch(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz,
    p_recipients bigint, p_complete boolean, p_status text, p_scheduled_at timestamptz, p_segment_id bigint) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_now constant timestamptz := now();
    v_batch_id bigint;
    v_found boolean;
begin
    -- Before the campaign's row is locked: a pause or a cancel does not wait for it.
    perform analyze_new_sends(p_enqueued_at, p_recipients);
    begin
        update campaigns c
        set total_recipients = c.total_recipients + p_recipients,
            enqueued_at = coalesce(c.enqueued_at, p_enqueued_at),
            recipients_due = c.recipients_due and not p_complete,
            status = case
                when c.status = 'sent' and p_recipients > 0 then 'sending'
                when c.status not in ('draft', 'scheduled') then c.status
                when c.recipients_due and not p_complete then 'scheduled'
                -- As campaign_is_due says: an update may not ask a function that reads the clock.
                when coalesce(c.scheduled_at <= v_now, true) and coalesce(c.send_window @> v_now, true) then 'sending'
                else 'scheduled' end,
            completed_at = case when p_recipients = 0 then c.completed_at end,
            updated_at = v_now
        where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status <> 'cancelled'
          -- The campaign was free meanwhile: what was decided of it since is not overruled by recipients of before.
          and (c.status <> 'draft' and c.scheduled_at is not distinct from p_scheduled_at and c.segment_id is not distinct from p_segment_id
               or p_status = 'draft' and not (c.recipients_due and p_complete));
        v_found := found;
    exception when exclusion_violation then
        raise exception 'campaign % would send to its segment while another campaign does: no recipient was added', p_campaign_id
            using errcode = 'LH010', hint = 'Add them when the other campaign is done, or choose a send window that does not overlap its.';
    end;
    if not v_found then
        raise exception 'campaign % was cancelled, taken back, rescheduled or given another segment: no recipient was added', p_campaign_id
            using errcode = 'LH007', hint = 'It was changed while they were added. Schedule it again if it is to go out.';
    elsif p_recipients > 0 and campaign_is_retired(p_workspace_id, p_campaign_id) then
        raise exception 'sends of campaign % were archived while recipients were added: none was', p_campaign_id using errcode = 'LH007';
    end if;
    if p_recipients > 0 then
        insert into campaign_batches (workspace_id, campaign_id, recipients)
        values (p_workspace_id, p_campaign_id, p_recipients) returning id into v_batch_id;
    end if;
    return v_batch_id;
end
$$;
comment on function record_campaign_batch(bigint, bigint, timestamptz, bigint, boolean, text, timestamptz, bigint) is
    'The last step of scheduling, for its owner alone: counts the recipients and starts a campaign that is due. p_status, p_scheduled_at '
    'and p_segment_id are those from before the recipients were added: LH007 when the campaign was taken back or changed since.';

create or replace function bulk_schedule_email_sends(p_campaign_id bigint, p_workspace_id bigint, p_lead_ids bigint[],
    out total_scheduled bigint, out batch_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz := enqueue_campaign(p_workspace_id, p_campaign_id);
    v_before campaigns;
begin
    if p_lead_ids is null then
        raise exception 'the list of leads is missing' using errcode = 'LH004';
    end if;
    select c.* into v_before from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    total_scheduled := add_campaign_recipients(p_workspace_id, p_campaign_id, v_enqueued_at,
        campaign_audience(p_workspace_id, p_campaign_id, '"all"'), null, null, p_lead_ids);
    batch_id := record_campaign_batch(p_workspace_id, p_campaign_id, v_enqueued_at, total_scheduled, false,
        v_before.status, v_before.scheduled_at, v_before.segment_id);
end
$$;
comment on function bulk_schedule_email_sends(bigint, bigint, bigint[]) is
    'Schedules a campaign to the active ones of the given leads (BF-3) that are in its segment, each once however often it is called. '
    'batch_id is null when no row was added.';

create or replace function bulk_schedule_email_sends(p_campaign_id bigint, p_workspace_id bigint, p_segment jsonb default '"all"',
    p_first_lead_id bigint default null, p_last_lead_id bigint default null,
    out total_scheduled bigint, out batch_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz := enqueue_campaign(p_workspace_id, p_campaign_id);
    v_before campaigns;
begin
    select c.* into v_before from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    total_scheduled := add_campaign_recipients(p_workspace_id, p_campaign_id, v_enqueued_at,
        campaign_audience(p_workspace_id, p_campaign_id, p_segment),
        p_first_lead_id, p_last_lead_id, null);
    batch_id := record_campaign_batch(p_workspace_id, p_campaign_id, v_enqueued_at, total_scheduled,
        p_segment = '"all"' and p_first_lead_id is null and p_last_lead_id is null,
        v_before.status, v_before.scheduled_at, v_before.segment_id);
end
$$;
comment on function bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint) is
    'Schedules a campaign to the active leads of its own segment, each once (BF-3). p_segment narrows it; for a campaign without a '
    'segment it decides, "all" being all active leads. Null is refused. Lead ids may be given as a range, both ends included.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function enqueue_campaign(bigint, bigint) owner to lh_owner;
alter function campaign_audience(bigint, bigint, jsonb) owner to lh_owner;
alter function campaign_has_strays(bigint, bigint, timestamptz) owner to lh_owner;
alter function analyze_new_sends(timestamptz, bigint) owner to lh_owner;
alter function record_campaign_batch(bigint, bigint, timestamptz, bigint, boolean, text, timestamptz, bigint) owner to lh_owner;
alter function bulk_schedule_email_sends(bigint, bigint, bigint[]) owner to lh_owner;
alter function bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint) owner to lh_owner;
revoke execute on function
    enqueue_campaign(bigint, bigint),
    campaign_audience(bigint, bigint, jsonb),
    campaign_has_strays(bigint, bigint, timestamptz),
    analyze_new_sends(timestamptz, bigint),
    record_campaign_batch(bigint, bigint, timestamptz, bigint, boolean, text, timestamptz, bigint),
    bulk_schedule_email_sends(bigint, bigint, bigint[]),
    bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint)
from public;
grant execute on function
    enqueue_campaign(bigint, bigint),
    bulk_schedule_email_sends(bigint, bigint, bigint[]),
    bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint)
to lh_app, lh_worker;
