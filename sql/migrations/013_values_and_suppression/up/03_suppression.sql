-- A list of who must not be written to.

-- step: address_hash
-- With the workspace in it: the same person in two workspaces cannot be found by comparing hashes.
create function address_hash(p_workspace_id bigint, p_email text) returns bytea
language sql stable parallel safe
return sha256(convert_to(p_workspace_id || ':' || p_email, 'UTF8'));
comment on function address_hash(bigint, text) is 'The key of an address, in its normal form, in suppressed_addresses.';

-- step: suppressed_addresses
-- A rollback keeps the list in the schema archive: people's wishes outlive it.
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
        -- It only rises: who complained has not only left. erased is above all.
        where array_position(array['bounced', 'unsubscribed', 'complained', 'erased'], s.reason)
            < array_position(array['bounced', 'unsubscribed', 'complained', 'erased'], excluded.reason);
    end if;
    return null;
end
$$;
comment on function remember_suppressed_lead() is 'Puts who left, complained or bounced onto suppressed_addresses, and takes off it who '
    'came back.';

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
