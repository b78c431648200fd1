-- What running the schema needs: job definitions and outcomes, snapshots for trends, retention, audit, analytics views.

-- step: tables
create table scheduled_jobs (
    name text primary key,
    requirement text not null,
    -- Five cron fields, GMT: pg_cron 1.4 knows no seconds and no other time zone.
    schedule text not null,
    -- A statement of one row: what was done, as text, and whether some of it failed.
    body text not null,
    description text not null,
    -- A last success older than this is a finding of health.
    max_age interval not null
);

insert into scheduled_jobs (name, requirement, schedule, body, description, max_age)
values
    ('maintenance', 'JB-1', '0 2 * * *',
     $body$select string_agg(task || ': ' || detail, '; '), bool_or(outcome = 'failed') from public.perform_maintenance_tasks()$body$,
     'Analyze, flush, archive, prune', '25 hours'),
    ('refresh-analytics', 'JB-2', '*/30 * * * *',
     $body$select string_agg(view_name || ' in ' || round(duration_ms) || ' ms', '; '), false from public.refresh_analytics_views()$body$,
     'Refresh the analytics views', '65 minutes'),
    ('create-partitions', 'JB-3', '0 1 1 * *',
     $body$select public.create_monthly_partitions() || ' partitions created', false$body$,
     'Keep 24 months of partitions ahead', '32 days'),
    ('expire-api-keys', 'JB-4', '0 3 * * *',
     $body$select public.expire_api_keys() || ' keys expired', false$body$,
     'Expire API keys that nobody renews', '25 hours'),
    ('renew-api-keys', 'JB-5', '0 4 * * *',
     $body$select public.auto_renew_api_keys() || ' keys renewed', false$body$,
     'Renew API keys with auto-renewal', '25 hours');

