-- People's wishes stay; the functions go.

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
-- Those of functions/08_input.sql, which the way up takes ahead of the others.
drop function if exists session_workspace(), parse_json(text), readable_elements(text), cell(text), longest_text(text[]),
    source_reject_reason(text),
    address_reject_reason(text), address_of(text), normalised_address(text), ascii_domain(text), punycode(text);
drop function if exists is_usual_time(timestamptz);
drop function if exists address_is_normal(text);
drop collation if exists address_case;
