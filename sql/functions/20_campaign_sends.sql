-- Campaign sends (BF-3): schedule, claim, mark sent, reap. One row a recipient.
-- All sends of a campaign carry its enqueue time as created_at: the key then makes scheduling idempotent, and every
-- statement below touches one partition.

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
    elsif v_status in ('paused', 'cancelled') then
        raise exception 'campaign % is %', p_campaign_id, v_status using errcode = 'LH007',
            hint = 'Only a draft, scheduled, sending or sent campaign takes recipients.';
    end if;
    -- A second scheduling, or another chunk's, must not wait for the row.
    if v_enqueued_at is not null then
        return v_enqueued_at;
    end if;
    update campaigns c
    set enqueued_at = coalesce(c.enqueued_at, now()), updated_at = now(),
        status = case when c.status = 'sent' then c.status else 'sending' end
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id
    returning c.enqueued_at into v_enqueued_at;
    return v_enqueued_at;
end
$$;
comment on function enqueue_campaign(bigint, bigint) is
    'Fixes the instant that all sends of a campaign carry as created_at, once, and returns it. LH007 for an unknown, paused or cancelled campaign.';

create or replace function record_campaign_batch(p_workspace_id bigint, p_campaign_id bigint, p_recipients bigint) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_batch_id bigint;
begin
    if p_recipients = 0 then
        return null;
    end if;
    insert into campaign_batches (workspace_id, campaign_id, recipients)
    values (p_workspace_id, p_campaign_id, p_recipients) returning id into v_batch_id;
    update campaigns c
    set total_recipients = c.total_recipients + p_recipients, updated_at = now(),
        status = 'sending', completed_at = null
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    return v_batch_id;
end
$$;
comment on function record_campaign_batch(bigint, bigint, bigint) is 'A step of bulk_schedule_email_sends, for its owner alone.';

create or replace function bulk_schedule_email_sends(p_campaign_id bigint, p_workspace_id bigint, p_lead_ids bigint[],
    out total_scheduled bigint, out batch_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz := enqueue_campaign(p_workspace_id, p_campaign_id);
begin
    if p_lead_ids is null then
        raise exception 'the list of leads is missing' using errcode = 'LH004';
    end if;
    insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
    select l.workspace_id, p_campaign_id, l.id, l.email, v_enqueued_at
    from leads l
    where l.workspace_id = p_workspace_id and l.id = any (p_lead_ids) and l.status = 'active'
    order by l.id
    on conflict do nothing;
    get diagnostics total_scheduled = row_count;
    batch_id := record_campaign_batch(p_workspace_id, p_campaign_id, total_scheduled);
end
$$;
comment on function bulk_schedule_email_sends(bigint, bigint, bigint[]) is
    'Schedules a campaign to the active ones of the given leads (BF-3), each once however often it is called. '
    'batch_id is null when no row was added.';

create or replace function bulk_schedule_email_sends(p_campaign_id bigint, p_workspace_id bigint, p_segment jsonb default null,
    p_first_lead_id bigint default null, p_last_lead_id bigint default null,
    out total_scheduled bigint, out batch_id bigint)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz := enqueue_campaign(p_workspace_id, p_campaign_id);
begin
    execute format(
        'insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
         select workspace_id, $1, id, email, $2
         from leads
         where workspace_id = $3 and status = ''active'' and id between $4 and $5 and (%s)
         order by id
         on conflict do nothing',
        case when p_segment is null then 'true' else compile_segment(p_segment) end)
    using p_campaign_id, v_enqueued_at, p_workspace_id, coalesce(p_first_lead_id, 0), coalesce(p_last_lead_id, 9223372036854775807);
    get diagnostics total_scheduled = row_count;
    batch_id := record_campaign_batch(p_workspace_id, p_campaign_id, total_scheduled);
end
$$;
comment on function bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint) is
    'Schedules a campaign to the active leads of a segment (null: all active leads), each once (BF-3). Lead ids may be given '
    'as a range, both ends included, to schedule a large campaign chunk by chunk.';

create or replace function claim_email_sends(p_workspace_id bigint, p_campaign_id bigint, p_worker text, p_limit int default 5000)
returns table (id bigint, created_at timestamptz, lead_id bigint, email text)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
-- Claimed rows are fetched by their place. Statistics lag behind a campaign that was just scheduled, and with them the
-- planner would read all its pending rows for each claim.
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    v_enqueued_at timestamptz;
begin
    perform require_workspace(p_workspace_id);
    if p_worker is null or p_worker = '' or length(p_worker) > 200 then
        raise exception 'the worker''s name has 1 to 200 characters' using errcode = 'LH004';
    elsif p_limit is null or p_limit < 1 or p_limit > 50000 then
        raise exception 'a claim takes 1 to 50000 sends, not %', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
    select c.enqueued_at into v_enqueued_at
    from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status <> 'cancelled';
    if not found then
        raise exception 'workspace % has no campaign % to send', p_workspace_id, coalesce(p_campaign_id::text, 'null')
            using errcode = 'LH007';
    end if;
    return query
    with picked as materialized (
        select s.ctid as place
        from email_sends s
        where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
          and s.created_at = v_enqueued_at and s.status = 'pending'
        for update skip locked
        limit p_limit
    )
    update email_sends s
    set status = 'claimed', claimed_by = p_worker, claimed_at = now()
    from picked p
    -- The rows are locked: their places cannot change before the update. created_at keeps the place in its partition.
    where s.ctid = p.place and s.created_at = v_enqueued_at
    returning s.id, s.created_at, s.lead_id, s.email;
