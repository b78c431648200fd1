-- Baseline C: the search box on the base schema, in keyset pages. $1 is the workspace. All of it is read, so each
-- statement is planned with its number each time.

-- name: search_first_page
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1 and status = 'active'
order by created_at desc, id desc
limit 50;

-- name: search_by_term
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and status = 'active'
  and lower(email || E'\n' || coalesce(name, '') || E'\n' || coalesce(company, ''))
      like '%' || replace(replace(replace(lower(btrim($2)), '\', '\\'), '%', '\%'), '_', '\_') || '%'
order by created_at desc, id desc
limit 50;

-- name: search_deep_page
-- $2 is the cursor of the last row of the page before.
/*+ Set(plan_cache_mode force_custom_plan) */
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and status = 'active'
  and (created_at, id) < (
      timestamptz 'epoch'
          + (split_part($2, '.', 1)::bigint / 1000000) * interval '1 second'
          + (split_part($2, '.', 1)::bigint % 1000000) * interval '1 microsecond',
      split_part($2, '.', 2)::bigint)
order by created_at desc, id desc
limit 50;
