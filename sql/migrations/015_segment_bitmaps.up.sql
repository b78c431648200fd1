-- Bits by value of what segments ask for, so that a segment is counted without reading its leads (decision 0022).
-- All of it follows from leads: it can be dropped and built again at any time.

-- step: lead_numbers
-- A lead's number makes its place in a block. One at the very end of bigint, which a tenant may write, would be none.
alter table leads add constraint leads_id_bounded check (id between -4611686018427387904 and 4611686018427387903) not valid;

-- step: validate_lead_numbers
alter table leads validate constraint leads_id_bounded;

-- step: segment_bit_workspaces
create table segment_bit_workspaces (
    workspace_id bigint not null,
    ready boolean not null default false,
    leads bigint not null default 0,
    folded bigint not null default 0,
    more boolean not null default false,
    built_at timestamptz,
    folded_at timestamptz,
    constraint segment_bit_workspaces_pkey primary key (workspace_id),
    constraint segment_bit_workspaces_workspace_id_fkey foreign key (workspace_id) references workspaces (id) on delete cascade
);
comment on table segment_bit_workspaces is
    'Workspaces whose changes were folded. Its row is locked while somebody folds or builds: one at a time for each workspace.';
comment on column segment_bit_workspaces.ready is 'Whether the workspace has bits: a small one has none and is counted by rows.';
comment on column segment_bit_workspaces.leads is 'How many leads there were when the bits were built.';
comment on column segment_bit_workspaces.folded is
    'How many changed leads were folded since then: after twice as many as leads, the bits are built again.';
comment on column segment_bit_workspaces.more is 'Whether the last batch was full, so that the next one is due at once.';

-- step: segment_bit_facets
create table segment_bit_facets (
    workspace_id bigint not null,
    facet text not null,
    kind text not null,
    complete boolean not null,
    constraint segment_bit_facets_pkey primary key (workspace_id, facet),
    constraint segment_bit_facets_kind_check check (kind in ('value', 'day')),
    constraint segment_bit_facets_workspace_id_fkey
        foreign key (workspace_id) references segment_bit_workspaces (workspace_id) on delete cascade
);
comment on table segment_bit_facets is
    'The fields of a workspace that have bits. kind: one row of bits for each value, or days as numbers in binary.';
comment on column segment_bit_facets.complete is 'Whether each value of the field has bits; if not, only the frequent ones have.';

-- step: segment_bit_values
create table segment_bit_values (
    workspace_id bigint not null,
    id bigint generated always as identity,
    facet text not null,
    kind text not null,
    value jsonb not null,
    constraint segment_bit_values_pkey primary key (workspace_id, id),
    constraint segment_bit_values_value_key unique (workspace_id, facet, kind, value),
    constraint segment_bit_values_kind_check check (kind in ('all', 'value', 'exists', 'slice', 'other')),
    constraint segment_bit_values_workspace_id_fkey
        foreign key (workspace_id) references segment_bit_workspaces (workspace_id) on delete cascade
);
comment on table segment_bit_values is
    'What the bits of a number say. slice: a binary digit of the day; other: there is a value, but no day.';

-- step: segment_bits
create table segment_bits (
    workspace_id bigint not null,
    value_id bigint not null,
    block bigint not null,
    bits bit(16384) not null,
    constraint segment_bits_pkey primary key (workspace_id, value_id, block),
    constraint segment_bits_value_id_fkey
        foreign key (workspace_id, value_id) references segment_bit_values (workspace_id, id) on delete cascade
) with (autovacuum_vacuum_scale_factor = 0.05);
-- In line, compressed where it is sparse: a scan reads no second table.
alter table segment_bits alter column bits set storage main;
comment on table segment_bits is
    'Which leads have a value: bit n of block b is the lead with the id 16384 b + n. A block without a row has none.';

