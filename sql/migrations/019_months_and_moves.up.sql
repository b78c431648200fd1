-- A range of days in three rows of bits a block, where 17 binary digits were read (decision 0022); and the addresses that leads had before,
-- found without reading the workspace's whole audit log.

-- step: segment_bit_kinds
alter table segment_bit_values drop constraint segment_bit_values_kind_check;
alter table segment_bit_values add constraint segment_bit_values_kind_check
    check (kind in ('all', 'value', 'exists', 'slice', 'other', 'from', 'monthday'));
comment on table segment_bit_values is
    'What the bits of a number say. slice: a binary digit of the day; from: the day is this first of a month or later; '
    'monthday: it is this day of its month or a later one; other: there is a value, but no day.';

-- step: segment_bit_compression
-- A row that is compressed by a quarter took three times as long to read as one that is not. Not every server was built with lz4.
do $$
begin
    alter table segment_bits alter column bits set compression lz4;
exception when feature_not_supported then
    null;
end
$$;

-- step: build_again
-- The bits that are there stay right, and serve until the job has built them anew.
update segment_bit_workspaces set built_at = null where ready;
comment on column segment_bit_workspaces.built_at is 'Null: nobody has built the bits, or they are of an older form, and are built anew.';

-- step: moved_leads_index
-- no-transaction
create index concurrently if not exists audit_logs_moved_leads_idx on audit_logs (workspace_id, entity_id)
    where entity = 'leads' and details ? 'email_sha256';

-- step: moved_leads_comment
comment on index audit_logs_moved_leads_idx is 'Which addresses a lead had: a claim of sends asks when a send has another than its lead.';
