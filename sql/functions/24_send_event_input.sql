-- Webhook events as rows: what each says, and which send it is about.

-- The rank decides what an event may overwrite: a late delivery must not hide a click.
create or replace function send_status_rank(p_status text) returns int
language sql immutable parallel safe
as $$
    select array_position(array['pending', 'claimed', 'failed', 'sent', 'delivered', 'opened', 'clicked', 'bounced',
                                'unsubscribed', 'complained'], p_status)
$$;
comment on function send_status_rank(text) is 'The order of the states of a send; an event never lowers it.';

create or replace function event_time(p_value jsonb) returns timestamptz
language plpgsql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on
as $$
declare
    v_text text := p_value #>> '{}';
    v_time timestamptz;
begin
    if jsonb_typeof(p_value) <> 'string' or length(v_text) > 40
       or v_text !~ '^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.]\d{1,9})?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?)?$' then
        return null;
    end if;
    -- No words such as "tomorrow", no number of seconds or milliseconds, and no time zone of the session's.
    v_time := case when v_text ~ '(Z|z|[ T]\S+[+-]\d{2}(:?\d{2})?)$' or v_text ~ ' [+-]\d' then v_text else v_text || 'Z' end::timestamptz;
    return case when v_time >= '2000-01-01Z' then v_time end;
exception when data_exception then
    return null;
end
$$;
comment on function event_time(jsonb) is 'An ISO 8601 time of an event, UTC unless it says its zone, from 2000 on; null when it is none.';

