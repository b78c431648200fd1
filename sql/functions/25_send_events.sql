-- What became of sends: webhook events (BF-5) and campaign metrics (BF-4).

create or replace function json_send_events(p_events jsonb)
returns table (send_id bigint, send_created_at timestamptz, event text, occurred_at timestamptz, error_message text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
declare
    v_bad bigint;
begin
    if p_events is null or jsonb_typeof(p_events) <> 'array' then
        raise exception 'events must be a JSON array, not %', coalesce(jsonb_typeof(p_events), 'null') using errcode = 'LH008';
    elsif jsonb_array_length(p_events) > 100000 then
        raise exception 'at most 100000 events a call, not %', jsonb_array_length(p_events) using errcode = 'LH008';
    end if;
    select min(e.ordinality) into v_bad
    from jsonb_array_elements(p_events) with ordinality as e
    where jsonb_typeof(e.value) <> 'object'
       or coalesce(e.value ->> 'id', '') !~ '^[0-9]{1,18}$'
       or coalesce(e.value ->> 'event', '') not in
          ('sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'failed');
    if v_bad is not null then
        raise exception 'event % has no id of a send or no known event name: %', v_bad, left(p_events ->> (v_bad - 1)::int, 200)
            using errcode = 'LH008', hint = 'Example: {"id": 7, "event": "opened", "occurred_at": "2025-01-31T12:00:00Z"}.';
    end if;
    return query
    select (e.value ->> 'id')::bigint, (e.value ->> 'created_at')::timestamptz, e.value ->> 'event',
           coalesce((e.value ->> 'occurred_at')::timestamptz, now()), left(e.value ->> 'error', 1000)
    from jsonb_array_elements(p_events) with ordinality as e;
exception
    when data_exception then
        raise exception 'an event has a time that is none: %', sqlerrm using errcode = 'LH008',
            hint = 'Times are ISO 8601, such as "2025-01-31T12:00:00Z".';
end
$$;
comment on function json_send_events(jsonb) is 'A JSON array of webhook events as rows. LH008 names the first bad one.';

-- The rank decides what an event may overwrite: a late delivery must not hide a click.
create or replace function send_status_rank(p_status text) returns int
language sql immutable parallel safe
as $$
    select array_position(array['pending', 'claimed', 'failed', 'sent', 'delivered', 'opened', 'clicked', 'bounced',
                                'unsubscribed', 'complained'], p_status)
$$;
comment on function send_status_rank(text) is 'The order of the states of a send; an event never lowers it.';

create or replace function batch_update_email_status(p_events jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_workspace_id bigint := session_workspace();
    v_applied int;
begin
    -- Several events of one send become one row: an update from a list would apply only one of them.
    with events as materialized (
        select * from json_send_events(p_events)
    ), by_send as (
        select e.send_id, count(*) as events, max(e.send_created_at) as send_created_at,
               (array_agg(e.event order by send_status_rank(e.event) desc))[1] as status,
               min(e.occurred_at) filter (where e.event = 'sent') as sent_at,
               min(e.occurred_at) filter (where e.event = 'delivered') as delivered_at,
               min(e.occurred_at) filter (where e.event = 'opened') as opened_at,
               min(e.occurred_at) filter (where e.event = 'clicked') as clicked_at,
               min(e.occurred_at) filter (where e.event = 'bounced') as bounced_at,
               min(e.occurred_at) filter (where e.event = 'unsubscribed') as unsubscribed_at,
               min(e.occurred_at) filter (where e.event = 'complained') as complained_at,
               max(e.error_message) as error_message
        from events e group by e.send_id
    ), targets as materialized (
        -- Locked in one order, so that two batches with the same sends do not deadlock.
        select s.id, s.created_at, s.campaign_id, s.lead_id,
               s.sent_at, s.delivered_at, s.opened_at, s.clicked_at, s.bounced_at, s.unsubscribed_at, s.complained_at
        from email_sends s
        join by_send b on b.send_id = s.id and s.created_at = coalesce(b.send_created_at, s.created_at)
        where s.workspace_id = v_workspace_id
        order by s.id
        for update of s
    ), changed as (
        update email_sends s
        set status = case when send_status_rank(b.status) > send_status_rank(s.status) then b.status else s.status end,
            sent_at = coalesce(s.sent_at, b.sent_at),
            delivered_at = coalesce(s.delivered_at, b.delivered_at),
            opened_at = coalesce(s.opened_at, b.opened_at),
            clicked_at = coalesce(s.clicked_at, b.clicked_at),
            bounced_at = coalesce(s.bounced_at, b.bounced_at),
            unsubscribed_at = coalesce(s.unsubscribed_at, b.unsubscribed_at),
            complained_at = coalesce(s.complained_at, b.complained_at),
            error_message = coalesce(b.error_message, s.error_message)
        from targets t
        join by_send b on b.send_id = t.id
        where s.workspace_id = v_workspace_id and s.id = t.id and s.created_at = t.created_at
        returning b.events, t.campaign_id, t.lead_id, b.status,
            (t.sent_at is null and b.sent_at is not null)::int as sent,
            (t.delivered_at is null and b.delivered_at is not null)::int as delivered,
            (t.opened_at is null and b.opened_at is not null)::int as opened,
            (t.clicked_at is null and b.clicked_at is not null)::int as clicked,
            (t.bounced_at is null and b.bounced_at is not null)::int as bounced,
            (t.unsubscribed_at is null and b.unsubscribed_at is not null)::int as unsubscribed,
            (t.complained_at is null and b.complained_at is not null)::int as complained
    ), deltas as (
        insert into campaign_metric_deltas
            (workspace_id, campaign_id, sent, delivered, opened, clicked, bounced, unsubscribed, complained)
        select v_workspace_id, campaign_id, sum(sent), sum(delivered), sum(opened), sum(clicked), sum(bounced),
               sum(unsubscribed), sum(complained)
        from changed
        group by campaign_id
        having sum(sent + delivered + opened + clicked + bounced + unsubscribed + complained) > 0
    ), stopped as (
        -- Whoever bounced, left or complained gets no further campaign.
        update leads l set status = c.status, updated_at = now()
        from (select lead_id, max(status) filter (where status = 'complained') as complained,
                     max(status) filter (where status = 'unsubscribed') as unsubscribed,
                     max(status) filter (where status = 'bounced') as bounced
              from changed where status in ('bounced', 'unsubscribed', 'complained') group by lead_id) as s,
             lateral (select coalesce(s.complained, s.unsubscribed, s.bounced) as status) as c
        where l.workspace_id = v_workspace_id and l.id = s.lead_id and l.status = 'active'
    )
    select coalesce(sum(events), 0) into v_applied from changed;
    return v_applied;
end
$$;
comment on function batch_update_email_status(jsonb) is
    'Applies webhook events [{id, event, occurred_at?, created_at?, error?}] to the session workspace''s sends (BF-5) and '
    'returns the number of events whose send exists. Order and repetition do not matter: times are set once, states only rise. '
    'Pass the send''s created_at to look into one partition only.';

create or replace function batch_update_campaign_metrics(p_campaign_id bigint, p_sent bigint default 0, p_delivered bigint default 0,
    p_opened bigint default 0, p_clicked bigint default 0, p_bounced bigint default 0, p_unsubscribed bigint default 0,
    p_complained bigint default 0) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_workspace_id bigint := session_workspace();
begin
    if not exists (select from campaigns c where c.workspace_id = v_workspace_id and c.id = p_campaign_id) then
        raise exception 'workspace % has no campaign %', v_workspace_id, coalesce(p_campaign_id::text, 'null') using errcode = 'LH007';
    elsif least(p_sent, p_delivered, p_opened, p_clicked, p_bounced, p_unsubscribed, p_complained) < 0 then
        raise exception 'a count is negative' using errcode = 'LH004', hint = 'Counts are added to the campaign''s own.';
    -- More would overflow the campaign's own counts, and with them the job that folds everybody's.
    elsif greatest(p_sent, p_delivered, p_opened, p_clicked, p_bounced, p_unsubscribed, p_complained) > 1000000000 then
        raise exception 'a count is larger than 1000000000' using errcode = 'LH004';
    end if;
    insert into campaign_metric_deltas
        (workspace_id, campaign_id, sent, delivered, opened, clicked, bounced, unsubscribed, complained)
    values (v_workspace_id, p_campaign_id, coalesce(p_sent, 0), coalesce(p_delivered, 0), coalesce(p_opened, 0),
            coalesce(p_clicked, 0), coalesce(p_bounced, 0), coalesce(p_unsubscribed, 0), coalesce(p_complained, 0));
end
$$;
comment on function batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) is
    'Adds counts to a campaign of the session''s workspace (BF-4), as a delta that fold_campaign_metrics applies.';

create or replace function fold_campaign_metrics() returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_folded bigint;
begin
    with taken as (
        delete from campaign_metric_deltas d
        using (select workspace_id, id from campaign_metric_deltas for update skip locked) as free
        where d.workspace_id = free.workspace_id and d.id = free.id
        returning d.*
    ), sums as (
        select workspace_id, campaign_id, count(*) as deltas, sum(sent) as sent, sum(delivered) as delivered,
               sum(opened) as opened, sum(clicked) as clicked, sum(bounced) as bounced,
               sum(unsubscribed) as unsubscribed, sum(complained) as complained
        from taken group by workspace_id, campaign_id
    ), folded as (
        update campaigns c
        set sent_count = c.sent_count + s.sent, delivered_count = c.delivered_count + s.delivered,
            opened_count = c.opened_count + s.opened, clicked_count = c.clicked_count + s.clicked,
            bounced_count = c.bounced_count + s.bounced, unsubscribed_count = c.unsubscribed_count + s.unsubscribed,
            complained_count = c.complained_count + s.complained, updated_at = now()
        from sums s
        where c.workspace_id = s.workspace_id and c.id = s.campaign_id
    )
    select coalesce(sum(deltas), 0) into v_folded from sums;
    return v_folded;
end
$$;
comment on function fold_campaign_metrics() is
    'Adds the waiting metric deltas of all workspaces to their campaigns and returns how many it folded.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function json_send_events(jsonb) owner to lh_owner;
alter function send_status_rank(text) owner to lh_owner;
alter function batch_update_email_status(jsonb) owner to lh_owner;
alter function batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) owner to lh_owner;
alter function fold_campaign_metrics() owner to lh_owner;
revoke execute on function
    json_send_events(jsonb),
    send_status_rank(text),
    batch_update_email_status(jsonb),
    batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint),
    fold_campaign_metrics()
from public;
grant execute on function
    batch_update_email_status(jsonb),
    batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint)
to lh_app, lh_worker;
grant execute on function
    fold_campaign_metrics()
to lh_worker;
