-- Baseline N: the lead queries as known systems send them: any() on tags, ->> on custom fields, activities asked for without the
-- workspace. $1 is the workspace. What reads all of it is planned with its number each time, as in c/leads.sql.

-- name: email_lookup
select id, email, name, phone, company, position, source, status, tags, custom_fields, created_at, updated_at
from leads
where workspace_id = $1 and lower(email) = lower($2);

-- name: status_page
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1 and status = $2
order by email
offset 0 limit 50;

-- name: recent_leads
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1
order by created_at desc, id desc
offset 0 limit 50;

-- name: tag_filter
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at
from leads
where workspace_id = $1 and $2::text = any (tags)
order by created_at desc, id desc
offset 0 limit 50;

-- name: custom_field_filter
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at
from leads
where workspace_id = $1 and custom_fields ->> 'plan' = $2 and custom_fields ->> 'country' = $3
order by created_at desc, id desc
offset 0 limit 50;

-- name: lead_with_activities
select l.id, l.email, l.name, l.status, a.activity_type, a.campaign_id, a.created_at
from leads l
left join lead_activities a on a.lead_id = l.id
where l.workspace_id = $1 and l.id = $2
order by a.created_at desc
limit 20;
