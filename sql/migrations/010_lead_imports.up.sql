-- Tables behind bulk import (BF-1, BF-2).

-- step: tables
create table lead_imports (
    id bigint generated always as identity,
    workspace_id bigint not null references workspaces (id),
    source text not null,
    status text not null default 'receiving' check (status in ('receiving', 'merging', 'finished')),
    imported bigint not null default 0,
    updated bigint not null default 0,
    rejected bigint not null default 0,
    duplicates bigint not null default 0,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (workspace_id, id)
);

create table lead_import_rejects (
    workspace_id bigint not null,
    import_id bigint not null,
    row_number bigint not null,
    email text,
    reason text not null,
    primary key (workspace_id, import_id, row_number),
    foreign key (workspace_id, import_id) references lead_imports (workspace_id, id) on delete cascade
);

-- Staging: COPY into a table with row security is refused, so this one has none. Nobody but its owner may read it, and
-- the application may write every column except workspace_id, which the session's own workspace fills.
create unlogged table lead_import_rows (
    workspace_id bigint not null default nullif(current_setting('app.workspace_id', true), '')::bigint,
    import_id bigint not null,
    row_number bigint not null,
    email text,
    name text,
    phone text,
    company text,
    position text,
    source text,
    tags text[],
    custom_fields jsonb
);
create index lead_import_rows_import_id_idx on lead_import_rows (import_id);

-- Valid rows in merge order. Unlogged like the staging rows: a crash of the server empties both, and the import starts
-- again from a new COPY.
create unlogged table lead_import_merge (
    import_id bigint not null,
    merge_order bigint not null,
    email text not null,
    name text,
    phone text,
    company text,
    position text,
    source text not null,
    tags text[] not null,
    custom_fields jsonb not null,
    primary key (import_id, merge_order)
);

create unlogged table lead_import_chunks (
    import_id bigint not null,
    first_order bigint not null,
    last_order bigint not null,
    merged boolean not null default false,
    primary key (import_id, first_order)
);

alter table lead_imports owner to lh_owner;
alter table lead_import_rejects owner to lh_owner;
alter table lead_import_rows owner to lh_owner;
alter table lead_import_merge owner to lh_owner;
alter table lead_import_chunks owner to lh_owner;

alter table lead_imports enable row level security;
alter table lead_import_rejects enable row level security;

create policy tenant on lead_imports
    using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint));
create policy tenant on lead_import_rejects
    using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint));
grant select on lead_imports, lead_import_rejects to lh_app, lh_readonly, lh_worker;
grant insert (import_id, row_number, email, name, phone, company, position, source, tags, custom_fields)
    on lead_import_rows to lh_app;

-- step: tags_pending_list
-- Lists long enough to be merged in bulk, short enough that one session flushes while another inserts: of an import's
-- two sessions, none waits at the end for all of it. Unit: kB.
alter index leads_workspace_tags_idx set (gin_pending_list_limit = 8192);

-- step: custom_fields_pending_list
alter index leads_workspace_custom_fields_idx set (gin_pending_list_limit = 8192);

-- step: search_pending_list
alter index leads_workspace_search_idx set (gin_pending_list_limit = 8192);
