-- The lead queries under test (TQ-1), as the application sends them: as lh_app, under row-level security, with the workspace
-- in the session setting and as the first parameter. $1 is always the workspace. workload.json says where values come from.

-- name: email_lookup
-- parameters: workspace.workspace_id, lead.email
-- One lead by its address.
select id, email, name, phone, company, position, source, status, tags, custom_fields, created_at, updated_at
from leads
where workspace_id = $1 and email = $2;

-- name: status_page
-- parameters: workspace.workspace_id, status.status
-- The first page of the leads in one status, by address.
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1 and status = $2
order by email
limit 50;

-- name: recent_leads
-- parameters: workspace.workspace_id
-- The newest leads.
select id, email, name, company, status, source, created_at
from leads
where workspace_id = $1
order by created_at desc, id desc
limit 50;

-- name: tag_filter
-- parameters: workspace.workspace_id, tag.tag
-- Through the function: under row-level security array operators cannot be index conditions.
select id, email, name, company, status, source, tags, created_at
from get_segmented_leads($1, jsonb_build_object('field', 'tags', 'operator', 'contains', 'value', $2::text), 50);

-- name: custom_field_filter
-- parameters: workspace.workspace_id, plan.plan, plan.country
-- Two custom fields at once, $2 and $3 of plan and country.
select id, email, name, company, status, source, tags, created_at
from get_segmented_leads(
    $1,
    jsonb_build_object('and', jsonb_build_array(
        jsonb_build_object('field', 'custom.plan', 'operator', 'equals', 'value', $2::text),
        jsonb_build_object('field', 'custom.country', 'operator', 'equals', 'value', $3::text))),
    50);

-- name: lead_with_activities
-- parameters: workspace.workspace_id, lead.id
-- One lead with its latest twenty activities, from whichever months they lie in.
select l.id, l.email, l.name, l.status, a.activity_type, a.campaign_id, a.created_at
from leads l
left join lateral (
    select activity_type, campaign_id, created_at
    from lead_activities
    where workspace_id = $1 and lead_id = l.id
    order by created_at desc
    limit 20
) a on true
where l.workspace_id = $1 and l.id = $2;
