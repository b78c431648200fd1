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

create or replace function set_campaign_status(p_workspace_id bigint, p_campaign_id bigint, p_status text) returns text
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign campaigns := campaign_of(p_workspace_id, p_campaign_id);
begin
    -- The next claim would open it.
    if v_campaign.status = 'sent' and campaign_has_open_sends(p_workspace_id, p_campaign_id) then
        update campaigns c set status = 'sending', completed_at = null where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    end if;
    update campaigns c set status = p_status, updated_at = now() where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
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
        when v_campaign.enqueued_at is null and v_campaign.scheduled_at is null
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

-- The lock is let go at once, so that the campaign can be paused; who holds it for long is not waited for.
create or replace function campaign_is_free(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_free boolean;
begin
    perform 1 from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id for no key update skip locked;
    v_free := found;
    raise exception using errcode = 'LH000';
exception
    when sqlstate 'LH000' then return v_free;
end
$$;
comment on function campaign_is_free(bigint, bigint) is 'A step of start_due_campaigns: whether no other session changes a campaign now.';

create or replace function start_due_campaigns(p_limit int default 10)
returns table (workspace_id bigint, campaign_id bigint, recipients bigint, problem text)
-- Whatever a session of one workspace holds, the campaigns of the others start.
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set lock_timeout = '1s'
as $$
declare
    c_most_problems constant int := 1000;
    v_session text := coalesce(current_setting('app.workspace_id', true), '');
    v_own bigint := case when v_session <> '' then session_workspace() end;
    v_due record;
    v_started jsonb[] := '{}';
    v_problems int := 0;
    v_blocked bigint[] := '{}';
    v_enqueued_at timestamptz;
    v_one jsonb;
begin
    if p_limit is null or p_limit not between 1 and 1000 then
        raise exception 'a call starts 1 to 1000 campaigns, not %', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
    for v_due in
        -- Each workspace's first one, then each one's second: who has many that cannot start keeps nobody else waiting.
        select d.workspace_id, d.id, d.wants
        from (select c.workspace_id, c.id, c.scheduled_at,
                     c.recipients_due or (c.enqueued_at is null and c.segment_id is not null) as wants,
                     row_number() over (partition by c.workspace_id order by c.scheduled_at, c.id) as turn
              from campaigns c
              where c.status = 'scheduled' and campaign_is_due(c.scheduled_at, c.send_window)
                and (v_own is null or c.workspace_id = v_own)) as d
        order by d.turn, d.scheduled_at, d.workspace_id, d.id
    loop
        exit when cardinality(v_started) >= p_limit or v_problems >= c_most_problems;
        continue when v_due.workspace_id = any (v_blocked);
        workspace_id := v_due.workspace_id;
        campaign_id := v_due.id;
        recipients := 0;
        problem := null;
        v_enqueued_at := null;
        begin
            if not campaign_is_free(v_due.workspace_id, v_due.id) then
                raise exception 'another session holds it' using errcode = 'lock_not_available';
            end if;
            -- Not the campaign's row: it must stay free to be paused and cancelled while its recipients are added.
            insert into campaign_enqueues (workspace_id, campaign_id) values (v_due.workspace_id, v_due.id) on conflict do nothing;
            perform 1 from campaign_enqueues e
            where e.workspace_id = v_due.workspace_id and e.campaign_id = v_due.id for update skip locked;
            continue when not found;
            -- As a command: on a cluster it is passed on to the nodes, which set_config is not.
            execute format('set local app.workspace_id = %L', v_due.workspace_id);
            if v_due.wants then
                v_enqueued_at := enqueue_campaign(v_due.workspace_id, v_due.id);
                recipients := add_campaign_recipients(v_due.workspace_id, v_due.id, v_enqueued_at,
                    campaign_audience(v_due.workspace_id, v_due.id, '"all"'), null, null, null);
            elsif not campaign_has_open_sends(v_due.workspace_id, v_due.id) then
                raise exception 'it has neither a segment nor recipients' using errcode = 'LH004';
            end if;
            v_started := v_started || jsonb_build_object('workspace', v_due.workspace_id, 'campaign', v_due.id, 'recipients', recipients,
                'at', v_enqueued_at);
        exception when others then
            -- One tenant's broken segment must not keep the others' campaigns from starting.
            problem := format('campaign %s of workspace %s: %s %s', v_due.id, v_due.workspace_id, sqlstate, left(sqlerrm, 200));
            v_problems := v_problems + 1;
            if sqlstate = '55P03' then
                v_blocked := v_blocked || v_due.workspace_id;
            end if;
        end;
        return next;
    end loop;
    foreach v_one in array v_started loop
        begin
            perform record_campaign_batch((v_one ->> 'workspace')::bigint, (v_one ->> 'campaign')::bigint,
                (v_one ->> 'at')::timestamptz, (v_one ->> 'recipients')::bigint, true);
        exception when sqlstate 'LH007' then
            null; -- Cancelled meanwhile.
        end;
    end loop;
    execute format('set local app.workspace_id = %L', v_session);
end
$$;
comment on function start_due_campaigns(int) is
    'Adds the recipients of the scheduled campaigns that are due and starts them; the session''s workspace, or all when it has none. '
    'One row a campaign, with the problem if it has one. One whose rows another session holds waits for the next call.';

-- One a transaction: of ten large ones that are due at once, the first is sent while the recipients of the second are added.
create or replace function start_next_campaign(out detail text, out problem boolean, out again boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_problems text;
begin
    select string_agg(s.problem, '; '), string_agg(format('campaign %s of workspace %s, %s recipients', s.campaign_id, s.workspace_id,
        s.recipients), '; ') filter (where s.problem is null)
    into v_problems, detail
    from start_due_campaigns(1) as s;
    again := detail is not null;
    -- What could not start is told once, by the last call.
    detail := coalesce(detail, concat_ws('; ', v_problems, 'nothing left to start'));
    problem := false;
end
$$;
comment on function start_next_campaign() is 'A step of the job start-campaigns: starts one campaign that is due, again while there may be '
    'another.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'campaign_is_due', 'campaign_is_retired', 'campaign_is_free', 'campaign_of', 'set_campaign_status', 'schedule_campaign',
            'pause_campaign', 'resume_campaign', 'cancel_campaign', 'complete_campaign', 'start_due_campaigns',
            'start_next_campaign'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function schedule_campaign(bigint, bigint, timestamptz, tstzrange, boolean), pause_campaign(bigint, bigint),
        resume_campaign(bigint, bigint), cancel_campaign(bigint, bigint) to lh_app;
    grant execute on function complete_campaign(bigint, bigint) to lh_app, lh_worker;
    grant execute on function start_due_campaigns(int) to lh_worker;
end
$$;
