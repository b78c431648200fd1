-- Baseline C: the lead queries of a careful team on the base schema: index conditions where the schema has indexes, containment
-- operators, keyset pages. The application's own statements on the optimized schema are in sql/queries. $1 is the workspace. What reads all
-- of it is planned with its number each time: a plan for any workspace takes the index on it, which is slow in a large one.

-- name: email_lookup
select id, email, name, phone, company, position, source, status, tags, custom_fields, created_at, updated_at
from leads
where workspace_id = $1 and email = $2;

-- name: status_page
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1 and status = $2
order by email
limit 50;

-- name: recent_leads
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1
order by created_at desc, id desc
limit 50;

-- name: tag_filter
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at
from leads
where workspace_id = $1 and tags @> array[$2::text]
order by created_at desc, id desc
limit 50;

-- name: custom_field_filter
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at
from leads
where workspace_id = $1 and custom_fields @> jsonb_build_object('plan', $2::text, 'country', $3::text)
order by created_at desc, id desc
limit 50;

-- name: lead_with_activities
select l.id, l.email, l.name, l.status, a.activity_type, a.campaign_id, a.created_at
from leads l
left join lateral (
    select activity_type, campaign_id, created_at
    from lead_activities
    where workspace_id = l.workspace_id and lead_id = l.id
    order by created_at desc
    limit 20
) a on true
where l.workspace_id = $1 and l.id = $2;
