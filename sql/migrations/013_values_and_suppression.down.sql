-- Each of these locks its table for a moment: one a transaction.

-- step: lead_email_trigger
drop trigger if exists respect_suppression_email on leads;

-- step: lead_insert_trigger
drop trigger if exists respect_suppression_insert on leads;

-- step: lead_delete_trigger
drop trigger if exists remember_suppressed_delete on leads;

-- step: lead_status_trigger
drop trigger if exists remember_suppressed_status on leads;

-- step: suppressed_addresses
-- Nobody who left is forgotten: a list with entries waits in the schema archive for the next migration.
do $$
begin
    drop policy tenant on suppressed_addresses;
    alter table suppressed_addresses
        drop constraint suppressed_addresses_workspace_id_fkey,
        disable row level security;
    revoke all on suppressed_addresses from lh_app, lh_readonly, lh_worker;
    if exists (select from suppressed_addresses) then
        alter table suppressed_addresses set schema archive;
    else
        drop table suppressed_addresses;
    end if;
end
$$;

-- step: functions
drop function if exists remember_suppressed_lead();
drop function if exists respect_suppression();
drop function if exists address_hash(bigint, text);
drop function if exists address_is_normal(text);
drop collation if exists address_case;
