-- Claims of campaign sends. A claim is known by its worker and its time: who no longer holds it can neither mark nor fail the send.

-- Who left, bounced or complained since it was scheduled is closed with the reason, and counted.
create or replace function close_sends(p_workspace_id bigint, p_campaign_id bigint, p_ids bigint[], p_created timestamptz[],
    p_reasons text[], p_token timestamptz) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_pid constant int := pg_backend_pid();
    v_closed bigint;
begin
    if array_to_string(p_reasons, '') is null or array_to_string(p_reasons, '') = '' then
        return 0;
    end if;
    update email_sends s
    set status = 'failed', claimed_pid = v_pid, skipped_at = p_token, error_message = p.reason
    from unnest(p_ids, p_created, p_reasons) as p (id, created_at, reason)
    where s.workspace_id = p_workspace_id and s.id = p.id and s.created_at = p.created_at and p.reason is not null;
    get diagnostics v_closed = row_count;
    insert into campaign_metric_deltas (workspace_id, campaign_id, skipped) values (p_workspace_id, p_campaign_id, v_closed);
    return v_closed;
end
$$;
comment on function close_sends(bigint, bigint, bigint[], timestamptz[], text[], timestamptz) is
    'A step of claim_email_sends, for its owner alone: closes those of the given sends that have a reason, and returns how many.';

create or replace function claim_stray_sends(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz, p_worker text,
    p_limit int, p_token timestamptz)
returns table (id bigint, created_at timestamptz, lead_id bigint, email text)
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_now constant timestamptz := now();
    v_pid constant int := pg_backend_pid();
    v_ids bigint[];
    v_created timestamptz[];
    v_leads bigint[];
    v_others bigint[];
    v_emails text[];
    v_addresses text[];
    v_moved record;
    v_suppressed record;
    v_reasons text[];
    v_gone boolean;
begin
    -- The key cannot keep two of these apart: of several for one lead the one with the campaign's own time counts, else the first.
    select array_agg(p.id), array_agg(p.created_at) into v_ids, v_created
    from (select s.id, s.created_at
          from email_sends s
          where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending'
            and (p_enqueued_at is null or s.created_at < p_enqueued_at or s.created_at > p_enqueued_at)
            and (s.next_attempt_at is null or s.next_attempt_at <= v_now)
          for update skip locked
          limit p_limit) as p;
    -- Of one lead one send at most has no reason: it alone is asked for its address.
    select array_agg(f.id), array_agg(f.created_at), array_agg(f.reason), array_agg(f.lead_id), array_agg(f.email),
        array_agg(f.lead_id) filter (where f.reason is null and f.own <> f.email),
        array_agg(f.email) filter (where f.reason is null and f.own <> f.email)
    into v_ids, v_created, v_reasons, v_leads, v_addresses, v_others, v_emails
    from (select s.id, s.created_at, s.lead_id, s.email, l.email as own, case
              when l.status <> 'active' then 'skipped: the lead is ' || l.status
              when exists (
                  select 1 from email_sends o
                  where o.workspace_id = p_workspace_id and o.lead_id = s.lead_id and o.campaign_id = p_campaign_id
                    -- An id may come in two months.
                    and (o.id, o.created_at) <> (s.id, s.created_at)
                    -- What was closed sends nothing; marked late it is sent, and keeps skipped_at.
                    and not (o.status = 'failed' and o.skipped_at is not null)
                    and ((o.id, o.created_at) < (s.id, s.created_at) or o.created_at = p_enqueued_at or o.status <> 'pending'))
                  then 'skipped: the lead has another send' end as reason
          from unnest(v_ids, v_created) as p (id, created_at)
          join email_sends s on s.workspace_id = p_workspace_id and s.id = p.id and s.created_at = p.created_at
          join leads l on l.workspace_id = p_workspace_id and l.id = s.lead_id) as f;
    v_gone := (retirement_of(p_workspace_id, p_campaign_id)).gone;
    if v_gone is not null then
        v_reasons := array(
            select coalesce(r.reason, case when v_gone then 'skipped: earlier sends of the campaign are gone, and with them who got it'
                                           when archived_send_to(p_workspace_id, p_campaign_id, r.lead_id)
                                           then 'skipped: the lead has another send' end)
            from unnest(v_reasons, v_leads) with ordinality as r (reason, lead_id, place) order by r.place);
    end if;
    v_moved := moved_addresses(p_workspace_id, v_others, v_emails);
    if v_moved.leads is not null then
        v_addresses := array(
            select coalesce((select m.email from unnest(v_moved.leads, v_moved.emails) as m (lead_id, email)
                             where m.lead_id = a.lead_id limit 1), a.email)
            from unnest(v_leads, v_addresses) with ordinality as a (lead_id, email, place) order by a.place);
    end if;
    v_suppressed := suppressed_recipients(p_workspace_id, v_leads, v_addresses, null, v_others);
    for i in 1..coalesce(cardinality(v_suppressed.places), 0) loop
        v_reasons[v_suppressed.places[i]] := coalesce(v_reasons[v_suppressed.places[i]], v_suppressed.reasons[i]);
    end loop;
    perform close_sends(p_workspace_id, p_campaign_id, v_ids, v_created, v_reasons, p_token);
    return query
    update email_sends s
    set status = 'claimed', claimed_by = p_worker, claimed_at = p_token, claimed_pid = v_pid, attempts = s.attempts + 1, skipped_at = null,
        email = p.email
    from unnest(v_ids, v_created, v_reasons, v_addresses) as p (id, created_at, reason, email)
    where s.workspace_id = p_workspace_id and s.id = p.id and s.created_at = p.created_at and p.reason is null
    returning s.id, s.created_at, s.lead_id, s.email;
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
        or v_campaign.status = 'sent' and reopen_campaign(p_workspace_id, p_campaign_id));
    if open and v_campaign.status = 'scheduled' then
        update campaigns c set status = 'sending', updated_at = now()
        where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'scheduled';
        open := found;
    end if;
    -- The key of that time went with its month: a send that came since is looked at as a stray, whatever its time.
    if open and (retirement_of(p_workspace_id, p_campaign_id)).own_month then
        enqueued_at := null;
    end if;
