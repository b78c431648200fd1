-- As 019 leaves it.

-- step: import_staging_guard
create or replace function guard_staging() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
    v_session text := current_setting('app.workspace_id', true);
begin
    if new.workspace_id is null then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    elsif new.workspace_id::text is distinct from v_session
          and not pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user), 'lh_owner', 'member') then
        raise exception 'workspace % is not the session''s workspace', new.workspace_id using errcode = 'LH001',
            hint = 'Rows are staged for the session''s own workspace only.';
    end if;
    -- Held until the rows are committed: the import is not prepared without them.
    select i.status into v_status from lead_imports i where i.workspace_id = new.workspace_id and i.id = new.import_id for key share;
    if not found or v_status not in ('receiving', 'merging') or exists (
        select 1 from lead_import_chunks c where c.workspace_id = new.workspace_id and c.import_id = new.import_id) then
        raise exception 'workspace % has no import % that takes rows', new.workspace_id, new.import_id using errcode = 'LH004',
            hint = 'It was never begun, is being merged, or has ended: begin another with begin_lead_import.';
    end if;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;

-- step: import_copies
drop table lead_import_copies;

-- step: campaign_performance
drop materialized view campaign_performance;
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
alter materialized view campaign_performance owner to lh_owner;

-- step: audit_values
create or replace function audit_values(p_row jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_object_agg(key, case
        when key = 'url' and jsonb_typeof(value) = 'string' then
            to_jsonb(left(regexp_replace(regexp_replace(value #>> '{}', '://[^/?#]*@', '://***@'), '[?#].*$', '?***'), 500))
        when length(value::text) > 500 then to_jsonb(left(value #>> '{}', 500) || '...')
        else value end)
    from jsonb_each(p_row)
    where key <> 'key_hash'
$$;

-- step: campaign_guard
create or replace function guard_campaign() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.enqueued_at is distinct from old.enqueued_at and old.enqueued_at is not null then
        raise exception 'the time when campaign % was enqueued cannot change: its sends carry it', old.id using errcode = 'LH010';
    end if;
    if new.segment_id is null and old.segment_id is not null and new.recipients_due then
        if new.status <> 'draft' then
            raise exception 'campaign % is %: without its segment it would go to everybody', old.id, new.status using errcode = 'LH010',
                hint = 'Make it a draft first, or give it another segment.';
        end if;
        new.recipients_due := false;
    end if;
    if new.status = old.status then
        return new;
    end if;
    if not campaign_may_become(old.status, new.status) then
        raise exception 'campaign % is %: it cannot become %', old.id, old.status, new.status using errcode = 'LH010',
            hint = 'The implementation guide shows the states of a campaign and what may follow each.';
    end if;
    if new.status = 'sent' and (new.recipients_due or campaign_has_open_sends(new.workspace_id, new.id)) then
        raise exception 'campaign % has recipients that are not done: it cannot become sent', old.id using errcode = 'LH010',
            hint = 'complete_campaign closes it as soon as it can.';
    end if;
    return new;
end
$$;

-- step: campaign_states
create or replace function campaign_may_become(p_from text, p_to text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case p_from
        when 'draft' then p_to in ('scheduled', 'sending', 'paused', 'cancelled')
        when 'scheduled' then p_to in ('draft', 'sending', 'paused', 'cancelled')
        when 'sending' then p_to in ('scheduled', 'paused', 'cancelled', 'sent')
        when 'paused' then p_to in ('draft', 'scheduled', 'sending', 'cancelled')
        -- Recipients that were added later are sent as well.
        when 'sent' then p_to = 'sending'
        else false
    end
$$;
