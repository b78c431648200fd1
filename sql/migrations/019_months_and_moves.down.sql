-- As 018 leaves it.

-- step: moved_leads_index
-- no-transaction
drop index concurrently if exists audit_logs_moved_leads_idx;

-- step: build_again
comment on column segment_bit_workspaces.built_at is null;

-- step: segment_bit_compression
do $$
begin
    alter table segment_bits alter column bits set compression default;
exception when feature_not_supported then
    null;
end
$$;

-- step: segment_bit_kinds
-- Their bits go with them: digits say the same.
delete from segment_bit_values where kind in ('from', 'monthday');
alter table segment_bit_values drop constraint segment_bit_values_kind_check;
alter table segment_bit_values add constraint segment_bit_values_kind_check
    check (kind in ('all', 'value', 'exists', 'slice', 'other'));
comment on table segment_bit_values is
    'What the bits of a number say. slice: a binary digit of the day; other: there is a value, but no day.';
