-- What retention must know of sends: a month with sends that are still to go out stays, and a campaign whose month is gone
-- takes no recipients any more, for nobody could tell who got it already.

create or replace function sends_are_unfinished(p_partition regclass) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_unfinished boolean;
begin
    execute format(
        'select exists (select 1 from %1$s s join public.campaigns c on c.workspace_id = s.workspace_id and c.id = s.campaign_id
                        where s.status = ''pending'' and c.status not in (''draft'', ''cancelled''))
             or exists (select 1 from %1$s s join public.campaigns c on c.workspace_id = s.workspace_id and c.id = s.campaign_id
                        where s.status = ''claimed'' and c.status not in (''draft'', ''cancelled''))
             or exists (select 1 from public.campaigns c
                        join (select from_at, to_at from public.partition_bounds(''public.email_sends'') b where b.partition = $1) m
                            on c.enqueued_at >= m.from_at and c.enqueued_at < m.to_at
                        where c.status in (''scheduled'', ''sending'', ''paused''))', p_partition)
    into v_unfinished using p_partition;
    return v_unfinished;
end
$$;
comment on function sends_are_unfinished(regclass) is
    'Whether a month of sends must stay: some wait or are claimed, or a campaign that enqueued in it is not done.';

drop function if exists remember_retired_campaigns(regclass);
create or replace function remember_retired_campaigns(p_partition regclass, p_archived_as text default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_month record;
    v_campaigns bigint;
begin
    select b.from_at, b.to_at into v_month from public.partition_bounds('public.email_sends') b where b.partition = p_partition;
    -- Beside what is archived, so that a rollback leaves it alone as well; made when it is first needed, for then the schema stays.
    create table if not exists archive.retired_campaigns (
        workspace_id bigint not null,
        campaign_id bigint not null,
        retired_at timestamptz not null default now(),
        archived_as text[],
        own_month boolean,
        primary key (workspace_id, campaign_id)
    );
    -- One from before lacks the columns. Looked at first: where they are there, the command would wait for each claim all the same.
    if not exists (select 1 from pg_attribute a where a.attrelid = 'archive.retired_campaigns'::regclass and a.attname = 'own_month') then
        alter table archive.retired_campaigns add column archived_as text[], add column own_month boolean;
    end if;
    -- What is not known of the months before stays unknown.
    execute format(
        'insert into archive.retired_campaigns as r (workspace_id, campaign_id, archived_as, own_month)
         select distinct s.workspace_id, s.campaign_id, array[$1], coalesce(c.enqueued_at >= $2 and c.enqueued_at < $3, false)
         from %s s
         join public.campaigns c on c.workspace_id = s.workspace_id and c.id = s.campaign_id
         on conflict (workspace_id, campaign_id) do update
         set archived_as = case when r.archived_as is not null then r.archived_as || excluded.archived_as end,
             own_month = r.own_month or excluded.own_month', p_partition)
    using p_archived_as, v_month.from_at, v_month.to_at;
    get diagnostics v_campaigns = row_count;
    return v_campaigns;
end
$$;
comment on function remember_retired_campaigns(regclass, text) is
    'Notes the campaigns with sends in a month that is about to be archived under a name, or dropped when there is none; returns how many.';

-- Gone not only by a policy that drops: the archive is the team's, who may delete a table of it or move it away.
create or replace function retirement_of(p_workspace_id bigint, p_campaign_id bigint, out own_month boolean, out gone boolean)
language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaign jsonb;
begin
    if to_regclass('archive.retired_campaigns') is null then
        return;
    end if;
    -- As JSON: a table from before lacks the columns. What it does not tell may be the worst.
    execute 'select to_jsonb(r) from archive.retired_campaigns r where r.workspace_id = $1 and r.campaign_id = $2'
        into v_campaign using p_workspace_id, p_campaign_id;
    if v_campaign is null then
        return;
    end if;
    own_month := coalesce((v_campaign ->> 'own_month')::boolean, true);
    gone := true;
    if jsonb_typeof(v_campaign -> 'archived_as') = 'array' then
        gone := exists (select 1 from jsonb_array_elements_text(v_campaign -> 'archived_as') as month (name)
                        where to_regclass('archive.' || quote_ident(month.name)) is null);
    end if;
end
$$;
comment on function retirement_of(bigint, bigint) is
    'What retention took of the sends of a campaign: own_month, those that it scheduled itself; gone, some that are in no archive, so that '
    'nobody knows who got them. Null when it took none.';

create or replace function archived_send_to(p_workspace_id bigint, p_campaign_id bigint, p_lead_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_month regclass;
    v_found boolean := false;
begin
    for v_month in
        select c.oid::regclass from pg_class c
        where c.relnamespace = to_regnamespace('archive') and c.relkind = 'r' and c.relname like 'email\_sends%'
    loop
        execute format('select exists (select 1 from %s s where s.workspace_id = $1 and s.lead_id = $2 and s.campaign_id = $3)', v_month)
            into v_found using p_workspace_id, p_lead_id, p_campaign_id;
        exit when v_found;
    end loop;
    return v_found;
end
$$;
comment on function archived_send_to(bigint, bigint, bigint) is 'Whether an archived month holds a send of a campaign to a lead.';

alter function archived_send_to(bigint, bigint, bigint) owner to lh_owner;
alter function sends_are_unfinished(regclass) owner to lh_owner;
alter function remember_retired_campaigns(regclass, text) owner to lh_owner;
alter function retirement_of(bigint, bigint) owner to lh_owner;
revoke execute on function archived_send_to(bigint, bigint, bigint), sends_are_unfinished(regclass),
    remember_retired_campaigns(regclass, text), retirement_of(bigint, bigint)
    from public;
