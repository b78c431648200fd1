-- What became of sends (BF-5). Events may come in any order, grouped in any way and more than once: per send the first time of
-- each kind is kept, and its state follows from those times.

-- The first opening or click of a send, not before the send itself: a wrong clock must not make months.
create or replace function note_send_activities(p_workspace_id bigint, p_sends bigint[], p_leads bigint[], p_campaigns bigint[],
    p_created timestamptz[], p_times timestamptz[], p_old timestamptz[], p_kind text) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
    insert into lead_activities (workspace_id, lead_id, campaign_id, activity_type, metadata, created_at)
    select p_workspace_id, a.lead_id, a.campaign_id, p_kind, jsonb_build_object('send_id', a.id), greatest(a.at, a.created_at)
    from unnest(p_sends, p_leads, p_campaigns, p_created, p_times, p_old) as a (id, lead_id, campaign_id, created_at, at, old)
    where a.at is not null and a.old is null;
    if exists (select 1 from unnest(p_times, p_old) as a (at, old) where a.old is not null and a.at <> a.old) then
        update lead_activities l set created_at = greatest(a.at, a.created_at)
        from unnest(p_sends, p_leads, p_created, p_times, p_old) as a (id, lead_id, created_at, at, old)
        where a.at <> a.old and greatest(a.at, a.created_at) <> greatest(a.old, a.created_at)
          and l.workspace_id = p_workspace_id and l.lead_id = a.lead_id and l.activity_type = p_kind
          and l.created_at = greatest(a.old, a.created_at) and l.metadata ->> 'send_id' = a.id::text;
    end if;
end
$$;
comment on function note_send_activities(bigint, bigint[], bigint[], bigint[], timestamptz[], timestamptz[], timestamptz[], text) is
    'A step of merge_send_events, for its owner alone: an activity for each new time, and a correction for each that was earlier.';

create or replace function merge_send_events(p_workspace_id bigint, p_ids bigint[], p_created timestamptz[], p_kinds text[],
    p_times timestamptz[], p_errors text[]) returns text[]
language plpgsql set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
    v_ids bigint[];
    v_created timestamptz[];
    v_leads bigint[];
    v_campaigns bigint[];
    v_opened timestamptz[];
    v_clicked timestamptz[];
    v_old_opened timestamptz[];
    v_old_clicked timestamptz[];
    v_fresh text[];
    v_new text[];
