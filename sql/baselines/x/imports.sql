-- Baseline X: an expert's import: COPY into a temporary table, then one merge a round. A round holds no address twice. $1 is the workspace.

-- name: import_stage
create temporary table import_stage (
    round int not null, email text not null, name text, phone text, company text, position text, source text, tags text not null,
    custom_fields text not null) on commit drop;

-- name: import_copy
copy import_stage (round, email, name, phone, company, position, source, tags, custom_fields) from stdin (format binary);

-- name: import_merge
insert into leads as l (workspace_id, email, name, phone, company, position, source, tags, custom_fields)
select $1, f.email, f.name, f.phone, f.company, f.position, f.source,
       array(select jsonb_array_elements_text(f.tags::jsonb)), f.custom_fields::jsonb
from import_stage f
where f.round = $2
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
