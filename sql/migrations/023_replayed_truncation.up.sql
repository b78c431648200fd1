-- A truncation of leads forgets the bits of segments also where it is replayed, as on a logical replica.

-- step: forget_all_segment_bits
-- As of migration 015, and table by table: where changes are replayed, foreign keys cascade nothing.
create or replace function forget_all_segment_bits() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from segment_bit_workspaces;
    delete from segment_bit_facets;
    delete from segment_bit_values;
    delete from segment_bits;
    return null;
end
$$;

-- step: log_truncation
-- Always, as the triggers of rows. A cluster has none of them (sql/distribution/10_prepare.sql).
do $$
begin
    if exists (select 1 from pg_trigger t where t.tgrelid = 'public.leads'::regclass and t.tgname = 'forget_segment_bits') then
        alter table leads enable always trigger forget_segment_bits;
    end if;
end
$$;
