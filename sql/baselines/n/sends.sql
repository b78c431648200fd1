-- Baseline N: a campaign recipient by recipient: inserted in one transaction, then each marked by a statement of its own. $1 is the
-- workspace, $2 the campaign.

-- name: campaign_recipients
select id, email from leads where workspace_id = $1 and status = 'active' and id between $3 and $4 and $2 > 0 order by id;

-- name: campaign_recipient
insert into email_sends (workspace_id, campaign_id, lead_id, email) values ($1, $2, $3, $4) returning id;

-- name: campaign_mark_one
update email_sends set status = 'sent', sent_at = now(), provider_id = $4 || id where workspace_id = $1 and campaign_id = $2 and id = $3;

-- name: campaign_complete
update campaigns
set status = 'sent', completed_at = now(), total_recipients = $3, sent_count = $3
where workspace_id = $1 and id = $2
returning true;
