-- The two frames of a segment on the base schema, for baselines C and N alike: their conditions are in c/segments.sql and n/segments.sql.
-- $1 is the workspace. They read all of it, so they are planned with its number each time: the plan for any workspace takes the index
-- on it, which touches 24 times the blocks in a large one (200,000 leads: 202,275 for 8,457).

-- name: segment_count
/*+ Set(plan_cache_mode force_custom_plan) */
select count(*)
from leads
where workspace_id = $1
  and :condition;

-- name: segment_page
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and :condition
order by created_at desc, id desc
limit 50;
