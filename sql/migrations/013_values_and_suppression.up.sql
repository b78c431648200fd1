-- What a tenant may write: addresses in one form, values within bounds, and a list of who must not be written to.
-- Constraints are added without a look at old rows (not valid) and validated afterwards, which blocks no writer.

-- step: encoding
do $$
begin
    if getdatabaseencoding() <> 'UTF8' then
        raise exception 'the database has the encoding %, not UTF8', getdatabaseencoding()
            using hint = 'Addresses and names of all languages need UTF8: dump the database, restore it into one made with "encoding UTF8 template template0", and migrate that.';
    end if;
end
$$;

-- step: address_case
-- Lower case must not depend on the server's locale: with lc_ctype C, JOSÉ@ and josé@ would be two leads, in Turkish I is no i.
do $$
declare
    v_definition text;
    v_works boolean;
begin
    foreach v_definition in array array['provider = builtin, locale = ''C.UTF-8''', 'provider = libc, locale = ''C.UTF-8''',
                                        'provider = libc, locale = ''en_US.UTF-8''', 'provider = icu, locale = ''und''']
    loop
        begin
            execute format('create collation public.address_case (%s)', v_definition);
            execute 'select lower(chr(201) || ''I'' collate public.address_case) = chr(233) || ''i''' into v_works;
            if v_works then
                return;
            end if;
            drop collation public.address_case;
        exception
            when others then null;
        end;
    end loop;
    raise exception 'the server has no collation that knows the lower case of all letters'
        using hint = 'Install the locale C.UTF-8 or en_US.UTF-8, or use PostgreSQL 17 or later, or one built with ICU.';
end
$$;

-- step: address_rule
-- The one rule for addresses: imports ask it, and the constraint on leads. It is here and not in sql/functions because a constraint needs it.
-- Plain ASCII is nearly all there is; other letters (in the local part only: domains are in their xn-- form) must be NFC and in lower case.
create function address_is_normal(p_email text) returns boolean
language sql immutable parallel safe
return octet_length(p_email) <= 254
    and strpos(p_email, '@') <= 65
    -- No space, control or invisible character, nothing that would need quotes; no dot at an end or beside another.
    and p_email ~ (
        '^(?:[^\u0001-\u0020"(),.:;<>@A-Z\[\]\\\u007F-\u00A0\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160'
        '\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFF'
        '\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]+(?:\.(?![.@]))?)+'
        '@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z][a-z0-9]*(?:-+[a-z0-9]+)*$' collate pg_catalog."C")
    and (octet_length(p_email) <= 65 or p_email !~ ('@.*[^.]{64}' collate pg_catalog."C"))
    and (octet_length(p_email) = length(p_email)
         or octet_length(split_part(p_email, '@', 1)) <= 64
            and p_email is nfc normalized
            and p_email = lower(p_email collate public.address_case));
comment on function address_is_normal(text) is
    'Whether an address is in the one form that leads have: lower case, NFC, no space or invisible character, domain in ASCII (xn--), '
    'local part of 64, label of 63 and address of 254 bytes at most.';

-- step: usual_times
-- A day at the edge of the calendar breaks pages, reports and partitions: infinity and years that no lead, campaign or send has are refused.
create function is_usual_time(p_at timestamptz) returns boolean
language sql immutable parallel safe
return p_at >= '1970-01-01 00:00:00+00'::timestamptz and p_at < '2200-01-01 00:00:00+00'::timestamptz;
comment on function is_usual_time(timestamptz) is 'Whether a time lies in the years 1970 to 2199; null stays null.';
alter function address_is_normal(text) owner to lh_owner;
alter function is_usual_time(timestamptz) owner to lh_owner;
revoke all on function address_is_normal(text), is_usual_time(timestamptz) from public;
-- A constraint is checked with the rights of who writes.
grant execute on function address_is_normal(text), is_usual_time(timestamptz) to lh_app, lh_worker;

-- step: input_functions
-- Here already, so that the hints below can be followed.
-- include: functions/08_input.sql

