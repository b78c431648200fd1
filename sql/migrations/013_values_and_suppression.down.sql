-- Each of these locks its table for a moment: one a transaction.

-- step: months_of_sends
drop policy recent_months on email_sends;

-- step: months_of_activities
drop policy recent_months on lead_activities;

-- step: columns_of_sends
do $$
begin
    execute format('revoke update (%s) on email_sends from lh_app, lh_worker', (
        select string_agg(quote_ident(attname), ', ') from pg_attribute
        where attrelid = 'public.email_sends'::regclass and attnum > 0 and not attisdropped));
    grant update on email_sends to lh_app, lh_worker;
end
$$;

-- step: bounds_of_archived_partitions
do $$
declare
    v_rule record;
begin
    for v_rule in
        select conrelid::regclass as relation, conname from pg_constraint
        where connamespace = to_regnamespace('archive') and conname in ('email_sends_bounds', 'lead_activities_bounds')
    loop
        execute format('alter table %s drop constraint %I', v_rule.relation, v_rule.conname);
    end loop;
end
$$;

-- step: bounds_of_webhook_logs
alter table webhook_logs drop constraint webhook_logs_bounds;

-- step: bounds_of_webhooks
alter table webhooks drop constraint webhooks_bounds;

-- step: bounds_of_automation_executions
alter table automation_executions drop constraint automation_executions_bounds;

-- step: bounds_of_automation_flows
alter table automation_flows drop constraint automation_flows_bounds;

-- step: bounds_of_email_templates
alter table email_templates drop constraint email_templates_bounds;

-- step: bounds_of_lead_segments
alter table lead_segments drop constraint lead_segments_bounds;

-- step: bounds_of_lead_activities
alter table lead_activities drop constraint lead_activities_bounds;

-- step: bounds_of_email_sends
alter table email_sends drop constraint email_sends_bounds;

-- step: bounds_of_campaign_batches
alter table campaign_batches drop constraint campaign_batches_bounds;

-- step: bounds_of_campaigns
alter table campaigns drop constraint campaigns_bounds;

-- step: import_staging_guard
drop trigger if exists guard_staging on lead_import_rows;
drop function if exists guard_staging();

-- step: import_tables
-- What is staged is sent again by the next import: its columns have other types then.
truncate lead_import_rows, lead_import_merge, lead_import_chunks;
alter table lead_import_rows
    drop column status,
    drop column refused,
    alter column tags type text[] using null,
    alter column custom_fields type jsonb using null;
alter table lead_import_merge
    drop constraint lead_import_merge_pkey,
    drop column workspace_id,
    drop column round,
    drop column row_number,
    drop column status,
    drop column reason,
    add constraint lead_import_merge_pkey primary key (import_id, merge_order);
alter table lead_import_chunks
    drop constraint lead_import_chunks_pkey,
    drop column workspace_id,
    add constraint lead_import_chunks_pkey primary key (import_id, first_order);
update lead_imports set status = 'finished' where status = 'cancelled';
alter table lead_imports
    drop constraint lead_imports_status_check,
    add constraint lead_imports_status_check check (status in ('receiving', 'merging', 'finished'));

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
drop function if exists session_workspace(), parse_json(text), readable_elements(text), cell(text), longest_text(text[]), source_reject_reason(text),
    address_reject_reason(text), address_of(text), normalised_address(text), ascii_domain(text), punycode(text);
drop function if exists is_usual_time(timestamptz);
drop function if exists address_is_normal(text);
drop collation if exists address_case;
