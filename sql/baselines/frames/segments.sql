-- The two frames of a segment on the base schema, for baselines C and N alike: their conditions are in c/segments.sql and n/segments.sql.
-- $1 is the workspace.

-- name: segment_count
select count(*)
from leads
where workspace_id = $1
  and :condition;

-- name: segment_page
select id, email, name, company, status, source, tags, created_at,
       (extract(epoch from created_at) * 1000000)::bigint || '.' || id as cursor
from leads
where workspace_id = $1
  and :condition
order by created_at desc, id desc
limit 50;
