-- Section 1: each index is there by its definition, valid, and taken by the plan of its query.

-- id: IX-1; table=leads
-- definition: USING btree \(workspace_id, status, email\)
select id from leads where workspace_id = 1 and status = 'bounced' order by email limit 50;

-- id: IX-2; table=leads
-- definition: USING btree \(workspace_id, created_at DESC, id DESC\)$
select id from leads where workspace_id = 1 order by created_at desc, id desc limit 50;

-- id: IX-3; table=leads
-- definition: USING hash \(email\)
select id from leads where email = 'nobody@example.com';

-- id: IX-4; table=leads
-- definition: USING gin \(.*tags
select id from leads where workspace_id = 1 and tags @> array['no such tag'];

-- id: IX-4; table=leads
-- definition: USING gin \(.*custom_fields
select id from leads where workspace_id = 1 and custom_fields @> '{"no such field": 1}';

-- id: IX-5; table=leads
-- definition: WHERE \(status = 'active'
select id from leads where workspace_id = 1 and status = 'active' order by created_at desc, id desc limit 50;

-- id: IX-5; table=leads
-- definition: WHERE \(status = 'unsubscribed'
select id from leads where workspace_id = 1 and status = 'unsubscribed' order by updated_at desc, id desc limit 50;

-- id: IX-6; table=campaigns
-- definition: \(workspace_id, status, created_at
select id from campaigns where workspace_id = 1 and status = 'sent' order by created_at desc limit 50;

-- id: IX-7; table=email_sends
-- definition: \(workspace_id, campaign_id, status, created_at
select id from email_sends
where workspace_id = 1 and campaign_id = 1 and status = 'bounced'
order by created_at desc
limit 50;

-- id: IX-8; table=lead_activities
-- definition: \(workspace_id, lead_id, activity_type, created_at
select id from lead_activities
where workspace_id = 1 and lead_id = 1 and activity_type = 'opened'
order by created_at desc
limit 10;
