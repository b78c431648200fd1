-- Baseline C: a campaign in sets: scheduled by ranges of leads, claimed with skip locked, so that several workers may send at once. $1 is
-- the workspace, $2 the campaign.

-- name: campaign_schedule
with scheduled as (
    insert into email_sends (workspace_id, campaign_id, lead_id, email)
    select workspace_id, $2, id, email
    from leads
    where workspace_id = $1 and status = 'active' and id between $3 and $4
    returning 1
), counted as (
    update campaigns set total_recipients = total_recipients + (select count(*) from scheduled), status = 'sending', updated_at = now()
    where workspace_id = $1 and id = $2
)
select count(*) from scheduled;

-- name: campaign_claim
update email_sends
set status = 'claimed'
where id in (
    select id from email_sends
    where workspace_id = $1 and campaign_id = $2 and status = 'pending'
    order by id
    limit $3
    for update skip locked)
returning id;

-- name: campaign_mark
with marked as (
    update email_sends
    set status = 'sent', sent_at = now(), provider_id = $4 || id
    where workspace_id = $1 and campaign_id = $2 and id = any ($3) and status = 'claimed'
    returning 1
), counted as (
    update campaigns set sent_count = sent_count + (select count(*) from marked), updated_at = now()
    where workspace_id = $1 and id = $2
)
select count(*) from marked;

-- name: campaign_complete
update campaigns set status = 'sent', completed_at = now() where workspace_id = $1 and id = $2
    and sent_count = total_recipients returning true;
