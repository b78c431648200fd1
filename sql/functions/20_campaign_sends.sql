-- Campaign sends: claim and mark sent. A claim is known by its worker and its time: who no longer holds it
-- can neither mark nor fail the send.

create or replace function claim_stray_sends(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz, p_worker text,
    p_limit int, p_token timestamptz)
returns table (id bigint, created_at timestamptz, lead_id bigint, email text)
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_retired boolean := campaign_is_retired(p_workspace_id, p_campaign_id);
begin
    -- The key cannot keep two of these apart: of several for one lead the one with the campaign's own time counts, else the first.
    return query
    with picked as materialized (
        select s.id, s.created_at, s.lead_id
        from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending'
          and (p_enqueued_at is null or s.created_at < p_enqueued_at or s.created_at > p_enqueued_at)
          and (s.next_attempt_at is null or s.next_attempt_at <= now())
        for update skip locked
        limit p_limit
    ), judged as materialized (
        select p.id, p.created_at, case
            when l.status <> 'active' then 'skipped: the lead is ' || l.status
            when exists (
                select from email_sends o
                where o.workspace_id = p_workspace_id and o.lead_id = p.lead_id and o.campaign_id = p_campaign_id and o.id <> p.id
                  and (o.id < p.id or o.created_at = p_enqueued_at or o.status <> 'pending'))
              or v_retired and archived_send_to(p_workspace_id, p_campaign_id, p.lead_id) then 'skipped: the lead has another send'
            end as reason
        from picked p
        join leads l on l.workspace_id = p_workspace_id and l.id = p.lead_id
    ), changed as (
        update email_sends s
        set status = case when j.reason is null then 'claimed' else 'failed' end,
            claimed_by = case when j.reason is null then p_worker else s.claimed_by end,
            claimed_at = case when j.reason is null then p_token else s.claimed_at end,
            claimed_pid = pg_backend_pid(),
            attempts = s.attempts + (j.reason is null)::int,
            skipped_at = case when j.reason is not null then p_token end,
            error_message = coalesce(j.reason, s.error_message)
        from judged j
        where s.workspace_id = p_workspace_id and s.id = j.id and s.created_at = j.created_at
        returning s.id, s.created_at, s.lead_id, s.email, s.status
    ), counted as (
        insert into campaign_metric_deltas (workspace_id, campaign_id, skipped)
        select p_workspace_id, p_campaign_id, count(*) from changed c where c.status = 'failed' having count(*) > 0
    )
    select c.id, c.created_at, c.lead_id, c.email from changed c where c.status = 'claimed';
end
$$;
comment on function claim_stray_sends(bigint, bigint, timestamptz, text, int, timestamptz) is
    'A step of claim_email_sends, for its owner alone: sends that the application inserted itself, at other times than the campaign''s.';

create or replace function open_campaign(p_workspace_id bigint, p_campaign_id bigint, out enqueued_at timestamptz, out open boolean)
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign record;
begin
    select c.status, c.enqueued_at, c.recipients_due, campaign_is_due(c.scheduled_at, c.send_window) as is_due into v_campaign
    from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status <> 'cancelled';
    if not found then
        raise exception 'workspace % has no campaign % to send', p_workspace_id, coalesce(p_campaign_id::text, 'null')
            using errcode = 'LH007';
    end if;
    enqueued_at := v_campaign.enqueued_at;
    open := v_campaign.is_due and (v_campaign.status = 'sending'
        or v_campaign.status = 'scheduled' and not v_campaign.recipients_due and campaign_has_open_sends(p_workspace_id, p_campaign_id)
        or v_campaign.status = 'sent' and campaign_has_open_sends(p_workspace_id, p_campaign_id));
    if open and v_campaign.status <> 'sending' then
        update campaigns c set status = 'sending', completed_at = null, updated_at = now()
        where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = v_campaign.status;
        open := found;
    end if;
end
$$;
comment on function open_campaign(bigint, bigint) is
    'A step of claim_email_sends, for its owner alone: whether a campaign hands out now. Starts a scheduled one whose time has come.';

