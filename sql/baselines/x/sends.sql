-- Baseline X: a campaign by a checkpoint: one worker takes the next leads by id and writes each send once, as sent. It is neither safe for
-- two workers nor free of doubles after a crash. $1 is the workspace, $2 the campaign.

-- name: campaign_send
with page as (
    select id, email from leads
    where workspace_id = $1 and status = 'active' and id > $3 and id <= $4
    order by id
    limit $5
), sent as (
    insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at, provider_id)
    select $1, $2, id, email, 'sent', now(), 'x-' || id from page
    returning lead_id
)
select coalesce(max(lead_id), 0), count(*) from sent;

-- name: campaign_complete
update campaigns
set status = 'sent', completed_at = now(), total_recipients = $3, sent_count = $3
where workspace_id = $1 and id = $2
returning true;
