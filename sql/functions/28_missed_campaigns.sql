-- Campaigns whose time has come and that do not send: no job started them, no worker claims, or their window closed before they were done.

-- Sends are claimed in the order of their ids, so the last ones that were claimed stand right before the first that never was. A look at
-- all of a campaign would take as long as it is large.
create or replace function waiting_since(p_workspace_id bigint, p_campaign_id bigint, p_updated_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    c_front constant bigint := 100000;
    v_first bigint;
    v_retry timestamptz;
    v_claimed timestamptz;
begin
    select s.id into v_first
    from email_sends s
    where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending' and s.next_attempt_at is null
    order by s.id limit 1;
    if v_first is null then
        select min(s.next_attempt_at) into v_retry
        from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending' and s.next_attempt_at <= now();
        if v_retry is null then
            return null;
        end if;
    end if;
    select max(s.claimed_at) into v_claimed
    from email_sends s where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'claimed';
    if v_first is not null then
        -- Written so that the key serves it, not an index of the campaign's.
        v_claimed := greatest(v_claimed, (
            select max(s.claimed_at) from email_sends s
            where s.workspace_id = p_workspace_id and s.id >= v_first - c_front and s.id < v_first and s.campaign_id + 0 = p_campaign_id));
    end if;
    -- The campaign's own time tells it only before the first claim: each event of a mail that is out changes it.
    return coalesce(greatest(v_claimed, v_retry), p_updated_at);
end
$$;
comment on function waiting_since(bigint, bigint, timestamptz) is
    'A step of get_missed_campaigns, for its owner alone: since when sends of a campaign wait for a claim; null when none does.';

create or replace function get_missed_campaigns()
returns table (workspace_id bigint, campaign_id bigint, problem text, since timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_session text := coalesce(current_setting('app.workspace_id', true), '');
    v_own bigint := case when v_session <> '' then session_workspace() end;
    v_campaign record;
begin
    for v_campaign in
        select c.workspace_id, c.id, c.status, c.updated_at, greatest(c.scheduled_at, lower(c.send_window)) as due_at,
            case when isempty(c.send_window) then c.updated_at else upper(c.send_window) end as ends_at
        from campaigns c
        where c.status in ('scheduled', 'sending') and (v_own is null or c.workspace_id = v_own)
          and coalesce(c.scheduled_at <= now(), true) and coalesce(lower(c.send_window) <= now(), true)
    loop
        workspace_id := v_campaign.workspace_id;
        campaign_id := v_campaign.id;
        since := v_campaign.updated_at;
        problem := 'not started';
        if v_campaign.status = 'sending' then
            since := waiting_since(v_campaign.workspace_id, v_campaign.id, v_campaign.updated_at);
            problem := 'not claimed';
            continue when since is null;
        end if;
        since := greatest(since, v_campaign.due_at);
        if v_campaign.ends_at <= now() then
            since := v_campaign.ends_at;
            problem := 'window over';
        end if;
        return next;
    end loop;
end
$$;
comment on function get_missed_campaigns() is
    'Campaigns that are due, scheduled or sending, and have not started, wait for a claim, or missed the end of their window; since when. '
    'Of the session''s workspace, or of all when it has none.';

alter function waiting_since(bigint, bigint, timestamptz) owner to lh_owner;
alter function get_missed_campaigns() owner to lh_owner;
revoke execute on function waiting_since(bigint, bigint, timestamptz), get_missed_campaigns() from public;
grant execute on function get_missed_campaigns() to lh_worker, pg_monitor;