-- step: segment_changes
-- No foreign key: it is written with each change of leads, and its rows are short-lived.
create table segment_changes (
    workspace_id bigint not null,
    id bigint generated always as identity,
    first_lead bigint not null,
    last_lead bigint not null,
    fields smallint not null,
    constraint segment_changes_pkey primary key (workspace_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
comment on table segment_changes is
    'Leads that changed since their bits were written. Only appended to and folded: counts take these leads from their rows.';
comment on column segment_changes.last_lead is
    'A row may be of many leads, as that of an import''s chunk. What else lies between is counted by rows as well.';
comment on column segment_changes.fields is
    'What changed, as a sum: 1 status, 2 source, 4 tags, 8 custom fields, 16 created_at, 32 whether there is a lead.';

-- step: secure_segment_bits
-- Only the functions of this schema read or write them.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['segment_bit_workspaces', 'segment_bit_facets', 'segment_bit_values', 'segment_bits', 'segment_changes']
    loop
        execute format('alter table %I owner to lh_owner', v_table);
        execute format('alter table %I enable row level security', v_table);
        execute format($sql$create policy tenant on %I
            using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint))$sql$, v_table);
        execute format('revoke all on %I from public, lh_app, lh_readonly, lh_worker', v_table);
    end loop;
end
$$;

-- step: change_log
-- Row triggers, so that leads can be distributed (no transition tables), and always, so that no writer and no replication goes around them.
create function note_segment_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and new.workspace_id = old.workspace_id and new.id = old.id then
        insert into segment_changes (workspace_id, first_lead, last_lead, fields)
        values (new.workspace_id, new.id, new.id,
                (new.status <> old.status)::int + 2 * (new.source is distinct from old.source)::int + 4 * (new.tags <> old.tags)::int
                + 8 * (new.custom_fields <> old.custom_fields)::int + 16 * (new.created_at <> old.created_at)::int);
        return null;
    end if;
    if tg_op <> 'INSERT' then
        insert into segment_changes (workspace_id, first_lead, last_lead, fields) values (old.workspace_id, old.id, old.id, 63);
    end if;
    if tg_op <> 'DELETE' then
        insert into segment_changes (workspace_id, first_lead, last_lead, fields) values (new.workspace_id, new.id, new.id, 63);
    end if;
    return null;
end
$$;
comment on function note_segment_change() is 'Notes that the bits of a lead are out of date, in the transaction that changes it.';

create function forget_all_segment_bits() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from segment_bit_workspaces;
    return null;
end
$$;
comment on function forget_all_segment_bits() is
    'After a truncation of leads there are no bits: counts go by rows until they are built again.';
alter function note_segment_change() owner to lh_owner;
alter function forget_all_segment_bits() owner to lh_owner;
revoke all on function note_segment_change(), forget_all_segment_bits() from public;

-- step: log_new_leads
-- An import notes its new leads in its own statement, a row for all of them; nobody but its function is both its owner and says so.
create trigger note_segment_insert after insert on leads for each row
    when (current_user <> 'lh_owner' or current_setting('loadharness.notes_changes', true) is distinct from 'on')
    execute function note_segment_change();
alter table leads enable always trigger note_segment_insert;

-- step: log_changed_leads
create trigger note_segment_update after update on leads for each row
    when ((old.status, old.source, old.tags, old.custom_fields, old.created_at, old.id, old.workspace_id)
          is distinct from (new.status, new.source, new.tags, new.custom_fields, new.created_at, new.id, new.workspace_id))
    execute function note_segment_change();
alter table leads enable always trigger note_segment_update;

-- step: log_deleted_leads
create trigger note_segment_delete after delete on leads
    for each row execute function note_segment_change();
alter table leads enable always trigger note_segment_delete;

-- step: log_truncation
create trigger forget_segment_bits after truncate on leads
    for each statement execute function forget_all_segment_bits();

-- step: jobs
insert into scheduled_jobs (name, requirement, schedule, body, description, max_age, stepwise)
values
    ('fold-segments', 'SG-2', '* * * * *',
     $body$values ('fold', 'select detail, problem, again from public.fold_next_segment_changes()')$body$,
     'Bring the bits of segments up to date', '15 minutes', true)
on conflict (name) do nothing;
