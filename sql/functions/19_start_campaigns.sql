-- Starting the campaigns that are due, workspace by workspace: nobody waits for what a session of another one holds.

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
    v_campaign campaigns;
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
        select d.workspace_id, d.id
        from (select c.workspace_id, c.id, c.scheduled_at,
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
            -- As it is now: it may have been changed while the recipients of others were added.
            select c.* into v_campaign from campaigns c
            where c.workspace_id = v_due.workspace_id and c.id = v_due.id
              and c.status = 'scheduled' and campaign_is_due(c.scheduled_at, c.send_window);
            continue when not found;
            -- As a command: on a cluster it is passed on to the nodes, which set_config is not.
            execute format('set local app.workspace_id = %L', v_due.workspace_id);
            if v_campaign.recipients_due or (v_campaign.enqueued_at is null and v_campaign.segment_id is not null) then
                v_enqueued_at := enqueue_campaign(v_due.workspace_id, v_due.id);
                recipients := add_campaign_recipients(v_due.workspace_id, v_due.id, v_enqueued_at,
                    campaign_audience(v_due.workspace_id, v_due.id, '"all"'), null, null, null);
            -- One whose last send was erased starts, so that complete_campaign ends it.
            elsif v_campaign.enqueued_at is null and not campaign_has_open_sends(v_due.workspace_id, v_due.id) then
                raise exception 'it has neither a segment nor recipients' using errcode = 'LH004';
            end if;
            v_started := v_started || jsonb_build_object('workspace', v_due.workspace_id, 'campaign', v_due.id, 'recipients', recipients,
                'at', v_enqueued_at, 'scheduled_at', v_campaign.scheduled_at, 'segment', v_campaign.segment_id);
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
                (v_one ->> 'at')::timestamptz, (v_one ->> 'recipients')::bigint, true,
                'scheduled', (v_one ->> 'scheduled_at')::timestamptz, (v_one ->> 'segment')::bigint);
        exception when sqlstate 'LH007' then
            -- Cancelled meanwhile, it keeps them. Of what was taken back or changed they go, with all of this call.
            if not exists (select 1 from campaigns c where c.workspace_id = (v_one ->> 'workspace')::bigint
                           and c.id = (v_one ->> 'campaign')::bigint and c.status = 'cancelled') then
                raise;
            end if;
        end;
    end loop;
    execute format('set local app.workspace_id = %L', v_session);
end
$$;
comment on function start_due_campaigns(int) is
    'Adds the recipients of the scheduled campaigns that are due and starts them; the session''s workspace, or all when it has none. '
    'One row a campaign, with the problem if it has one. One whose rows another session holds waits for the next call. LH007, and none is '
    'started: one was made a draft, rescheduled or given another segment while its recipients were added.';

-- One a transaction: of ten large ones that are due at once, the first is sent while the recipients of the second are added.
create or replace function start_next_campaign(out detail text, out problem boolean, out again boolean)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_problems text;
begin
    begin
        select string_agg(s.problem, '; '), string_agg(format('campaign %s of workspace %s, %s recipients', s.campaign_id, s.workspace_id,
            s.recipients), '; ') filter (where s.problem is null)
        into v_problems, detail
        from start_due_campaigns(1) as s;
    exception when sqlstate 'LH007' then
        -- Taken back or changed meanwhile: the next look takes it as it is now, or not at all. The others are due all the same.
        detail := sqlerrm;
    end;
    again := detail is not null;
    -- What could not start is told once, by the last call.
    detail := coalesce(detail, concat_ws('; ', v_problems, 'nothing left to start'));
    problem := false;
end
$$;
comment on function start_next_campaign() is 'A step of the job start-campaigns: starts one campaign that is due, again while there may be '
    'another.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function campaign_is_free(bigint, bigint) owner to lh_owner;
alter function start_due_campaigns(int) owner to lh_owner;
alter function start_next_campaign() owner to lh_owner;
revoke execute on function campaign_is_free(bigint, bigint), start_due_campaigns(int), start_next_campaign() from public;
grant execute on function start_due_campaigns(int) to lh_worker;
