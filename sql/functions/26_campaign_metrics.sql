-- Campaign metrics (BF-4): appended as deltas, so that no row is hot, and folded into campaigns every minute.

create or replace function batch_update_campaign_metrics(p_campaign_id bigint, p_sent bigint default 0, p_delivered bigint default 0,
    p_opened bigint default 0, p_clicked bigint default 0, p_bounced bigint default 0, p_unsubscribed bigint default 0,
    p_complained bigint default 0) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_workspace_id bigint := session_workspace();
begin
    if not exists (select 1 from campaigns c where c.workspace_id = v_workspace_id and c.id = p_campaign_id) then
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
    c_most constant numeric := 1000000000000000;
    v_now constant timestamptz := now();
    v_workspace bigint;
    v_one bigint;
    v_folded bigint := 0;
begin
    -- A workspace a statement: SKIP LOCKED does not span the nodes of a cluster.
    for v_workspace in select distinct d.workspace_id from campaign_metric_deltas d order by 1 loop
        -- Campaigns first, in order, and none that somebody else holds: folders never wait for one another.
        with free as materialized (
            select c.workspace_id, c.id from campaigns c
            where c.workspace_id = v_workspace and exists (
                select 1 from campaign_metric_deltas d where d.workspace_id = v_workspace and d.campaign_id = c.id)
            order by c.id
            for no key update skip locked
        ), taken as (
            delete from campaign_metric_deltas d using free f
            where d.workspace_id = v_workspace and d.campaign_id = f.id
            returning d.*
        ), sums as (
            select campaign_id, count(*) as deltas, sum(sent) as sent, sum(delivered) as delivered,
                   sum(opened) as opened, sum(clicked) as clicked, sum(bounced) as bounced, sum(unsubscribed) as unsubscribed,
                   sum(complained) as complained, sum(failed) as failed, sum(skipped) as skipped, sum(soft_bounced) as soft_bounced
            from taken group by campaign_id
        ), folded as (
            -- A count at the end of its range stays there: it must not stop everybody's fold.
            update campaigns c
            set sent_count = least(c.sent_count + s.sent, c_most), delivered_count = least(c.delivered_count + s.delivered, c_most),
                opened_count = least(c.opened_count + s.opened, c_most), clicked_count = least(c.clicked_count + s.clicked, c_most),
                bounced_count = least(c.bounced_count + s.bounced, c_most),
                unsubscribed_count = least(c.unsubscribed_count + s.unsubscribed, c_most),
                complained_count = least(c.complained_count + s.complained, c_most),
                failed_count = least(c.failed_count + s.failed, c_most),
                skipped_count = least(c.skipped_count + s.skipped, c_most),
                soft_bounced_count = least(c.soft_bounced_count + s.soft_bounced, c_most), updated_at = v_now
            from sums s
            where c.workspace_id = v_workspace and c.id = s.campaign_id
        )
        select coalesce(sum(deltas), 0) into v_one from sums;
        v_folded := v_folded + v_one;
    end loop;
    return v_folded;
end
$$;
comment on function fold_campaign_metrics() is
    'Adds the waiting metric deltas of all workspaces to their campaigns and returns how many it folded.';

alter function batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) owner to lh_owner;
alter function fold_campaign_metrics() owner to lh_owner;
revoke execute on function
    batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint),
    fold_campaign_metrics()
from public;
grant execute on function batch_update_campaign_metrics(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint)
to lh_app, lh_worker;
grant execute on function fold_campaign_metrics() to lh_worker;