begin
    perform 1 from (select distinct g.id, g.created_at from unnest(p_ids, p_created) as g (id, created_at)) g
    join email_sends s on s.workspace_id = p_workspace_id and s.id = g.id and s.created_at = g.created_at
    order by s.id for update of s;
    -- One statement a table, each of one workspace: on a cluster it goes whole to its node.
    with by_send as materialized (
        select g.id, g.created_at,
               min(g.time) filter (where g.kind <> 'failed') as sent_at,
               min(g.time) filter (where g.kind = 'delivered') as delivered_at,
               min(g.time) filter (where g.kind = 'opened') as opened_at,
               min(g.time) filter (where g.kind = 'clicked') as clicked_at,
               min(g.time) filter (where g.kind = 'bounced') as bounced_at,
               min(g.time) filter (where g.kind = 'soft_bounced') as soft_bounced_at,
               min(g.time) filter (where g.kind = 'unsubscribed') as unsubscribed_at,
               min(g.time) filter (where g.kind = 'complained') as complained_at,
               min(g.time) filter (where g.kind = 'failed') as failed_at,
               max(g.error collate "C") as error_message
        from unnest(p_ids, p_created, p_kinds, p_times, p_errors) as g (id, created_at, kind, time, error)
        group by g.id, g.created_at
    ), before as materialized (
        select s.* from by_send b
        join email_sends s on s.workspace_id = p_workspace_id and s.id = b.id and s.created_at = b.created_at
    ), changed as (
        update email_sends s
        set sent_at = least(o.sent_at, b.sent_at), delivered_at = least(o.delivered_at, b.delivered_at),
            opened_at = least(o.opened_at, b.opened_at), clicked_at = least(o.clicked_at, b.clicked_at),
            bounced_at = least(o.bounced_at, b.bounced_at), soft_bounced_at = least(o.soft_bounced_at, b.soft_bounced_at),
            unsubscribed_at = least(o.unsubscribed_at, b.unsubscribed_at), complained_at = least(o.complained_at, b.complained_at),
            failed_at = least(o.failed_at, b.failed_at),
            error_message = greatest(o.error_message collate "C", b.error_message collate "C"),
            status = (select n.status from (values (o.status, true), ('complained', b.complained_at is not null),
                          ('unsubscribed', b.unsubscribed_at is not null), ('bounced', b.bounced_at is not null),
                          ('clicked', b.clicked_at is not null), ('opened', b.opened_at is not null),
                          ('delivered', b.delivered_at is not null), ('sent', b.sent_at is not null),
                          ('failed', b.failed_at is not null)) as n (status, holds)
                      where n.holds order by send_status_rank(n.status) desc limit 1)
        from by_send b
        join before o on o.id = b.id and o.created_at = b.created_at
        where s.workspace_id = p_workspace_id and s.id = b.id and s.created_at = b.created_at
        returning s.id, s.created_at, s.lead_id, s.campaign_id, s.opened_at, s.clicked_at,
            o.opened_at as old_opened, o.clicked_at as old_clicked, array_remove(array[
                case when o.sent_at is null and s.sent_at is not null then 'sent' end,
                case when o.delivered_at is null and s.delivered_at is not null then 'delivered' end,
                case when o.opened_at is null and s.opened_at is not null then 'opened' end,
                case when o.clicked_at is null and s.clicked_at is not null then 'clicked' end,
                case when o.bounced_at is null and s.bounced_at is not null then 'bounced' end,
                case when o.soft_bounced_at is null and s.soft_bounced_at is not null then 'soft_bounced' end,
                case when o.unsubscribed_at is null and s.unsubscribed_at is not null then 'unsubscribed' end,
                case when o.complained_at is null and s.complained_at is not null then 'complained' end,
                case when o.failed_at is null and s.failed_at is not null then 'failed' end], null) as fresh
    )
    select array_agg(c.id), array_agg(c.created_at), array_agg(c.lead_id), array_agg(c.campaign_id),
           array_agg(c.opened_at), array_agg(c.clicked_at), array_agg(c.old_opened), array_agg(c.old_clicked),
           array_agg(array_to_string(c.fresh, ' '))
    into v_ids, v_created, v_leads, v_campaigns, v_opened, v_clicked, v_old_opened, v_old_clicked, v_fresh
    from changed c;
    insert into campaign_metric_deltas
        (workspace_id, campaign_id, sent, delivered, opened, clicked, bounced, soft_bounced, unsubscribed, complained, failed)
    select p_workspace_id, c.campaign_id, count(*) filter (where k = 'sent'), count(*) filter (where k = 'delivered'),
           count(*) filter (where k = 'opened'), count(*) filter (where k = 'clicked'), count(*) filter (where k = 'bounced'),
           count(*) filter (where k = 'soft_bounced'), count(*) filter (where k = 'unsubscribed'),
           count(*) filter (where k = 'complained'), count(*) filter (where k = 'failed')
    from unnest(v_campaigns, v_fresh) as c (campaign_id, fresh)
    cross join lateral unnest(string_to_array(c.fresh, ' ')) as k
    group by c.campaign_id
    order by c.campaign_id;
    perform note_send_activities(p_workspace_id, v_ids, v_leads, v_campaigns, v_created, v_opened, v_old_opened, 'email_opened');
    perform note_send_activities(p_workspace_id, v_ids, v_leads, v_campaigns, v_created, v_clicked, v_old_clicked, 'email_clicked');
    v_new := array(
        select c.id || ':' || k from unnest(v_ids, v_fresh) as c (id, fresh)
        cross join lateral unnest(string_to_array(c.fresh, ' ')) as k
        where k in ('bounced', 'unsubscribed', 'complained'));
    return coalesce(v_new, '{}');
end
$$;
comment on function merge_send_events(bigint, bigint[], timestamptz[], text[], timestamptz[], text[]) is
    'A step of apply_send_events, for its owner alone: merges events into their sends. Returns "send:kind" of what a lead may stop for '
    'and is new.';