end
$$;
comment on function open_campaign(bigint, bigint) is
    'A step of claim_email_sends, for its owner alone: whether a campaign hands out now. Starts a scheduled one whose time has come. '
    'enqueued_at is null also when retention has taken its month.';

drop function if exists claim_email_sends(bigint, bigint, text, int);
create or replace function claim_email_sends(p_workspace_id bigint, p_campaign_id bigint, p_worker text, p_limit int default 5000)
returns table (id bigint, created_at timestamptz, lead_id bigint, email text, claimed_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
-- Claimed rows are fetched by their place. Statistics lag behind a campaign that was just scheduled, and with them the
-- planner would read all its pending rows for each claim.
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    v_now constant timestamptz := now();
    v_token constant timestamptz := clock_timestamp();
    v_pid constant int := pg_backend_pid();
    v_enqueued_at timestamptz;
    v_open boolean;
    v_claimed bigint := 0;
    v_places tid[];
    v_leads bigint[];
    v_emails text[];
    v_addresses text[];
    v_others bigint[];
    v_moved record;
    v_suppressed record;
    v_strays boolean;
    v_twice record;
    v_gone bigint[];
    v_held bigint[];
    v_ids bigint[];
    v_created timestamptz[];
    v_reasons text[];
begin
    perform require_workspace(p_workspace_id);
    if p_worker is null or p_worker = '' or length(p_worker) > 200 then
        raise exception 'the worker''s name has 1 to 200 characters' using errcode = 'LH004';
    elsif p_limit is null or p_limit < 1 or p_limit > 50000 then
        raise exception 'a claim takes 1 to 50000 sends, not %', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
    -- An older snapshot sees neither a pause nor who left since.
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'sends are claimed in a transaction of isolation level read committed, not %',
            current_setting('transaction_isolation') using errcode = 'LH004',
            hint = 'begin isolation level read committed, or alter role ... set default_transaction_isolation.';
    end if;
    select o.enqueued_at, o.open into v_enqueued_at, v_open from open_campaign(p_workspace_id, p_campaign_id) o;
    if not v_open then
        return;
    end if;
    loop
        -- Statements that name one workspace each: on a cluster they go whole to its node.
        select array_agg(p.place), array_agg(p.lead_id), array_agg(p.email) into v_places, v_leads, v_addresses
        from (select s.ctid as place, s.lead_id, s.email
              from email_sends s
              where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
                and s.created_at = v_enqueued_at and s.status = 'pending'
                and (s.next_attempt_at is null or s.next_attempt_at <= v_now)
              for update skip locked
              limit p_limit) as p;
        exit when v_places is null;
        select c.gone, c.reasons, c.others, c.emails into v_gone, v_reasons, v_others, v_emails
        from changed_leads(p_workspace_id, v_leads, v_addresses) as c;
        if v_others is not null then
            v_moved := moved_addresses(p_workspace_id, v_others, v_emails);
            if v_moved.leads is not null then
                -- Their places are new ones: they are picked again.
                update email_sends s set email = m.email
                from unnest(v_moved.leads, v_moved.emails) as m (lead_id, email)
                where s.workspace_id = p_workspace_id and s.created_at = v_enqueued_at and s.campaign_id = p_campaign_id
                  and s.lead_id = m.lead_id;
                continue;
            end if;
        end if;
        v_suppressed := suppressed_recipients(p_workspace_id, v_leads, v_addresses, v_gone, v_others);
        v_gone := v_gone || v_suppressed.leads;
        v_reasons := v_reasons || v_suppressed.reasons;
        -- A stray that came while its lead was scheduled may be out: neither saw the other.
        v_strays := coalesce(v_strays, campaign_has_strays(p_workspace_id, p_campaign_id, v_enqueued_at));
        if v_strays then
            v_twice := leads_with_strays(p_workspace_id, p_campaign_id, v_enqueued_at, v_leads, v_gone);
            v_gone := v_gone || v_twice.leads;
            v_reasons := v_reasons || v_twice.reasons;
            v_held := v_twice.held;
        end if;
        if v_gone is not null then
            select array_agg(s.id), array_agg(s.created_at), array_agg(g.reason) into v_ids, v_created, v_reasons
            from unnest(v_gone, v_reasons) as g (lead_id, reason)
            join email_sends s on s.workspace_id = p_workspace_id and s.lead_id = g.lead_id and s.campaign_id = p_campaign_id
                and s.created_at = v_enqueued_at;
            perform close_sends(p_workspace_id, p_campaign_id, v_ids, v_created, v_reasons, v_token);
        end if;
        v_gone := v_gone || v_held;
        if v_gone is not null then
            v_places := array(select p.place from unnest(v_places, v_leads) as p (place, lead_id) where p.lead_id <> all (v_gone));
        end if;
        return query
        update email_sends s
        set status = 'claimed', claimed_by = p_worker, claimed_at = v_token, claimed_pid = v_pid, attempts = s.attempts + 1,
            skipped_at = null
        -- The rows are locked: their places cannot change before the update. created_at keeps the place in its partition.
        where s.workspace_id = p_workspace_id and s.created_at = v_enqueued_at and s.ctid = any (v_places)
        returning s.id, s.created_at, s.lead_id, s.email, v_token;
        get diagnostics v_claimed = row_count;
        -- What is held stays for the next claim: it would be picked again and again.
        exit when v_claimed > 0 or v_held is not null;
        -- A batch of nothing but closed sends is no end: is there another that nobody else is claiming?
        perform 1 from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
          and s.created_at = v_enqueued_at and s.status = 'pending'
          and (s.next_attempt_at is null or s.next_attempt_at <= v_now)
        for update skip locked limit 1;
        exit when not found;
    end loop;
    while v_claimed = 0 and campaign_has_strays(p_workspace_id, p_campaign_id, v_enqueued_at) loop
        return query
        select c.id, c.created_at, c.lead_id, c.email, v_token
        from claim_stray_sends(p_workspace_id, p_campaign_id, v_enqueued_at, p_worker, p_limit, v_token) c;
        get diagnostics v_claimed = row_count;
        perform 1 from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending'
          and (v_enqueued_at is null or s.created_at < v_enqueued_at or s.created_at > v_enqueued_at)
          and (s.next_attempt_at is null or s.next_attempt_at <= v_now)
        for update skip locked limit 1;
        exit when not found;
    end loop;
    if v_claimed > 0 and not exists (
        select 1 from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'sending') then
        raise exception 'campaign % was stopped during the claim: nothing was handed out', p_campaign_id using errcode = 'LH007';
    end if;
end
$$;
comment on function claim_email_sends(bigint, bigint, text, int) is
    'Hands up to p_limit pending sends of a campaign to one worker; no two workers get the same one. claimed_at is the claim''s token. '
    'No row: none is free, or the campaign does not send now. Leads that are not active any more, and addresses that are suppressed, are '
    'closed, not handed out.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'close_sends', 'claim_stray_sends', 'open_campaign', 'claim_email_sends'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function claim_email_sends(bigint, bigint, text, int) to lh_app, lh_worker;
end
$$;