-- step: leads_that_would_not_fit
-- Nothing has changed yet. Each error says how many rows, which are the first, and what to do.
do $$
declare
    v_count bigint;
    v_first text;
begin
    select count(*), string_agg(format('%s in workspace %s', id, workspace_id), ', ') filter (where n <= 5) into v_count, v_first
    from (select id, workspace_id, row_number() over (order by workspace_id, id) as n from leads where not address_is_normal(email)) as bad;
    if v_count > 0 then
        raise exception '% leads have an address that is not in its normal form: %', v_count, v_first
            using hint = 'See them: select workspace_id, id, email, address_reject_reason(normalised_address(email)) from leads where not address_is_normal(email). '
                'Then: update leads set email = normalised_address(email) where not address_is_normal(email) and address_is_normal(normalised_address(email)), '
                'merge those whose address another lead has, and correct or delete the rest.';
    end if;
    select count(*), string_agg(format('%s in workspace %s', id, workspace_id), ', ') filter (where n <= 5) into v_count, v_first
    from (select id, workspace_id, row_number() over (order by workspace_id, id) as n from leads
          where length(name) > 300 or length(phone) > 50 or length(company) > 300 or length(position) > 300 or length(source) > 100
             or cardinality(tags) > 100 or array_ndims(tags) > 1 or array_position(tags, null) is not null or longest_text(tags) > 200
             or jsonb_typeof(custom_fields) <> 'object' or pg_column_size(custom_fields) > 65536
             or not is_usual_time(created_at) or not is_usual_time(updated_at)) as bad;
    if v_count > 0 then
        raise exception '% leads have a value beyond its limit: %', v_count, v_first
            using hint = 'Limits: name, company, position 300 characters, phone 50, source 100; a flat list of 100 tags of 200 characters; '
                'custom_fields an object of 64 kB; created_at and updated_at in the years 1970 to 2199. Shorten or correct these leads, then migrate again.';
    end if;
end
$$;

-- step: rows_that_would_not_fit
do $$
declare
    v_rule record;
    v_count bigint;
begin
    for v_rule in
        values
        ('campaigns', 'total_recipients between 0 and 1000000000000000 and sent_count between 0 and 1000000000000000 and delivered_count between 0 and 1000000000000000 and opened_count between 0 and 1000000000000000 and clicked_count between 0 and 1000000000000000 and bounced_count between 0 and 1000000000000000 and unsubscribed_count between 0 and 1000000000000000 and complained_count between 0 and 1000000000000000 and failed_count between 0 and 1000000000000000 and skipped_count between 0 and 1000000000000000 and soft_bounced_count between 0 and 1000000000000000 and is_usual_time(scheduled_at) and is_usual_time(completed_at) and is_usual_time(enqueued_at) and is_usual_time(created_at) and is_usual_time(updated_at) and is_usual_time(lower(send_window)) and is_usual_time(upper(send_window))'),
        ('campaign_batches', 'recipients between 0 and 1000000000000000 and is_usual_time(created_at)'),
        ('email_sends', 'is_usual_time(created_at) and is_usual_time(claimed_at) and is_usual_time(sent_at) and is_usual_time(delivered_at) and is_usual_time(opened_at) and is_usual_time(clicked_at) and is_usual_time(bounced_at) and is_usual_time(unsubscribed_at) and is_usual_time(complained_at) and length(email) <= 300 and length(provider_id) <= 1000 and length(error_message) <= 10000'),
        ('lead_activities', 'is_usual_time(created_at) and length(activity_type) <= 100'),
        ('lead_segments', 'is_usual_time(created_at)'),
        ('email_templates', 'is_usual_time(created_at)'),
        ('automation_flows', 'is_usual_time(created_at)'),
        ('automation_executions', 'is_usual_time(started_at) and is_usual_time(completed_at)'),
        ('webhooks', 'is_usual_time(created_at)'),
        ('webhook_logs', 'is_usual_time(created_at)')
    loop
        -- Where policies bind the owner too, a login that is no superuser cannot count: the validation below finds what is left.
        continue when row_security_active(v_rule.column1);
        execute format('select count(*) from public.%I where not (%s)', v_rule.column1, v_rule.column2) into v_count;
        if v_count > 0 then
            raise exception '% rows of % have a value beyond its limit', v_count, v_rule.column1
                using hint = format('See them: select * from %I where not (%s). Correct or delete them, then migrate again. Times lie in the years 1970 to 2199.',
                                    v_rule.column1, v_rule.column2);
        end if;
    end loop;