-- By address, as imports lock them. Those whose activities will share their keys come here too, before their sends: who erases a lead
-- takes the lead first.
create or replace function take_event_leads(p_workspace_id bigint, p_changed bigint[], p_shared bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform 1 from leads l
    where l.workspace_id = p_workspace_id and l.id = any (p_changed) order by l.email collate "C" for no key update;
    perform 1 from leads l
    where l.workspace_id = p_workspace_id and l.id = any (p_shared) order by l.email collate "C" for key share;
end
$$;
comment on function take_event_leads(bigint, bigint[], bigint[]) is 'A step of lock_event_leads, for its owner alone: locks leads to '
    'change them, and the keys of others.';

create or replace function try_event_leads(p_workspace_id bigint, p_changed bigint[], p_shared bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp set lock_timeout = '100ms'
as $$
begin
    perform take_event_leads(p_workspace_id, p_changed, p_shared);
end
$$;
comment on function try_event_leads(bigint, bigint[], bigint[]) is 'As take_event_leads, but nobody is waited for longer than 0.1 s.';

-- An application that changes the addresses of many leads in one statement locks them in an order of its own. So all that is held is let
-- go before it becomes a deadlock, and tried again.
create or replace function lock_event_leads(p_workspace_id bigint, p_changed bigint[], p_shared bigint[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_changed = '{}' and p_shared = '{}' then
        return;
    end if;
    for attempt in 1..30 loop
        begin
            perform try_event_leads(p_workspace_id, p_changed, p_shared);
            return;
        exception
            when lock_not_available then
                perform pg_sleep(0.02 + random() * 0.1);
        end;
    end loop;
    perform take_event_leads(p_workspace_id, p_changed, p_shared);
end
$$;
comment on function lock_event_leads(bigint, bigint[], bigint[]) is 'A step of apply_send_events, for its owner alone.';

create or replace function apply_send_events(p_events jsonb, out applied_count bigint, out error_count bigint, out errors jsonb)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_workspace_id bigint := session_workspace();
    v_ids bigint[];
    v_created timestamptz[];
    v_leads bigint[];
    v_emails text[];
    v_kinds text[];
    v_times timestamptz[];
    v_timed boolean[];
    v_messages text[];
    v_new text[] := '{}';
    v_now constant timestamptz := now();
begin
    select count(*) filter (where f.reason is null), count(*) filter (where f.reason is not null),
           coalesce(jsonb_agg(jsonb_build_object('event', f.event_number, 'send', p_events -> (f.event_number - 1)::int -> 'id',
                                                 'reason', f.reason) order by f.event_number) filter (where f.reason is not null), '[]'),
           array_agg(f.send_id) filter (where f.reason is null), array_agg(f.send_created_at) filter (where f.reason is null),
           array_agg(f.lead_id) filter (where f.reason is null), array_agg(f.email) filter (where f.reason is null),
           array_agg(f.event) filter (where f.reason is null),
           array_agg(f.occurred_at) filter (where f.reason is null), array_agg(f.timed) filter (where f.reason is null),
           array_agg(f.error_message) filter (where f.reason is null)
    into applied_count, error_count, errors, v_ids, v_created, v_leads, v_emails, v_kinds, v_times, v_timed, v_messages
    from find_send_events(v_workspace_id, p_events) f;
    if applied_count = 0 then
        return;
    end if;
    -- One order for all: leads, then sends by id, then counts.
    perform lock_event_leads(v_workspace_id,
        array(select g.lead_id from unnest(v_leads, v_kinds) as g (lead_id, kind)
              where g.kind in ('bounced', 'unsubscribed', 'complained')),
        array(select g.lead_id from unnest(v_leads, v_kinds) as g (lead_id, kind) where g.kind in ('opened', 'clicked')));
    if exists (select 1 from unnest(v_ids) as g (id) where g.id is not null) then
        v_new := merge_send_events(v_workspace_id, v_ids, v_created, v_kinds, v_times, v_messages);
    end if;
    -- A trigger of leads takes a change of status for a decision of now, unless an event made it. No SET clause of the function: only a
    -- superuser may write one for a setting that the server does not know.
    set local loadharness.by_event = 'on';
    -- A status only rises, and no event from before the application's last decision counts. A repeated event without a time is no news.
    update leads l set status = n.status, updated_at = v_now
    from (
        select g.lead_id, (array['bounced', 'unsubscribed', 'complained'])[
            max(array_position(array['bounced', 'unsubscribed', 'complained'], g.kind))] as status
        from unnest(v_ids, v_leads, v_emails, v_kinds, v_times, v_timed) as g (id, lead_id, email, kind, time, timed)
        join leads d on d.workspace_id = v_workspace_id and d.id = g.lead_id
        where g.kind in ('bounced', 'unsubscribed', 'complained')
          and (g.timed or g.id is null or g.id || ':' || g.kind = any (v_new))
          and (d.status_changed_at is null or g.time > d.status_changed_at)
          -- That a mail to another address came back says nothing of the lead's. Who leaves or complains there wants none here either.
          and (g.kind <> 'bounced' or normalised_address(g.email) = d.email)
        group by g.lead_id
    ) n
    where l.workspace_id = v_workspace_id and l.id = n.lead_id
      and coalesce(array_position(array['bounced', 'unsubscribed', 'complained'], n.status), 0)
        > coalesce(array_position(array['bounced', 'unsubscribed', 'complained'], l.status), 0);
    set local loadharness.by_event = '';
    perform suppress_other_addresses(v_workspace_id, g.leads, g.emails, g.kinds)
    from (select array_agg(e.lead_id) as leads, array_agg(e.email) as emails, array_agg(e.kind) as kinds
          from unnest(v_ids, v_leads, v_emails, v_kinds) as e (id, lead_id, email, kind)
          where e.kind in ('bounced', 'unsubscribed', 'complained') and (e.id is null or e.id || ':' || e.kind = any (v_new))) as g;
end
$$;
comment on function apply_send_events(jsonb) is
    'Applies webhook events [{id or provider_id, event, occurred_at?, created_at?, bounce_type?, error?}] to the session workspace''s '
    'sends '
    '(BF-5). Good ones count, each bad one is told: errors [{event, send, reason}]. Order, grouping and repetition do not matter. '
    'Pass the send''s created_at to look into one partition only.';

create or replace function batch_update_email_status(p_events jsonb) returns int
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_result record;
    c_no_send constant text := 'there is no such send';
    v_bad bigint;
    v_first jsonb;
    v_lost bigint;
    v_first_lost bigint;
begin
    select * into v_result from apply_send_events(p_events);
    select count(*), (array_agg(e order by (e ->> 'event')::bigint))[1] into v_bad, v_first
    from jsonb_array_elements(v_result.errors) as e where e ->> 'reason' <> c_no_send;
    -- Without its send nobody knows whom such an event is about: the person would be written to again.
    select count(*), min((e ->> 'event')::bigint) into v_lost, v_first_lost
    from jsonb_array_elements(v_result.errors) as e
    where e ->> 'reason' = c_no_send
      and p_events -> ((e ->> 'event')::int - 1) ->> 'event' in ('bounced', 'hard_bounced', 'unsubscribed', 'complained');
    if v_lost > 0 then
        raise warning '% events of people who left, or whose address is dead, have no send here, the first one is event %',
            v_lost, v_first_lost
            using hint = 'The month of the send may have been dropped. suppress_address() takes the address that the provider names.';
    end if;
    if v_bad > 0 and v_bad = jsonb_array_length(p_events) then
        raise exception 'event %: %', v_first ->> 'event', v_first ->> 'reason' using errcode = 'LH008',
            hint = 'Example: {"id": 7, "event": "opened", "occurred_at": "2025-01-31T12:00:00Z"}.';
    elsif v_bad > 0 then
        raise warning '% events were refused, the first one, event %: %', v_bad, v_first ->> 'event', v_first ->> 'reason'
            using hint = 'apply_send_events tells each one.';
    end if;
    return v_result.applied_count;
end
$$;
comment on function batch_update_email_status(jsonb) is
    'As apply_send_events (BF-5); returns the number of events applied. LH008 when every event is bad. Warns of bad ones, and of bounces, '
    'unsubscriptions and complaints by a send that is not there.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'note_send_activities(bigint, bigint[], bigint[], bigint[], timestamptz[], timestamptz[], timestamptz[], text)',
        'merge_send_events(bigint, bigint[], timestamptz[], text[], timestamptz[], text[])',
        'take_event_leads(bigint, bigint[], bigint[])', 'try_event_leads(bigint, bigint[], bigint[])',
        'lock_event_leads(bigint, bigint[], bigint[])', 'apply_send_events(jsonb)',
        'batch_update_email_status(jsonb)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
grant execute on function apply_send_events(jsonb), batch_update_email_status(jsonb) to lh_app, lh_worker;
