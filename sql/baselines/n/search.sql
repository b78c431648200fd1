-- Baseline N: the search box with ILIKE and OFFSET; the cursor is the number of rows before the page. $1 is the workspace.
-- Planned with its number each time, as in c/search.sql.

-- name: search_first_page
/*+ Set(plan_cache_mode force_custom_plan) */
select page.*, (row_number() over ())::text as cursor
from (
    select id, email, name, company, status, source, tags, created_at
    from leads
    where workspace_id = $1 and status = 'active'
    order by created_at desc, id desc
    limit 50
) as page;

-- name: search_by_term
/*+ Set(plan_cache_mode force_custom_plan) */
select page.*, (row_number() over ())::text as cursor
from (
    select id, email, name, company, status, source, tags, created_at
    from leads
    where workspace_id = $1
      and status = 'active'
      and (email ilike '%' || $2 || '%' or name ilike '%' || $2 || '%' or company ilike '%' || $2 || '%')
    order by created_at desc, id desc
    limit 50
) as page;

-- name: search_deep_page
/*+ Set(plan_cache_mode force_custom_plan) */
select page.*, ($2::bigint + row_number() over ())::text as cursor
from (
    select id, email, name, company, status, source, tags, created_at
    from leads
    where workspace_id = $1 and status = 'active'
    order by created_at desc, id desc
    offset $2::bigint limit 50
) as page;
