-- Tables behind the life cycle of campaigns: their states, claims with retries, provider ids, and what a lead decided when.

-- step: campaign_columns
alter table campaigns
    add column recipients_due boolean not null default false,
    add column failed_count bigint not null default 0,
    add column skipped_count bigint not null default 0,
    add column soft_bounced_count bigint not null default 0;
comment on column campaigns.recipients_due is 'True from schedule_campaign until all recipients are added: it cannot be sent before.';

-- step: delta_columns
alter table campaign_metric_deltas
    add column failed bigint not null default 0,
    add column skipped bigint not null default 0,
    add column soft_bounced bigint not null default 0;

-- step: send_columns
alter table email_sends
    add column next_attempt_at timestamptz,
    add column soft_bounced_at timestamptz,
    add column failed_at timestamptz,
    add column skipped_at timestamptz,
    add column claimed_pid int,
    add column attempts smallint not null default 0;
comment on column email_sends.attempts is 'How often it was claimed.';
comment on column email_sends.next_attempt_at is 'A send that failed is not handed out again before.';
comment on column email_sends.claimed_pid is 'The session that claimed it: it may give its own claims back at once.';

-- step: lead_columns
alter table leads add column status_changed_at timestamptz;
comment on column leads.status_changed_at is 'When the application last decided on the status. An event from before does not overrule it.';

-- step: inactive_leads
-- no-transaction
create index concurrently if not exists leads_inactive_idx on leads (workspace_id, id) where status <> 'active';

-- step: inactive_leads_comment
comment on index leads_inactive_idx is 'Who left, bounced or complained: each claim of sends asks. Imports of new leads do not touch it.';

-- step: enqueues
-- A row of its own: while a million recipients are added, nobody holds the campaign's row, so that pausing never waits.
create table campaign_enqueues (
    workspace_id bigint not null,
    campaign_id bigint not null,
    enqueued_at timestamptz,
    constraint campaign_enqueues_pkey primary key (workspace_id, campaign_id),
    constraint campaign_enqueues_campaign_id_fkey
        foreign key (workspace_id, campaign_id) references campaigns (workspace_id, id) on delete cascade
);
comment on table campaign_enqueues is 'The instant that all sends of a campaign carry as created_at; locked while its first recipients '
    'are added.';