create table job_runs (
    id bigint generated always as identity primary key,
    job text not null,
    runner text not null,
    outcome text not null default 'running' check (outcome in ('running', 'succeeded', 'failed', 'skipped')),
    detail text,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

create index job_runs_job_idx on job_runs (job, started_at desc);

create table analytics_refreshes (
    view_name text primary key,
    refreshed_at timestamptz not null,
    duration_ms double precision not null
);

-- Cumulative counters at a time: ratios are taken of differences, not of a lifetime.
create table database_snapshots (
    captured_at timestamptz primary key default clock_timestamp(),
    stats_reset timestamptz,
    blocks_hit bigint not null,
    blocks_read bigint not null,
    commits bigint not null,
    rollbacks bigint not null,
    deadlocks bigint not null,
    temp_bytes bigint not null,
    database_bytes bigint not null
);

create table table_size_history (
    captured_on date not null,
    table_name text not null,
    row_estimate bigint not null,
    total_bytes bigint not null,
    primary key (captured_on, table_name)
);

create table setting_history (
    captured_at timestamptz not null default clock_timestamp(),
    name text not null,
    value text not null,
    primary key (name, captured_at)
);

create table retention_policies (
    table_name text primary key,
    keep_days int check (keep_days >= 31),
    action text not null default 'archive' check (action in ('archive', 'drop'))
);

-- Three years: nothing that a report over two years reads goes away unasked.
insert into retention_policies (table_name, keep_days)
values ('email_sends', 1095), ('lead_activities', 1095);

-- step: archive_schema
create schema if not exists archive;
revoke all on schema archive from public;

-- step: lead_analytics
create materialized view lead_analytics as
select
    workspace_id,
    (created_at at time zone 'UTC')::date as day,
    status,
    coalesce(source, '') as source,
    count(*) as leads
from leads
group by workspace_id, (created_at at time zone 'UTC')::date, status, coalesce(source, '');

create unique index lead_analytics_key on lead_analytics (workspace_id, day, status, source);

-- step: campaign_performance
-- A campaign's sends share one created_at, so this is about one row a campaign.
-- The counters on the campaign stand in for sends that retention has archived.
create materialized view campaign_performance as
select
    c.workspace_id,
    c.id as campaign_id,
    coalesce(s.day, (c.created_at at time zone 'UTC')::date) as day,
    coalesce(s.recipients, c.total_recipients) as recipients,
    coalesce(s.sent, c.sent_count) as sent,
    coalesce(s.delivered, c.delivered_count) as delivered,
    coalesce(s.opened, c.opened_count) as opened,
    coalesce(s.clicked, c.clicked_count) as clicked,
    coalesce(s.bounced, c.bounced_count) as bounced,
    coalesce(s.unsubscribed, c.unsubscribed_count) as unsubscribed,
    coalesce(s.complained, c.complained_count) as complained
from campaigns c
left join (
    select
        workspace_id,
        campaign_id,
        (created_at at time zone 'UTC')::date as day,
        count(*) as recipients,
        count(sent_at) as sent,
        count(delivered_at) as delivered,
        count(opened_at) as opened,
        count(clicked_at) as clicked,
        count(bounced_at) as bounced,
        count(unsubscribed_at) as unsubscribed,
        count(complained_at) as complained
    from email_sends
    group by workspace_id, campaign_id, (created_at at time zone 'UTC')::date
) s on s.workspace_id = c.workspace_id and s.campaign_id = c.id;

create unique index campaign_performance_key on campaign_performance (workspace_id, campaign_id, day);

insert into analytics_refreshes (view_name, refreshed_at, duration_ms)
values ('lead_analytics', clock_timestamp(), 0), ('campaign_performance', clock_timestamp(), 0);

-- step: audit_functions
-- Runs as its owner: the app may cause an audit row but never write one.
create function audit_row_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'key_hash' end;
    after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'key_hash' end;
    affected jsonb := coalesce(after, before);
begin
    insert into audit_logs (workspace_id, actor, action, entity, entity_id, details)
    values (
        case when tg_table_name = 'workspaces' then (affected ->> 'id')::bigint
             else (affected ->> 'workspace_id')::bigint end,
        audit_actor(), lower(tg_op), tg_table_name,
        coalesce(affected ->> 'id', affected ->> 'user_id'),
        jsonb_strip_nulls(jsonb_build_object('before', before, 'after', after)));
    return null;
end;
$$;

create function audit_actor() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select coalesce(
        nullif(current_setting('app.actor', true), ''),
        nullif(current_setting('role', true), 'none'),
        session_user::text)
$$;

-- One row a statement: a bulk deletion of a million leads must not write a million audit rows.
create function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into audit_logs (workspace_id, actor, action, entity, details)
    select workspace_id, audit_actor(), 'delete', 'leads', jsonb_build_object('leads', count(*))
    from deleted
    group by workspace_id;
    return null;
end;
$$;

-- step: audit_api_keys
create trigger audit_api_keys after insert or update of status, expires_at, auto_renew, name or delete on api_keys
    for each row execute function audit_row_change();

-- step: audit_members
create trigger audit_members after insert or update or delete on workspace_members
    for each row execute function audit_row_change();

-- step: audit_workspaces
create trigger audit_workspaces after update or delete on workspaces
    for each row execute function audit_row_change();

-- step: audit_webhooks
create trigger audit_webhooks after insert or update or delete on webhooks
    for each row execute function audit_row_change();

-- step: audit_campaigns
create trigger audit_campaigns after update of status or delete on campaigns
    for each row execute function audit_row_change();

-- step: audit_lead_deletions
create trigger audit_lead_deletions after delete on leads
    referencing old table as deleted for each statement execute function audit_lead_deletion();

-- step: owner_and_grants
do $$
declare
    relation text;
begin
    foreach relation in array array['scheduled_jobs', 'job_runs', 'analytics_refreshes', 'database_snapshots',
        'table_size_history', 'setting_history', 'retention_policies', 'lead_analytics', 'campaign_performance']
    loop
        execute format('alter table public.%I owner to lh_owner', relation);
        execute format('revoke all on public.%I from public, lh_app, lh_readonly, lh_worker', relation);
    end loop;
    alter schema archive owner to lh_owner;
    alter function audit_row_change() owner to lh_owner;
    alter function audit_lead_deletion() owner to lh_owner;
    alter function audit_actor() owner to lh_owner;
    revoke all on function audit_row_change(), audit_lead_deletion(), audit_actor() from public;
    revoke insert, update, delete, truncate on audit_logs, api_key_audit_logs
        from public, lh_app, lh_readonly, lh_worker;
end;
$$;

-- step: monitor_grant
-- Monitoring functions read the statistics of all sessions; a managed service may not let this be granted.
do $$
begin
    grant pg_monitor to lh_owner;
exception when insufficient_privilege then
    raise notice 'pg_monitor was not granted to lh_owner: monitoring shows only what the owner may see';
end;
$$;

-- step: comments
comment on function audit_row_change() is 'Writes an audit_logs row for a changed row, without key hashes.';
comment on function audit_lead_deletion() is 'Writes one audit_logs row a workspace for a deletion of leads, with their number.';
comment on function audit_actor() is 'Who acts: the app.actor setting, else the role in force, else the session user.';
comment on table job_runs is 'One row an attempted job run, whoever ran it: pg_cron or the program.';
comment on table retention_policies is 'How long partitions stay; keep_days null keeps them for good.';
