-- Claimed sends that are sent. Who no longer holds a claim can neither mark nor fail the send.

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
    v_new bigint;
begin
    -- By id, as everybody does: webhooks and retries wait for the same sends. The update takes them in the order of some index.
    perform 1 from email_sends s
    where s.workspace_id = p_workspace_id and s.id = any (p_ids) and s.created_at >= p_from and s.created_at <= p_to
      and s.campaign_id + 0 = p_campaign_id and s.provider_id is null
    order by s.id for no key update;
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
    )
    select count(*), count(*) filter (where m.sent_at = v_now) into v_marked, v_new from marked m;
    -- A send that an event had shown to be sent is counted already.
    if v_new > 0 then
        insert into campaign_metric_deltas (workspace_id, campaign_id, sent) values (p_workspace_id, p_campaign_id, v_new);
    end if;
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
        or cardinality(p_provider_ids) <> cardinality(p_ids) or exists (select 1 from unnest(p_ids) as id where id is null)
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
            'holds_claim', 'mark_sends', 'mark_email_sends_sent'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function mark_email_sends_sent(bigint, bigint, bigint[], text, text, timestamptz, text[]) to lh_app, lh_worker;
end
$$;
