-- Baseline N: an import row by row, prepared, committed every 10,000 rows by the client. $1 is the workspace.

-- name: import_row
insert into leads as l (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
values ($1, $2, $3, $4, $5, $6, $7, array(select jsonb_array_elements_text($8::jsonb)), $9::jsonb)
on conflict (workspace_id, email) do update
set name = coalesce(excluded.name, l.name),
    phone = coalesce(excluded.phone, l.phone),
    company = coalesce(excluded.company, l.company),
    position = coalesce(excluded.position, l.position),
    tags = case when excluded.tags <@ l.tags then l.tags
                else array(select distinct tag from unnest(l.tags || excluded.tags) as tag order by tag) end,
    custom_fields = l.custom_fields || excluded.custom_fields,
    updated_at = now();
