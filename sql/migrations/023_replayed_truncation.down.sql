-- As 022 leaves it.

-- step: log_truncation
do $$
begin
    if exists (select 1 from pg_trigger t where t.tgrelid = 'public.leads'::regclass and t.tgname = 'forget_segment_bits') then
        alter table leads enable trigger forget_segment_bits;
    end if;
end
$$;

-- step: forget_all_segment_bits
create or replace function forget_all_segment_bits() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    delete from segment_bit_workspaces;
    return null;
end
$$;
