-- The search box (TQ-5). $1 is the workspace.

-- name: search_first_page
-- parameters: workspace.workspace_id
select id, email, name, company, status, source, tags, created_at, cursor
from search_leads_optimized($1, p_limit => 50);

-- name: search_by_term
-- parameters: workspace.workspace_id, term.term
select id, email, name, company, status, source, tags, created_at, cursor
from search_leads_optimized($1, p_term => $2, p_limit => 50);

-- name: search_deep_page
-- parameters: page.tenant, page.cursor
-- tenant: :page.tenant
-- $2 is the cursor of the last row of the page before.
select id, email, name, company, status, source, tags, created_at, cursor
from search_leads_optimized($1, p_limit => 50, p_cursor => $2);