call loadharness.secure(
    'campaign_enqueues', 'tenant', 'workspace_id = (select nullif(current_setting(''app.workspace_id'', true), '''')::bigint)');

-- step: provider_index
create index if not exists email_sends_provider_idx on only email_sends (workspace_id, provider_id) where provider_id is not null;
comment on index email_sends_provider_idx is 'Finds the send of a provider''s message id: events may know nothing else.';

-- step: provider_index_of_partitions
-- no-transaction
-- each-partition: email_sends
create index concurrently if not exists {index:provider_idx} on {partition} (workspace_id, provider_id) where provider_id is not null;

-- step: attach_provider_index
-- no-transaction
-- A partition that somebody made meanwhile has brought an index of its own.
do $$
declare
    v_part record;
begin
    for v_part in
        select c.oid::regclass as partition, format('%I.%I', n.nspname, left(c.relname, 50) || '_provider_idx') as index
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        join pg_namespace n on n.oid = c.relnamespace
        where i.inhparent = 'email_sends'::regclass
          and not exists (
              select from pg_index x join pg_inherits a on a.inhrelid = x.indexrelid
              where x.indrelid = c.oid and a.inhparent = 'email_sends_provider_idx'::regclass)
    loop
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter index email_sends_provider_idx attach partition %s', v_part.index);
        commit;
    end loop;
end
$$;

-- step: life_cycle
-- The one place that knows what may follow what. Functions and direct updates alike go through the trigger below.
create function campaign_may_become(p_from text, p_to text) returns boolean
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

create function campaign_has_open_sends(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending')
        or exists (select from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'claimed')
$$;

create function guard_campaign() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if new.enqueued_at is distinct from old.enqueued_at and old.enqueued_at is not null then
        raise exception 'the time when campaign % was enqueued cannot change: its sends carry it', old.id using errcode = 'LH010';
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

alter function campaign_may_become(text, text) owner to lh_owner;
alter function campaign_has_open_sends(bigint, bigint) owner to lh_owner;
alter function guard_campaign() owner to lh_owner;
revoke all on function campaign_may_become(text, text), campaign_has_open_sends(bigint, bigint), guard_campaign() from public;
comment on function campaign_may_become(text, text) is 'Whether a campaign of one status may get another one: the whole life cycle of '
    'campaigns.';
comment on function campaign_has_open_sends(bigint, bigint) is 'Whether a send of the campaign waits or is claimed.';
comment on function guard_campaign() is 'Refuses a change of status that the life cycle does not have, also of a direct update (LH010).';

-- step: guard_campaigns
create trigger guard_campaigns before update of status, enqueued_at on campaigns
    for each row execute function guard_campaign();

-- step: lead_decisions
create function note_lead_decision() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    -- Events say of themselves when they happened: what they change is not a decision of now.
    if coalesce(current_setting('loadharness.by_event', true), '') <> 'on'
       and new.status_changed_at is not distinct from old.status_changed_at then
        new.status_changed_at := clock_timestamp();
    end if;
    return new;
end
$$;
alter function note_lead_decision() owner to lh_owner;
revoke all on function note_lead_decision() from public;
comment on function note_lead_decision() is 'Keeps when the application changed a lead''s status.';

-- step: note_lead_decisions
create trigger note_lead_decisions before update of status on leads
    for each row when (old.status is distinct from new.status) execute function note_lead_decision();

-- step: campaigns_of_before
-- no-transaction
-- Campaigns with sends from before, also from before a rollback: the instant of their sends, and counts that the base schema does not have.
-- Sends of several instants are the application's own: a new instant leaves them all to be claimed with care, one a lead.
do $$
declare
    v_workspace bigint := -1;
    v_campaign bigint := -1;
    v_read bigint;
    v_workspaces bigint[];
    v_campaigns bigint[];
begin
    loop
        perform set_config('lock_timeout', '250ms', true);
        select count(*), max(p.workspace_id), (array_agg(p.id order by p.workspace_id desc, p.id desc))[1], array_agg(p.workspace_id),
            array_agg(p.id)
        into v_read, v_workspace, v_campaign, v_workspaces, v_campaigns
        from (select c.workspace_id, c.id from campaigns c
              where (c.workspace_id, c.id) > (v_workspace, v_campaign) order by c.workspace_id, c.id limit 20) p;
        update email_sends s
        set skipped_at = case when s.error_message like 'skipped: %' then s.created_at end,
            failed_at = case when s.error_message like 'skipped: %' then null else s.created_at end
        from unnest(v_workspaces, v_campaigns) as p (workspace_id, id)
        where s.workspace_id = p.workspace_id and s.campaign_id = p.id and s.status = 'failed'
          and s.failed_at is null and s.skipped_at is null;
        update campaigns c
        set enqueued_at = coalesce(c.enqueued_at, f.enqueued_at), failed_count = f.failed, skipped_count = f.skipped
        from (
            select p.workspace_id, p.id, count(s.failed_at) as failed, count(s.skipped_at) as skipped,
                   case when min(s.created_at) = max(s.created_at) then max(s.created_at) else now() end as enqueued_at
            from unnest(v_workspaces, v_campaigns) as p (workspace_id, id)
            join email_sends s on s.workspace_id = p.workspace_id and s.campaign_id = p.id
            group by p.workspace_id, p.id
        ) f
        where c.workspace_id = f.workspace_id and c.id = f.id;
        commit;
        exit when v_read < 20;
    end loop;
end
$$;

-- step: jobs
insert into scheduled_jobs (name, requirement, schedule, body, description, max_age)
values
    ('start-campaigns', 'BF-3', '* * * * *',
     $body$select count(*) || ' campaigns started' || coalesce('; ' || string_agg(problem, '; '), ''), false
         from public.start_due_campaigns()$body$,
     'Start campaigns that are due', '15 minutes'),
    ('send-upkeep', 'BF-4', '* * * * *',
     $body$select public.reap_stale_claims(interval '10 minutes') || ' claims given back, ' || public.fold_campaign_metrics()
         || ' deltas folded', false$body$,
     'Give stale claims back, bring counters up to date', '15 minutes')
on conflict (name) do nothing;
