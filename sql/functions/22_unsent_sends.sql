-- Claims that did not end in a sent mail: failed ones with retries, and those of workers that died.

create or replace function mark_email_sends_failed(p_workspace_id bigint, p_campaign_id bigint, p_ids bigint[], p_error text,
    p_worker text default null, p_claimed_at timestamptz default null, p_retry_after interval default interval '5 minutes',
    p_max_attempts int default 5) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- As reap_stale_claims says.
    c_given_back constant int := -1;
    -- Adding an interval depends on the session's time zone otherwise, which no update may ask about its columns.
    v_utc constant timestamp := now() at time zone 'UTC';
    v_clock constant timestamptz := clock_timestamp();
    v_failed bigint;
    v_for_good bigint;
begin
    perform require_workspace(p_workspace_id);
    if p_ids is null then
        raise exception 'the ids are missing' using errcode = 'LH004';
    elsif p_retry_after is null or p_retry_after < interval '0' or p_retry_after > interval '30 days' then
        raise exception 'a retry comes after 0 to 30 days, not %', coalesce(p_retry_after::text, 'null') using errcode = 'LH004';
    elsif p_max_attempts is null or p_max_attempts not between 1 and 100 then
        raise exception 'a send is tried 1 to 100 times, not %', coalesce(p_max_attempts::text, 'null') using errcode = 'LH004';
    elsif not exists (select 1 from campaigns c where c.workspace_id = p_workspace_id and c.id = p_campaign_id) then
        raise exception 'workspace % has no campaign %', p_workspace_id, coalesce(p_campaign_id::text, 'null') using errcode = 'LH007';
    end if;
    perform 1 from email_sends s
    where s.workspace_id = p_workspace_id and s.id = any (p_ids) and s.campaign_id + 0 = p_campaign_id and s.status || '' = 'claimed'
    order by s.id for update;
    with changed as (
        update email_sends s
        set status = case when s.attempts >= p_max_attempts then 'failed' else 'pending' end,
            failed_at = case when s.attempts >= p_max_attempts then coalesce(s.failed_at, v_clock) else s.failed_at end,
            -- Each retry waits twice as long as the one before, a day at most.
            next_attempt_at = case when s.attempts < p_max_attempts
                then (v_utc + least(p_retry_after * power(2, least(s.attempts, 12) - 1), greatest(p_retry_after, interval '1 day')))
                     at time zone 'UTC' end,
            claimed_pid = case when s.attempts >= p_max_attempts then s.claimed_pid else c_given_back end,
            error_message = coalesce(left(p_error, 1000), s.error_message)
        where s.workspace_id = p_workspace_id and s.id = any (p_ids) and s.campaign_id + 0 = p_campaign_id and s.status || '' = 'claimed'
          and holds_claim(s.status, s.claimed_by, s.claimed_at, s.attempts, p_worker, p_claimed_at)
        returning s.status
    )
    select count(*), count(*) filter (where c.status = 'failed') into v_failed, v_for_good from changed c;
    if v_for_good > 0 then
        insert into campaign_metric_deltas (workspace_id, campaign_id, failed) values (p_workspace_id, p_campaign_id, v_for_good);
    end if;
    return v_failed;
end
$$;
comment on function mark_email_sends_failed(bigint, bigint, bigint[], text, text, timestamptz, interval, int) is
    'Says that claimed sends could not be handed to the provider, and returns how many. They are handed out again later, each time '
    'after twice the wait, until p_max_attempts; then they are failed for good.';

create or replace function reap_stale_claims(p_older_than interval default interval '10 minutes') returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- Of a send that was given back, in the place of its session: who claims it by an update of its own leaves it there.
    c_given_back constant int := -1;
    v_session text := coalesce(current_setting('app.workspace_id', true), '');
    v_own bigint := case when v_session <> '' then session_workspace() end;
    v_pid constant int := pg_backend_pid();
    v_begun constant timestamptz := clock_timestamp();
    v_clock timestamptz;
    v_campaign record;
    v_reaped bigint := 0;
    v_count bigint;
begin
    if p_older_than is null or p_older_than < interval '0' or p_older_than > interval '10 years' then
        raise exception 'the age of a stale claim is an interval of 0 to 10 years, not %', coalesce(p_older_than::text, 'null')
            using errcode = 'LH004';
    end if;
    for v_campaign in
        -- One of each workspace, then another one of each: who has ten thousand keeps nobody else's claims waiting. Drawn anew in each
        -- call: where the time does not suffice for all, none is the last one each time.
        select d.workspace_id, d.id
        from (select c.workspace_id, c.id, row_number() over (partition by c.workspace_id order by random()) as turn
              from campaigns c
              where (v_own is null or c.workspace_id = v_own)
                and (c.status in ('scheduled', 'sending', 'paused')
                     or c.status = 'sent' and coalesce(c.completed_at, 'infinity') > now() - interval '7 days')) as d
        order by d.turn, random()
    loop
        v_clock := clock_timestamp();
        exit when v_clock > v_begun + interval '20 seconds';
        -- Claims by an update of the application's own, or from before the migration: nobody knows their age, so it counts from here.
        with undated as materialized (
            select s.id, s.created_at
            from email_sends s
            where s.workspace_id = v_campaign.workspace_id and s.campaign_id = v_campaign.id and s.status = 'claimed'
              and (s.claimed_at is null or s.claimed_pid = c_given_back)
            for update skip locked
        )
        update email_sends s set claimed_at = v_clock, claimed_by = null, claimed_pid = null
        from undated u
        where s.workspace_id = v_campaign.workspace_id and s.id = u.id and s.created_at = u.created_at;
        with stale as materialized (
            select s.id, s.created_at
            from email_sends s
            where s.workspace_id = v_campaign.workspace_id and s.campaign_id = v_campaign.id and s.status = 'claimed'
              and s.claimed_pid is distinct from c_given_back
              -- A minute at least: a worker that just claimed is at work. A session may give its own claims back at once.
              and (s.claimed_at < v_clock - greatest(p_older_than, interval '1 minute')
                   or s.claimed_pid = v_pid and s.claimed_at < v_clock - p_older_than)
            for update skip locked
        )
        -- The claim's name and time stay until the next one: its worker may still say that the mail is out.
        update email_sends s set status = 'pending', claimed_pid = c_given_back
        from stale t
        where s.workspace_id = v_campaign.workspace_id and s.id = t.id and s.created_at = t.created_at;
        get diagnostics v_count = row_count;
        v_reaped := v_reaped + v_count;
    end loop;
    return v_reaped;
end
$$;
comment on function reap_stale_claims(interval) is
    'Gives claims older than an interval back and returns how many: their worker died between claim and mark. A minute at least; '
    'of the session''s workspace, or of all when it has none. A session''s own claims go back whatever their age. The age of a claim that '
    'the application made by an update of its own counts from the first look at it.';

alter function mark_email_sends_failed(bigint, bigint, bigint[], text, text, timestamptz, interval, int) owner to lh_owner;
alter function reap_stale_claims(interval) owner to lh_owner;
revoke execute on function
    mark_email_sends_failed(bigint, bigint, bigint[], text, text, timestamptz, interval, int),
    reap_stale_claims(interval)
from public;
grant execute on function mark_email_sends_failed(bigint, bigint, bigint[], text, text, timestamptz, interval, int) to lh_app, lh_worker;
grant execute on function reap_stale_claims(interval) to lh_worker;
