-- Campaigns that could not be stopped, and what a crash, retention and a cut text hid.

-- step: campaign_states
-- As of migration 012; a done campaign that got sends since is stopped without being opened first, which another
-- campaign in its send window would not allow.
create or replace function campaign_may_become(p_from text, p_to text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
    select case p_from
        when 'draft' then p_to in ('scheduled', 'sending', 'paused', 'cancelled')
        when 'scheduled' then p_to in ('draft', 'sending', 'paused', 'cancelled')
        when 'sending' then p_to in ('scheduled', 'paused', 'cancelled', 'sent')
        when 'paused' then p_to in ('draft', 'scheduled', 'sending', 'cancelled')
        -- Recipients that were added later are sent as well, or stopped.
        when 'sent' then p_to in ('sending', 'paused', 'cancelled')
        else false
    end
$$;

-- step: campaign_guard
-- As of migration 018, and a done campaign is stopped only while sends of it wait.
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
    if not campaign_may_become(old.status, new.status)
       or old.status = 'sent' and new.status <> 'sending' and not campaign_has_open_sends(new.workspace_id, new.id) then
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

-- step: audit_values
-- As of migration 014, and a word that was cut goes: it may be most of an address, which an erasure would not know again.
create or replace function audit_values(p_row jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
    select jsonb_object_agg(r.key, case
        when length(u.url) > 500 then to_jsonb(regexp_replace(left(u.url, 500), '[^/]*$', ''))
        when u.url is not null then to_jsonb(u.url)
        when length(r.value::text) > 500 then to_jsonb(regexp_replace(left(r.value #>> '{}', 500), '[^\s",;<>]*$', '') || '...')
        else r.value end)
    from jsonb_each(p_row) as r
    cross join lateral (
        select case when r.key = 'url' and jsonb_typeof(r.value) = 'string' then
            regexp_replace(regexp_replace(r.value #>> '{}', '://[^/?#]*@', '://***@'), '[?#].*$', '?***') end as url) as u
    where r.key <> 'key_hash'
$$;

-- step: campaign_performance_next
-- What retention has archived is counted on the day that the campaign was enqueued, also while other sends are left: the counters of the
-- campaign, less the sends that are there. Before, it moved to the day on which the campaign was made, or was lost.
drop materialized view if exists campaign_performance_next;
create materialized view campaign_performance_next as
with live as (
    select workspace_id, campaign_id, (created_at at time zone 'UTC')::date as day, count(*) as recipients, count(sent_at) as sent,
        count(delivered_at) as delivered, count(opened_at) as opened, count(clicked_at) as clicked, count(bounced_at) as bounced,
        count(unsubscribed_at) as unsubscribed, count(complained_at) as complained
    from email_sends
    group by workspace_id, campaign_id, (created_at at time zone 'UTC')::date
), told as (
    select workspace_id, campaign_id, array_agg(day) as days, sum(recipients)::bigint as recipients, sum(sent)::bigint as sent,
        sum(delivered)::bigint as delivered, sum(opened)::bigint as opened, sum(clicked)::bigint as clicked,
        sum(bounced)::bigint as bounced, sum(unsubscribed)::bigint as unsubscribed, sum(complained)::bigint as complained
    from live
    group by workspace_id, campaign_id
), missing as (
    select c.workspace_id, c.id as campaign_id, (coalesce(c.enqueued_at, c.created_at) at time zone 'UTC')::date as day, t.days,
        -- Sends that the application adds itself are not among the campaign's recipients, but among the sent ones.
        greatest(c.total_recipients - coalesce(t.recipients, 0), c.sent_count - coalesce(t.sent, 0), 0) as recipients,
        greatest(c.sent_count - coalesce(t.sent, 0), 0) as sent,
        greatest(c.delivered_count - coalesce(t.delivered, 0), 0) as delivered,
        greatest(c.opened_count - coalesce(t.opened, 0), 0) as opened,
        greatest(c.clicked_count - coalesce(t.clicked, 0), 0) as clicked,
        greatest(c.bounced_count - coalesce(t.bounced, 0), 0) as bounced,
        greatest(c.unsubscribed_count - coalesce(t.unsubscribed, 0), 0) as unsubscribed,
        greatest(c.complained_count - coalesce(t.complained, 0), 0) as complained
    from campaigns c
    left join told t on t.workspace_id = c.workspace_id and t.campaign_id = c.id
)
select workspace_id, campaign_id, day, recipients, sent, delivered, opened, clicked, bounced, unsubscribed, complained
from live
union all
select workspace_id, campaign_id, day, recipients, sent, delivered, opened, clicked, bounced, unsubscribed, complained
from missing
-- Sends of the day of enqueueing are archived together. Where some are left, less of them than counted is an erasure.
where days is null or day <> all (days) and recipients > 0;

create unique index campaign_performance_next_key on campaign_performance_next (workspace_id, campaign_id, day);
alter materialized view campaign_performance_next owner to lh_owner;
revoke all on campaign_performance_next from public;

-- step: campaign_performance
drop materialized view campaign_performance;
alter materialized view campaign_performance_next rename to campaign_performance;
alter index campaign_performance_next_key rename to campaign_performance_key;

-- step: import_copies
-- Staging is not logged: a crash of the server empties it, and an import that is copied in several transactions would go on with those
-- that came after it. So each transaction that stages rows leaves the number of its first row here.
create table lead_import_copies (
    workspace_id bigint not null,
    import_id bigint not null,
    first_row bigint not null,
    constraint lead_import_copies_pkey primary key (workspace_id, import_id, first_row),
    constraint lead_import_copies_import_id_fkey
        foreign key (workspace_id, import_id) references lead_imports (workspace_id, id) on delete cascade
);
comment on table lead_import_copies is
    'The first row of each transaction that staged rows of an import: one that is not staged any more was lost by a crash of the server.';
alter table lead_import_copies owner to lh_owner;
alter table lead_import_copies enable row level security;
create policy tenant on lead_import_copies using (workspace_id = tenant_workspace());

-- step: import_staging_guard
-- As of migration 016, and it notes the first row.
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
    insert into lead_import_copies (workspace_id, import_id, first_row)
    values (new.workspace_id, new.import_id, new.row_number) on conflict do nothing;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;
