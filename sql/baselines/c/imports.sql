-- Baseline C: an import in statements of 1,000 rows, each its own transaction. $1 is the workspace.

-- name: import_rows
-- No address stands twice in one statement: the client keeps the second for the next one. Known leads keep what the file does not say.
insert into leads as l (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
select $1, f.email, f.name, f.phone, f.company, f.position, f.source,
       array(select jsonb_array_elements_text(f.tags::jsonb)), f.custom_fields::jsonb
from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    as f (email, name, phone, company, position, source, tags, custom_fields)
order by f.email
on conflict (workspace_id, email) do update
set name = coalesce(excluded.name, l.name),
    phone = coalesce(excluded.phone, l.phone),
    company = coalesce(excluded.company, l.company),
    position = coalesce(excluded.position, l.position),
    tags = case when excluded.tags <@ l.tags then l.tags
                else array(select distinct tag from unnest(l.tags || excluded.tags) as tag order by tag) end,
    custom_fields = l.custom_fields || excluded.custom_fields,
    updated_at = now();