drop function if exists claim_email_sends(bigint, bigint, text, int);
create or replace function claim_email_sends(p_workspace_id bigint, p_campaign_id bigint, p_worker text, p_limit int default 5000)
returns table (id bigint, created_at timestamptz, lead_id bigint, email text, claimed_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
-- Claimed rows are fetched by their place. Statistics lag behind a campaign that was just scheduled, and with them the
-- planner would read all its pending rows for each claim.
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    v_token timestamptz := clock_timestamp();
    v_enqueued_at timestamptz;
    v_open boolean;
    v_claimed bigint := 0;
begin
    perform require_workspace(p_workspace_id);
    if p_worker is null or p_worker = '' or length(p_worker) > 200 then
        raise exception 'the worker''s name has 1 to 200 characters' using errcode = 'LH004';
    elsif p_limit is null or p_limit < 1 or p_limit > 50000 then
        raise exception 'a claim takes 1 to 50000 sends, not %', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
    select o.enqueued_at, o.open into v_enqueued_at, v_open from open_campaign(p_workspace_id, p_campaign_id) o;
    if not v_open then
        return;
    end if;
    loop
        return query
        with picked as materialized (
            select s.ctid as place, s.lead_id
            from email_sends s
            where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
              and s.created_at = v_enqueued_at and s.status = 'pending'
              and (s.next_attempt_at is null or s.next_attempt_at <= now())
            for update skip locked
            limit p_limit
        ), gone as materialized (
            select l.id from leads l
            where l.workspace_id = p_workspace_id and l.status <> 'active'
              and l.id >= (select min(p.lead_id) from picked p) and l.id <= (select max(p.lead_id) from picked p)
        ), judged as materialized (
            select p.place, case when p.lead_id in (select g.id from gone g) then 'skipped: the lead is ' ||
                (select l.status from leads l where l.workspace_id = p_workspace_id and l.id = p.lead_id) end as reason
            from picked p
        ), changed as (
            -- Who left, bounced or complained since it was scheduled is closed here with the reason.
            update email_sends s
            set status = case when p.reason is null then 'claimed' else 'failed' end,
                claimed_by = case when p.reason is null then p_worker else s.claimed_by end,
                claimed_at = case when p.reason is null then v_token else s.claimed_at end,
                claimed_pid = pg_backend_pid(),
                attempts = s.attempts + (p.reason is null)::int,
                skipped_at = case when p.reason is not null then v_token end,
                error_message = coalesce(p.reason, s.error_message)
            from judged p
            -- The rows are locked: their places cannot change before the update. created_at keeps the place in its partition.
            where s.ctid = p.place and s.created_at = v_enqueued_at
            returning s.id, s.created_at, s.lead_id, s.email, s.status
        ), counted as (
            insert into campaign_metric_deltas (workspace_id, campaign_id, skipped)
            select p_workspace_id, p_campaign_id, count(*) from changed c where c.status = 'failed' having count(*) > 0
        )
        select c.id, c.created_at, c.lead_id, c.email, v_token from changed c where c.status = 'claimed';
        get diagnostics v_claimed = row_count;
        exit when v_claimed > 0;
        -- A batch of nothing but closed sends is no end: is there another that nobody else is claiming?
        perform from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
          and s.created_at = v_enqueued_at and s.status = 'pending'
          and (s.next_attempt_at is null or s.next_attempt_at <= now())
        for update skip locked limit 1;
        exit when not found;
    end loop;
    while v_claimed = 0 and campaign_has_strays(p_workspace_id, p_campaign_id, v_enqueued_at) loop
        return query
        select c.id, c.created_at, c.lead_id, c.email, v_token
        from claim_stray_sends(p_workspace_id, p_campaign_id, v_enqueued_at, p_worker, p_limit, v_token) c;
        get diagnostics v_claimed = row_count;
        perform from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending'
          and (v_enqueued_at is null or s.created_at < v_enqueued_at or s.created_at > v_enqueued_at)
          and (s.next_attempt_at is null or s.next_attempt_at <= now())
        for update skip locked limit 1;
        exit when not found;
    end loop;
    if v_claimed > 0 and not exists (
        select from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'sending') then
        raise exception 'campaign % was stopped during the claim: nothing was handed out', p_campaign_id using errcode = 'LH007';
    end if;
end
$$;
comment on function claim_email_sends(bigint, bigint, text, int) is
    'Hands up to p_limit pending sends of a campaign to one worker; no two workers get the same one. claimed_at is the claim''s token. '
    'No row: none is free, or the campaign does not send now. Leads that are not active any more are closed, not handed out.';

create or replace function holds_claim(p_status text, p_claimed_by text, p_claimed_at timestamptz, p_attempts smallint, p_worker text,
    p_token timestamptz) returns boolean
language sql immutable parallel safe
as $$
    select case
        -- Without a name only a send that was claimed once can be told whose it is.
        when p_worker is null then p_attempts <= 1 and (p_status = 'claimed' or p_attempts = 1 and p_status not in ('pending', 'failed'))
        when p_token is null then p_claimed_by = p_worker and p_status <> 'pending'
        -- Given back, but handed to nobody since: it is sent, and must not be sent again.
        else p_claimed_by = p_worker and p_claimed_at = p_token end
$$;
comment on function holds_claim(text, text, timestamptz, smallint, text, timestamptz) is
    'Whether a send is held by the claim of a worker (and its time, when given).';

create or replace function mark_sends(p_workspace_id bigint, p_campaign_id bigint, p_ids bigint[], p_provider_prefix text, p_worker text,
    p_claimed_at timestamptz, p_provider_ids text[], p_from timestamptz, p_to timestamptz) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    v_now timestamptz := clock_timestamp();
    v_provider_ids jsonb := case when p_provider_ids is not null then jsonb_object(p_ids::text[], p_provider_ids) end;
    v_marked bigint;
begin
    with marked as (
        update email_sends s
        set status = case when s.status in ('pending', 'claimed', 'failed') then 'sent' else s.status end,
            sent_at = coalesce(s.sent_at, v_now), provider_id = coalesce(v_provider_ids ->> s.id::text, p_provider_prefix || s.id),
            next_attempt_at = null
        where s.workspace_id = p_workspace_id and s.id = any (p_ids) and s.created_at >= p_from and s.created_at <= p_to
          -- Written so that no index serves it: the key finds the rows, whatever old statistics say of the campaign's.
          and s.campaign_id + 0 = p_campaign_id
          and s.provider_id is null and holds_claim(s.status, s.claimed_by, s.claimed_at, s.attempts, p_worker, p_claimed_at)
        returning s.sent_at
    ), counted as (
        -- A send that an event had shown to be sent is counted already.
        insert into campaign_metric_deltas (workspace_id, campaign_id, sent)
        select p_workspace_id, p_campaign_id, count(*) from marked m where m.sent_at = v_now having count(*) > 0
    )
    select count(*) into v_marked from marked;
    return v_marked;
end
$$;
comment on function mark_sends(bigint, bigint, bigint[], text, text, timestamptz, text[], timestamptz, timestamptz) is
    'A step of mark_email_sends_sent, for its owner alone: marks sends whose created_at lies between two times.';

drop function if exists mark_email_sends_sent(bigint, bigint, bigint[], text);
create or replace function mark_email_sends_sent(p_workspace_id bigint, p_campaign_id bigint, p_ids bigint[], p_provider_prefix text,
    p_worker text default null, p_claimed_at timestamptz default null, p_provider_ids text[] default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz;
    v_marked bigint := 0;
begin
    perform require_workspace(p_workspace_id);
    if p_ids is null or p_provider_prefix is null or length(p_provider_prefix) > 200 then
        raise exception 'the ids are missing, or the provider''s prefix is missing or longer than 200 characters' using errcode = 'LH004';
    elsif p_provider_ids is not null and (greatest(array_ndims(p_ids), array_ndims(p_provider_ids)) > 1
        or cardinality(p_provider_ids) <> cardinality(p_ids) or exists (select from unnest(p_ids) as id where id is null)
        or longest_text(p_provider_ids) > 300) then
        raise exception 'the provider''s ids are not as many as the ids, an id is missing, or one is longer than 300 characters'
            using errcode = 'LH004';
    end if;
    select c.enqueued_at into v_enqueued_at
    from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    if not found then
        raise exception 'workspace % has no campaign %', p_workspace_id, coalesce(p_campaign_id::text, 'null') using errcode = 'LH007';
    end if;
    if v_enqueued_at is not null then
        v_marked := mark_sends(p_workspace_id, p_campaign_id, p_ids, p_provider_prefix, p_worker, p_claimed_at, p_provider_ids,
                               v_enqueued_at, v_enqueued_at);
    end if;
    if v_marked < cardinality(p_ids) and campaign_has_strays(p_workspace_id, p_campaign_id, v_enqueued_at) then
        v_marked := v_marked + mark_sends(p_workspace_id, p_campaign_id, p_ids, p_provider_prefix, p_worker, p_claimed_at, p_provider_ids,
                                          '-infinity', 'infinity');
    end if;
    return v_marked;
end
$$;
comment on function mark_email_sends_sent(bigint, bigint, bigint[], text, text, timestamptz, text[]) is
    'Marks claimed sends as sent and returns how many. Their provider ids are p_provider_ids, in the order of p_ids, or '
    'p_provider_prefix || id. '
    'Pass the worker''s name and claimed_at of its claim: what another worker has claimed since is refused, row by row. Without them a '
    'send that was claimed more than once is refused.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'claim_stray_sends', 'open_campaign', 'claim_email_sends', 'holds_claim', 'mark_sends', 'mark_email_sends_sent'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function claim_email_sends(bigint, bigint, text, int),
        mark_email_sends_sent(bigint, bigint, bigint[], text, text, timestamptz, text[]) to lh_app, lh_worker;
end
$$;
