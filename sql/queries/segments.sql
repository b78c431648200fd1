-- Segments (TQ-3). $1 is the workspace, $2 the conditions.

-- name: segment_count
select count_segmented_leads($1, $2::jsonb);

-- name: segment_page
select id, email, name, company, status, source, tags, created_at, cursor
from get_segmented_leads($1, $2::jsonb, 50);
