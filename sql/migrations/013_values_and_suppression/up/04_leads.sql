-- Values of leads within bounds. Constraints are added without a look at old rows (not valid) and validated afterwards,
-- which blocks no writer.

-- step: lead_rules
-- One rule for everybody who writes a lead; imports report by row what would break it.
alter table leads
    add constraint leads_email_normal check (address_is_normal(email)) not valid,
    add constraint leads_texts check (
        length(name) <= 300 and length(phone) <= 50 and length(company) <= 300 and length(position) <= 300
        -- Part of the key of lead_analytics: a long one would stop every refresh.
        and length(source) <= 100) not valid,
    -- An index entry has 2.7 kB. The separator is a character that no tag has use for.
    add constraint leads_tags check (
        cardinality(tags) <= 100 and coalesce(array_ndims(tags), 1) = 1 and array_position(tags, null) is null
        and (length(array_to_string(tags, '')) <= 200 or array_to_string(tags, chr(1)) !~ '[^\x01]{201}')) not valid,
    add constraint leads_custom_fields check (jsonb_typeof(custom_fields) = 'object' and pg_column_size(custom_fields) <= 65536) not valid,
    add constraint leads_times check (is_usual_time(created_at) and is_usual_time(updated_at)) not valid;

-- step: validate_leads_email
alter table leads validate constraint leads_email_normal;

-- step: validate_leads_values
alter table leads
    validate constraint leads_texts,
    validate constraint leads_tags,
    validate constraint leads_custom_fields,
    validate constraint leads_times;

-- step: old_email_rules
-- The new one says what they said, and does not depend on the database's locale.
alter table leads
    drop constraint leads_email_lower_case,
    drop constraint leads_email_not_empty;