drop function if exists json_send_events(jsonb);
create or replace function json_send_events(p_events jsonb)
returns table (event_number bigint, send_id bigint, provider_id text, send_created_at timestamptz, event text, occurred_at timestamptz,
               timed boolean, error_message text, reason text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC'
as $$
begin
    if p_events is null or jsonb_typeof(p_events) <> 'array' then
        raise exception 'events must be a JSON array, not %', coalesce(jsonb_typeof(p_events), 'null') using errcode = 'LH008';
    elsif jsonb_array_length(p_events) > 100000 then
        raise exception 'at most 100000 events a call, not %', jsonb_array_length(p_events) using errcode = 'LH008';
    end if;
    return query
    with items as (
        select e.ordinality as number, case when jsonb_typeof(e.value) = 'object' then e.value end as item
        from jsonb_array_elements(p_events) with ordinality as e
    ), typed as (
        select i.number, i.item, coalesce(i.item ->> 'id', '') ~ '^[0-9]{1,18}$' as has_id,
               case when jsonb_typeof(i.item -> 'provider_id') = 'string' then nullif(i.item ->> 'provider_id', '') end as provider,
               coalesce(i.item -> 'occurred_at', 'null') <> 'null' as timed,
               event_time(i.item -> 'occurred_at') as occurred_at,
               coalesce(i.item -> 'created_at', 'null') <> 'null' as dated,
               event_time(i.item -> 'created_at') as created_at,
               case when i.item ->> 'event' in ('bounced', 'hard_bounced', 'soft_bounced') then
                   case lower(coalesce(left(i.item ->> 'bounce_type', 40), case i.item ->> 'event' when 'soft_bounced' then 'soft'
                       else 'hard' end))
                       when 'soft' then 'soft_bounced' when 'transient' then 'soft_bounced' when 'temporary' then 'soft_bounced'
                       when 'hard' then 'bounced' when 'permanent' then 'bounced' end
                   when i.item ->> 'event' in ('sent', 'delivered', 'opened', 'clicked', 'unsubscribed', 'complained', 'failed')
                   then i.item ->> 'event' end as kind
        from items i
    )
    select t.number, case when t.has_id then (t.item ->> 'id')::bigint end, case when t.has_id then null else t.provider end, t.created_at,
        t.kind,
           case when t.timed then t.occurred_at else now() end, t.timed, left(t.item ->> 'error', 1000),
           case
               when t.item is null then 'the event is not an object'
               when t.item -> 'id' <> 'null' and not t.has_id then 'the id is not that of a send'
               when not t.has_id and t.provider is null then 'the event has neither the id of a send nor a provider_id'
               when length(t.provider) > 500 then 'the provider_id is longer than 500 characters'
               when t.kind is null and t.item ->> 'event' in ('bounced', 'hard_bounced', 'soft_bounced')
                   then 'the bounce_type is not hard or soft'
               when t.kind is null then format('the event name "%s" is not known', left(t.item ->> 'event', 60))
               when t.timed and t.occurred_at is null then 'occurred_at is no ISO 8601 time from 2000 on, such as "2025-01-31T12:00:00Z"'
               when t.timed and t.occurred_at > now() + interval '15 minutes' then 'occurred_at lies in the future'
               when t.dated and t.created_at is null then 'created_at is no ISO 8601 time from 2000 on, such as "2025-01-31T12:00:00Z"'
           end
    from typed t;
end
$$;
comment on function json_send_events(jsonb) is
    'A JSON array of webhook events as rows, numbered from 1, each with the reason why it is refused, or null. LH008 when it is no array.';

drop function if exists find_send_events(bigint, jsonb);
create function find_send_events(p_workspace_id bigint, p_events jsonb)
returns table (event_number bigint, send_id bigint, send_created_at timestamptz, lead_id bigint, email text, campaign_id bigint,
               event text, occurred_at timestamptz, timed boolean, error_message text, reason text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp
set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
    return query
    with events as materialized (
        select * from json_send_events(p_events)
    ), found as (
        select e.event_number, count(s.id) as sends, min(s.id) as id, min(s.created_at) as created_at, min(s.lead_id) as lead_id,
               min(s.email) as email, min(s.campaign_id) as campaign_id
        from events e
        cross join lateral (
            select s.id, s.created_at, s.lead_id, s.email, s.campaign_id from email_sends s
            where e.send_created_at is not null and e.send_id is not null
              and s.workspace_id = p_workspace_id and s.id = e.send_id and s.created_at = e.send_created_at
            union all
            select s.id, s.created_at, s.lead_id, s.email, s.campaign_id from email_sends s
            where e.send_created_at is null and s.workspace_id = p_workspace_id and s.id = e.send_id
            union all
            select s.id, s.created_at, s.lead_id, s.email, s.campaign_id from email_sends s
            where e.send_id is null and s.workspace_id = p_workspace_id and s.provider_id = e.provider_id
        ) s
        where e.reason is null
        group by e.event_number
    )
    select e.event_number, f.id, f.created_at, coalesce(f.lead_id, a.lead_id), coalesce(f.email, a.email), f.campaign_id, e.event,
        e.occurred_at, e.timed, e.error_message,
           coalesce(e.reason, case when f.sends > 1 then 'several sends have this id'
                                   when f.id is null and a.lead_id is null then 'there is no such send' end)
    from events e
    left join found f on f.event_number = e.event_number
    -- Who leaves by a mail whose month is archived has left all the same.
    left join lateral archived_send_lead(p_workspace_id, e.send_id, e.provider_id) a
        on e.reason is null and f.id is null and e.event in ('bounced', 'unsubscribed', 'complained');
end
$$;
comment on function find_send_events(bigint, jsonb) is
    'A step of apply_send_events, for its owner alone: events with their sends, or the reason why they are refused.';

drop function if exists archived_send_lead(bigint, bigint, text);
create function archived_send_lead(p_workspace_id bigint, p_send_id bigint, p_provider_id text, out lead_id bigint, out email text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_month regclass;
begin
    for v_month in
        select c.oid::regclass from pg_class c
        where c.relnamespace = to_regnamespace('archive') and c.relkind = 'r' and c.relname like 'email\_sends%'
    loop
        execute format('select s.lead_id, s.email from %s s where s.workspace_id = $1 and %s', v_month,
                       case when p_send_id is not null then 's.id = $2' else 's.provider_id = $3' end)
            into lead_id, email using p_workspace_id, p_send_id, p_provider_id;
        exit when lead_id is not null;
    end loop;
end
$$;
comment on function archived_send_lead(bigint, bigint, text) is
    'The lead and the address of a send that retention has archived; null when there is none.';

-- Who may call what: the steps only their owner, through the functions that call them.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array[
        'send_status_rank(text)', 'event_time(jsonb)', 'json_send_events(jsonb)', 'find_send_events(bigint, jsonb)',
        'archived_send_lead(bigint, bigint, text)']::regprocedure[]
    loop
        execute format('alter function %s owner to lh_owner', v_function);
        execute format('revoke execute on function %s from public', v_function);
    end loop;
end
$$;
