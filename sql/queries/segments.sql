-- Segments (TQ-3). $1 is the workspace, $2 the conditions as a text
-- that a person may have written: parse_json names what is wrong with it, where a cast fails in PostgreSQL's own words.

-- name: segment_count
-- parameters: workspace.workspace_id, segment.conditions
select count_segmented_leads($1, parse_json($2));

-- name: segment_page
-- parameters: workspace.workspace_id, segment.conditions
select id, email, name, company, status, source, tags, created_at, cursor
from get_segmented_leads($1, parse_json($2), 50);
