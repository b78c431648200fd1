-- What must hold of seeded rows before anything is measured on them; each query reads a table once.

-- id: times-outside-window
-- Rows. $1: the beginning of the 24 months, $2: their end.
select (select count(*) from leads where created_at < $1 or updated_at < created_at or updated_at >= $2)
     + (select count(*) from email_sends
         where created_at < $1
            or greatest(created_at, sent_at, delivered_at, opened_at, clicked_at, bounced_at, unsubscribed_at, complained_at) >= $2)
     + (select count(*) from lead_activities where created_at < $1 or created_at >= $2);

-- id: workspaces-with-their-share
-- Workspaces. $1: the leads of each workspace, in the order of their ids.
select count(*)
from unnest($1::bigint[]) with ordinality as plan (leads, id)
join (select workspace_id, count(*) as leads from leads group by workspace_id) as found on found.workspace_id = plan.id
where found.leads = plan.leads and (select max(workspace_id) from leads) = cardinality($1);

-- Rows that break a rule.

-- id: malformed-addresses
select count(*) from leads where email <> lower(email) or email not like '%_@_%.example';

-- id: repeated-addresses
-- In a workspace.
select count(*) - count(distinct (workspace_id, email)) from leads where id % 64 = 0;

-- id: sends-out-of-order
-- Before their campaign, or a step before the one that leads to it.
select count(*) from email_sends
where sent_at < created_at or delivered_at < sent_at or opened_at < delivered_at or clicked_at < opened_at
   or bounced_at < sent_at or unsubscribed_at < opened_at or complained_at < opened_at;

-- id: activities-before-their-lead
select count(*) from lead_activities a
join leads l on l.workspace_id = a.workspace_id and l.id = a.lead_id
where a.lead_id % 64 = 0 and a.created_at < l.created_at;

-- id: sends-elsewhere
-- To another address or workspace than the lead's.
select count(*) from email_sends s left join leads l on l.workspace_id = s.workspace_id and l.id = s.lead_id
where s.lead_id % 64 = 0
  and (l.id is null or l.workspace_id <> s.workspace_id or l.email <> s.email or s.created_at < l.created_at);

-- id: campaigns-sent-twice
-- To one lead.
select count(*) - count(distinct (campaign_id, lead_id)) from email_sends where lead_id % 64 = 0;

-- Shares.

-- id: share-of-active-leads
select count(*) filter (where status = 'active')::float8 / count(*) from leads;

-- id: sends-per-lead
select (select count(*) from email_sends)::float8 / (select count(*) from leads);

-- id: activities-per-lead
select (select count(*) from lead_activities)::float8 / (select count(*) from leads);

-- id: share-of-opened-sends
-- Opened or clicked.
select count(opened_at)::float8 / count(*) from email_sends;

-- id: share-of-foreign-names
-- Names with letters outside ASCII.
select count(*) filter (where octet_length(name) > length(name))::float8 / count(*) from leads;
