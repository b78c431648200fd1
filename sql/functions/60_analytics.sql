-- Analytics: materialized views carry no row security, so they are reached through these functions alone.

create or replace function require_period(p_from timestamptz, p_to timestamptz, p_period text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    if p_period is null or p_period not in ('day', 'week', 'month') then
        raise exception 'the period "%" is not day, week or month', left(coalesce(p_period, 'null'), 40) using errcode = 'LH004';
    end if;
    if p_from is null or p_to is null or p_from >= p_to then
        raise exception 'the time from % to % is empty', coalesce(p_from::text, 'null'), coalesce(p_to::text, 'null')
            using errcode = 'LH004', hint = 'Both ends are needed; the second is exclusive and lies after the first.';
    end if;
    -- Years first: PostgreSQL's own arithmetic ends at the edges of its calendar.
    if p_from < '1900-01-01' or p_to > '2200-01-01' then
        raise exception 'the time from % to % is not within the years 1900 to 2199', p_from, p_to using errcode = 'LH004';
    elsif p_to > p_from + interval '3660 days' then
        raise exception 'the time from % to % is longer than ten years', p_from, p_to using errcode = 'LH004';
    end if;
end;
$$;

create or replace function refresh_analytics_views()
returns table (view_name text, duration_ms double precision)
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    started timestamptz;
begin
    foreach view_name in array array['lead_analytics', 'campaign_performance'] loop
        started := clock_timestamp();
        -- Concurrently: readers see the old rows until the new ones are complete.
        execute format('refresh materialized view concurrently public.%I', view_name);
        duration_ms := extract(epoch from clock_timestamp() - started) * 1000;
        insert into public.analytics_refreshes as r (view_name, refreshed_at, duration_ms)
        values (refresh_analytics_views.view_name, clock_timestamp(), refresh_analytics_views.duration_ms)
        on conflict on constraint analytics_refreshes_pkey
            do update set refreshed_at = excluded.refreshed_at, duration_ms = excluded.duration_ms;
        return next;
    end loop;
    perform public.capture_database_snapshot();
end;
$$;

create or replace function get_campaign_analytics(
    p_workspace_id bigint, p_from timestamptz, p_to timestamptz, p_period text default 'day')
returns table (
    period_start date, campaigns bigint, recipients bigint, sent bigint, delivered bigint, opened bigint, clicked bigint,
    bounced bigint, unsubscribed bigint, complained bigint, delivery_percent double precision,
    open_percent double precision, click_percent double precision, bounce_percent double precision)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_period(p_from, p_to, p_period);
    return query
    select t.period_start, t.campaigns, t.recipients, t.sent, t.delivered, t.opened, t.clicked, t.bounced, t.unsubscribed,
        t.complained,
        100.0::double precision * t.delivered / nullif(t.sent, 0),
        100.0::double precision * t.opened / nullif(t.delivered, 0),
        100.0::double precision * t.clicked / nullif(t.delivered, 0),
        100.0::double precision * t.bounced / nullif(t.sent, 0)
    from (
        select date_trunc(p_period, p.day::timestamp)::date as period_start, count(distinct p.campaign_id) as campaigns,
            sum(p.recipients)::bigint as recipients, sum(p.sent)::bigint as sent, sum(p.delivered)::bigint as delivered,
            sum(p.opened)::bigint as opened, sum(p.clicked)::bigint as clicked, sum(p.bounced)::bigint as bounced,
            sum(p.unsubscribed)::bigint as unsubscribed, sum(p.complained)::bigint as complained
        from public.campaign_performance p
        where p.workspace_id = p_workspace_id
          and p.day >= (p_from at time zone 'UTC')::date and p.day < (p_to at time zone 'UTC')
        group by 1
    ) t
    order by t.period_start;
end;
$$;

create or replace function get_lead_growth_analytics(
    p_workspace_id bigint, p_from timestamptz, p_to timestamptz, p_period text default 'day')
returns table (
    period_start date, new_leads bigint, active_leads bigint, unsubscribed_leads bigint, total_leads bigint,
    growth_percent double precision)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_period(p_from, p_to, p_period);
    return query
    with periods as (
        -- Every period of the range has its row, also one in which nothing was added.
        select g::date as start
        from generate_series(
            date_trunc(p_period, p_from at time zone 'UTC'), (p_to at time zone 'UTC') - interval '1 microsecond',
            ('1 ' || p_period)::interval) g
    ), added as (
        select date_trunc(p_period, a.day::timestamp)::date as start, sum(a.leads)::bigint as leads,
            coalesce(sum(a.leads) filter (where a.status = 'active'), 0)::bigint as active,
            coalesce(sum(a.leads) filter (where a.status = 'unsubscribed'), 0)::bigint as unsubscribed
        from public.lead_analytics a
        where a.workspace_id = p_workspace_id
          and a.day >= (p_from at time zone 'UTC')::date and a.day < (p_to at time zone 'UTC')
        group by 1
    ), before as (
        select coalesce(sum(a.leads), 0)::bigint as leads
        from public.lead_analytics a
        where a.workspace_id = p_workspace_id and a.day < (p_from at time zone 'UTC')::date
    ), running as (
        select p.start, coalesce(d.leads, 0) as leads, coalesce(d.active, 0) as active,
            coalesce(d.unsubscribed, 0) as unsubscribed,
            (b.leads + sum(coalesce(d.leads, 0)) over (order by p.start))::bigint as total
        from periods p cross join before b left join added d on d.start = p.start
    )
    select r.start, r.leads, r.active, r.unsubscribed, r.total,
        100.0::double precision * r.leads / nullif(r.total - r.leads, 0)
    from running r
    order by r.start;
end;
$$;

comment on function require_period(timestamptz, timestamptz, text)
    is 'Refuses (LH004) an empty time and a period that is not day, week or month.';
comment on function refresh_analytics_views() is
    'AN-3. Refreshes both analytics views while they stay readable; one row a view with its milliseconds.';
comment on function get_campaign_analytics(bigint, timestamptz, timestamptz, text) is
    'AN-4. Campaign results by UTC day, week or month of the enqueue time, as of the last refresh. Refuses another workspace (LH001).';
comment on function get_lead_growth_analytics(bigint, timestamptz, timestamptz, text) is
    'AN-5. Leads added and in total by UTC day, week or month, as of the last refresh. Refuses another workspace (LH001).';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'require_period', 'refresh_analytics_views', 'get_campaign_analytics',
            'get_lead_growth_analytics'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function refresh_analytics_views() to lh_worker;
    grant execute on function get_campaign_analytics(bigint, timestamptz, timestamptz, text),
        get_lead_growth_analytics(bigint, timestamptz, timestamptz, text) to lh_app, lh_readonly;
end;
$$;