end
$$;
comment on function claim_email_sends(bigint, bigint, text, int) is
    'Hands up to p_limit pending sends of a campaign to one worker; no two workers get the same one. No row: none is free.';

create or replace function mark_email_sends_sent(p_workspace_id bigint, p_campaign_id bigint, p_ids bigint[], p_provider_prefix text)
returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_enqueued_at timestamptz;
    v_marked bigint;
begin
    perform require_workspace(p_workspace_id);
    if p_ids is null or p_provider_prefix is null or length(p_provider_prefix) > 200 then
        raise exception 'the ids are missing, or the provider''s prefix is missing or longer than 200 characters' using errcode = 'LH004';
    end if;
    select c.enqueued_at into v_enqueued_at
    from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id;
    if v_enqueued_at is null then
        raise exception 'campaign % has no scheduled sends', coalesce(p_campaign_id::text, 'null') using errcode = 'LH007';
    end if;
    update email_sends s
    set status = 'sent', sent_at = now(), provider_id = p_provider_prefix || s.id
    where s.workspace_id = p_workspace_id and s.id = any (p_ids) and s.created_at = v_enqueued_at
      -- Written so that no index serves them: the key finds the rows, whatever old statistics say of the claimed ones.
      and s.campaign_id + 0 = p_campaign_id and s.status || '' = 'claimed';
    get diagnostics v_marked = row_count;
    if v_marked > 0 then
        insert into campaign_metric_deltas (workspace_id, campaign_id, sent) values (p_workspace_id, p_campaign_id, v_marked);
    end if;
    return v_marked;
end
$$;
comment on function mark_email_sends_sent(bigint, bigint, bigint[], text) is
    'Marks claimed sends as sent, with provider id p_provider_prefix || id, and returns how many. A send marked before is not counted again.';

create or replace function complete_campaign(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform require_workspace(p_workspace_id);
    update campaigns c set status = 'sent', completed_at = now(), updated_at = now()
    where c.workspace_id = p_workspace_id and c.id = p_campaign_id and c.status = 'sending'
      and not exists (
          select from email_sends s
          where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
            and s.created_at = c.enqueued_at and s.status = 'pending')
      and not exists (
          select from email_sends s
          where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id
            and s.created_at = c.enqueued_at and s.status = 'claimed');
    return found;
end
$$;
comment on function complete_campaign(bigint, bigint) is
    'Closes a campaign none of whose sends is pending or claimed; false when some are, or when it is not sending.';

create or replace function reap_stale_claims(p_older_than interval default interval '10 minutes') returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign record;
    v_reaped bigint := 0;
    v_count bigint;
begin
    if p_older_than is null or p_older_than < interval '0' or p_older_than > interval '10 years' then
        raise exception 'the age of a stale claim is an interval of 0 to 10 years, not %', coalesce(p_older_than::text, 'null')
            using errcode = 'LH004';
    end if;
    for v_campaign in
        select c.workspace_id, c.id, c.enqueued_at from campaigns c where c.status = 'sending' and c.enqueued_at is not null
    loop
        update email_sends s set status = 'pending', claimed_by = null, claimed_at = null
        where s.workspace_id = v_campaign.workspace_id and s.campaign_id = v_campaign.id
          and s.created_at = v_campaign.enqueued_at and s.status = 'claimed' and s.claimed_at < now() - p_older_than;
        get diagnostics v_count = row_count;
        v_reaped := v_reaped + v_count;
    end loop;
    return v_reaped;
end
$$;
comment on function reap_stale_claims(interval) is
    'Gives claims older than an interval back, in all workspaces, and returns how many: their worker died between claim and mark.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function enqueue_campaign(bigint, bigint) owner to lh_owner;
alter function record_campaign_batch(bigint, bigint, bigint) owner to lh_owner;
alter function bulk_schedule_email_sends(bigint, bigint, bigint[]) owner to lh_owner;
alter function bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint) owner to lh_owner;
alter function claim_email_sends(bigint, bigint, text, int) owner to lh_owner;
alter function mark_email_sends_sent(bigint, bigint, bigint[], text) owner to lh_owner;
alter function complete_campaign(bigint, bigint) owner to lh_owner;
alter function reap_stale_claims(interval) owner to lh_owner;
revoke execute on function
    enqueue_campaign(bigint, bigint),
    record_campaign_batch(bigint, bigint, bigint),
    bulk_schedule_email_sends(bigint, bigint, bigint[]),
    bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint),
    claim_email_sends(bigint, bigint, text, int),
    mark_email_sends_sent(bigint, bigint, bigint[], text),
    complete_campaign(bigint, bigint),
    reap_stale_claims(interval)
from public;
grant execute on function
    enqueue_campaign(bigint, bigint),
    bulk_schedule_email_sends(bigint, bigint, bigint[]),
    bulk_schedule_email_sends(bigint, bigint, jsonb, bigint, bigint),
    claim_email_sends(bigint, bigint, text, int),
    mark_email_sends_sent(bigint, bigint, bigint[], text),
    complete_campaign(bigint, bigint)
to lh_app, lh_worker;
grant execute on function
    reap_stale_claims(interval)
to lh_worker;
