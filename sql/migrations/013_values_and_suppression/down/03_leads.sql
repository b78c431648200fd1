-- The rules of migration 009 for addresses.

-- step: old_email_rules
alter table leads
    add constraint leads_email_lower_case check (email = lower(email)) not valid,
    add constraint leads_email_not_empty check (email <> '') not valid;

-- step: lead_rules
alter table leads
    drop constraint leads_email_normal,
    drop constraint leads_texts,
    drop constraint leads_tags,
    drop constraint leads_custom_fields,
    drop constraint leads_times;

-- step: lead_email_trigger
drop trigger if exists respect_suppression_email on leads;

-- step: lead_insert_trigger
drop trigger if exists respect_suppression_insert on leads;

-- step: lead_delete_trigger
drop trigger if exists remember_suppressed_delete on leads;

-- step: lead_status_trigger
drop trigger if exists remember_suppressed_status on leads;