end
$$;

-- step: address_hash
-- With the workspace in it: the same person in two workspaces cannot be found by comparing hashes.
create function address_hash(p_workspace_id bigint, p_email text) returns bytea
language sql stable parallel safe
return sha256(convert_to(p_workspace_id || ':' || p_email, 'UTF8'));
comment on function address_hash(bigint, text) is 'The key of an address, in its normal form, in suppressed_addresses.';

-- step: suppressed_addresses
-- A rollback keeps the list beside archived rows: people's wishes outlive it.
do $$
begin
    if to_regclass('archive.suppressed_addresses') is not null then
        alter table archive.suppressed_addresses set schema public;
    end if;
end
$$;
create table if not exists suppressed_addresses (
    workspace_id bigint not null,
    email_hash bytea not null,
    reason text not null,
    suppressed_at timestamptz not null default now(),
    constraint suppressed_addresses_pkey primary key (workspace_id, email_hash),
    constraint suppressed_addresses_hash_check check (octet_length(email_hash) = 32),
    constraint suppressed_addresses_reason_check check (reason in ('unsubscribed', 'bounced', 'complained', 'erased'))
);
alter table suppressed_addresses
    add constraint suppressed_addresses_workspace_id_fkey foreign key (workspace_id) references workspaces (id) on delete cascade;
alter table suppressed_addresses owner to lh_owner;
alter table suppressed_addresses enable row level security;
create policy tenant on suppressed_addresses
    using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint));
grant select on suppressed_addresses to lh_app, lh_readonly, lh_worker;
comment on table suppressed_addresses is
    'Who must not be written to, as hashes (address_hash): it outlives the lead. Imports and new leads take their status from here.';
comment on constraint suppressed_addresses_pkey on suppressed_addresses is 'Key. Asked for each new lead.';

-- step: suppression_triggers_functions
-- They run as their owner: the application may cause an entry but never write or remove one itself.
create function remember_suppressed_lead() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_lead leads := case when tg_op = 'DELETE' then old else new end;
begin
    if v_lead.status = 'active' then
        -- The person came back, and said so: nobody else makes a lead active again.
        delete from suppressed_addresses s
        where s.workspace_id = v_lead.workspace_id and s.email_hash = address_hash(v_lead.workspace_id, v_lead.email);
    else
        insert into suppressed_addresses as s (workspace_id, email_hash, reason)
        values (v_lead.workspace_id, address_hash(v_lead.workspace_id, v_lead.email), v_lead.status)
        on conflict (workspace_id, email_hash) do update set reason = excluded.reason
        where s.reason <> 'erased' and s.reason <> excluded.reason;
    end if;
    return null;
end
$$;
comment on function remember_suppressed_lead() is 'Puts who left, complained or bounced onto suppressed_addresses, and takes off it who came back.';

create function respect_suppression() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_reason text;
begin
    select s.reason into v_reason from suppressed_addresses s
    where s.workspace_id = new.workspace_id and s.email_hash = address_hash(new.workspace_id, new.email);
    if v_reason is not null then
        new.status := case v_reason when 'erased' then 'unsubscribed' else v_reason end;
    end if;
    return new;
end
$$;
comment on function respect_suppression() is 'Gives a new lead whose address is suppressed the status that it is suppressed for.';

alter function address_hash(bigint, text) owner to lh_owner;
alter function remember_suppressed_lead() owner to lh_owner;
alter function respect_suppression() owner to lh_owner;
revoke all on function address_hash(bigint, text), remember_suppressed_lead(), respect_suppression() from public;

-- step: lead_status_trigger
create trigger remember_suppressed_status after update of status on leads
    for each row when (old.status <> new.status) execute function remember_suppressed_lead();

