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

create or replace function remember_retired_campaigns(p_partition regclass) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_campaigns bigint;
begin
    -- Beside what is archived, so that a rollback leaves it alone as well; made when it is first needed, for then the schema stays.
    create table if not exists archive.retired_campaigns (
        workspace_id bigint not null,
        campaign_id bigint not null,
        retired_at timestamptz not null default now(),
        primary key (workspace_id, campaign_id)
    );
    execute format('insert into archive.retired_campaigns (workspace_id, campaign_id)
                    select distinct workspace_id, campaign_id from %s on conflict do nothing', p_partition);
    get diagnostics v_campaigns = row_count;
    return v_campaigns;
end
$$;
comment on function remember_retired_campaigns(regclass) is
    'Notes the campaigns with sends in a month that is about to be archived or dropped; returns how many are new.';

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
alter function remember_retired_campaigns(regclass) owner to lh_owner;
revoke execute on function archived_send_to(bigint, bigint, bigint), sends_are_unfinished(regclass), remember_retired_campaigns(regclass)
    from public;