-- step: lead_delete_trigger
create trigger remember_suppressed_delete after delete on leads
    for each row when (old.status <> 'active') execute function remember_suppressed_lead();

-- step: lead_insert_trigger
-- The functions of this schema look the list up themselves, for all their rows at once.
create trigger respect_suppression_insert before insert on leads
    for each row when (new.status = 'active' and current_user <> 'lh_owner') execute function respect_suppression();

-- step: lead_email_trigger
create trigger respect_suppression_email before update of email on leads
    for each row when (new.status = 'active' and new.email <> old.email) execute function respect_suppression();

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

-- step: import_staging
-- Cells come as text: one that cannot be read refuses its row, not the COPY. refused: why the client cannot send a row as it is.
alter table lead_import_rows
    alter column tags type text,
    alter column custom_fields type text,
    add column status text,
    add column refused text;
grant insert (status, refused) on lead_import_rows to lh_app;
comment on column lead_import_rows.tags is 'A list as PostgreSQL writes it, such as {vip,"two words"}.';
comment on column lead_import_rows.custom_fields is 'A JSON object.';
comment on column lead_import_rows.status is 'Null or blank: active for a new lead, no change for a known one.';
comment on column lead_import_rows.refused is 'Why the client could not send the row as it is: it is reported so.';

-- step: import_merge
-- round: which row of its address, in the order of the file. reason: why it was not merged.
alter table lead_import_merge
    add column workspace_id bigint,
    add column round bigint not null default 1,
    add column row_number bigint not null default 0,
    add column status text,
    add column reason text;
update lead_import_merge m set workspace_id = i.workspace_id from lead_imports i where i.id = m.import_id;
alter table lead_import_merge
    drop constraint lead_import_merge_pkey,
    add constraint lead_import_merge_pkey primary key (workspace_id, import_id, merge_order, round);

-- step: import_chunks
alter table lead_import_chunks add column workspace_id bigint;
update lead_import_chunks c set workspace_id = i.workspace_id from lead_imports i where i.id = c.import_id;
alter table lead_import_chunks
    drop constraint lead_import_chunks_pkey,
    add constraint lead_import_chunks_pkey primary key (workspace_id, import_id, first_order);

-- step: import_cancelled
alter table lead_imports
    drop constraint lead_imports_status_check,
    add constraint lead_imports_status_check check (status in ('receiving', 'merging', 'finished', 'cancelled'));
comment on column lead_imports.updated is 'Rows of leads that were known, also from an earlier row of the file, changed or not.';
comment on column lead_imports.duplicates is 'Of imports before migration 013: rows that a later one of their address replaced. Since then 0: each row is merged.';

-- step: import_staging_guard
create function guard_staging() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
begin
    if new.workspace_id is null then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    end if;
    -- Held until the rows are committed: the import is not prepared without them.
    select i.status into v_status from lead_imports i where i.workspace_id = new.workspace_id and i.id = new.import_id for key share;
    if not found or v_status not in ('receiving', 'merging') or exists (
        select from lead_import_chunks c where c.workspace_id = new.workspace_id and c.import_id = new.import_id) then
        raise exception 'workspace % has no import % that takes rows', new.workspace_id, new.import_id using errcode = 'LH004',
            hint = 'It was never begun, is being merged, or has ended: begin another with begin_lead_import.';
    end if;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;
alter function guard_staging() owner to lh_owner;
revoke all on function guard_staging() from public;
comment on function guard_staging() is 'Refuses rows of an import that the workspace has not or that takes none any more. Asked once a transaction and import.';
create trigger guard_staging before insert on lead_import_rows
    for each row when (current_setting('loadharness.staging', true) is distinct from new.workspace_id || ':' || new.import_id)
    execute function guard_staging();

-- step: bounds_of_campaigns
-- Whatever a tenant writes, the jobs of all tenants go on: no counter that overflows a sum, no time beyond the calendar.
alter table campaigns add constraint campaigns_bounds check (
        total_recipients between 0 and 1000000000000000 and sent_count between 0 and 1000000000000000
        and delivered_count between 0 and 1000000000000000 and opened_count between 0 and 1000000000000000
        and clicked_count between 0 and 1000000000000000 and bounced_count between 0 and 1000000000000000
        and unsubscribed_count between 0 and 1000000000000000 and complained_count between 0 and 1000000000000000 and failed_count between 0 and 1000000000000000
        and skipped_count between 0 and 1000000000000000 and soft_bounced_count between 0 and 1000000000000000
        and is_usual_time(scheduled_at) and is_usual_time(completed_at) and is_usual_time(enqueued_at)
        and is_usual_time(created_at) and is_usual_time(updated_at)
        and is_usual_time(lower(send_window)) and is_usual_time(upper(send_window))
    ) not valid;

-- step: validate_bounds_of_campaigns
alter table campaigns validate constraint campaigns_bounds;

-- step: bounds_of_campaign_batches
alter table campaign_batches add constraint campaign_batches_bounds check (recipients between 0 and 1000000000000000 and is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_campaign_batches
alter table campaign_batches validate constraint campaign_batches_bounds;

-- step: bounds_of_email_sends
alter table email_sends add constraint email_sends_bounds check (
        is_usual_time(created_at) and is_usual_time(claimed_at) and is_usual_time(sent_at) and is_usual_time(delivered_at)
        and is_usual_time(opened_at) and is_usual_time(clicked_at) and is_usual_time(bounced_at)
        and is_usual_time(unsubscribed_at) and is_usual_time(complained_at)
        and length(email) <= 300 and length(provider_id) <= 1000 and length(error_message) <= 10000
    ) not valid;

-- step: validate_bounds_of_email_sends
alter table email_sends validate constraint email_sends_bounds;

-- step: bounds_of_lead_activities
alter table lead_activities add constraint lead_activities_bounds check (is_usual_time(created_at) and length(activity_type) <= 100) not valid;

-- step: validate_bounds_of_lead_activities
alter table lead_activities validate constraint lead_activities_bounds;

-- step: bounds_of_lead_segments
alter table lead_segments add constraint lead_segments_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_lead_segments
alter table lead_segments validate constraint lead_segments_bounds;

-- step: bounds_of_email_templates
alter table email_templates add constraint email_templates_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_email_templates
alter table email_templates validate constraint email_templates_bounds;

-- step: bounds_of_automation_flows
alter table automation_flows add constraint automation_flows_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_automation_flows
alter table automation_flows validate constraint automation_flows_bounds;

-- step: bounds_of_automation_executions
alter table automation_executions add constraint automation_executions_bounds check (is_usual_time(started_at) and is_usual_time(completed_at)) not valid;

-- step: validate_bounds_of_automation_executions
alter table automation_executions validate constraint automation_executions_bounds;

-- step: bounds_of_webhooks
alter table webhooks add constraint webhooks_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_webhooks
alter table webhooks validate constraint webhooks_bounds;

-- step: bounds_of_webhook_logs
alter table webhook_logs add constraint webhook_logs_bounds check (is_usual_time(created_at)) not valid;

-- step: validate_bounds_of_webhook_logs
alter table webhook_logs validate constraint webhook_logs_bounds;

-- step: columns_of_sends
-- Who a send goes to, and its month, are fixed when it is made.
do $$
declare
    v_columns text := (
        select string_agg(quote_ident(attname), ', ')
        from pg_attribute
        where attrelid = 'public.email_sends'::regclass and attnum > 0 and not attisdropped
          and attname not in ('id', 'workspace_id', 'campaign_id', 'lead_id', 'email', 'created_at'));
begin
    revoke update on email_sends from lh_app, lh_worker;
    execute format('grant update (%s) on email_sends to lh_app, lh_worker', v_columns);
end
$$;

-- step: months_of_activities
-- Rows far from today would each make a partition of their own: a tenant writes where retention and the months ahead are.
create policy recent_months on lead_activities as restrictive for insert
    with check (created_at > now() - interval '1095 days' and created_at < now() + interval '24 months');

-- step: months_of_sends
create policy recent_months on email_sends as restrictive for insert
    with check (created_at > now() - interval '1095 days' and created_at < now() + interval '24 months');
