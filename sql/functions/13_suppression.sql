-- Who must not be written to. Entries come from leads by themselves (see migration 013); these add, remove and ask by hand.

create or replace function require_normal_address(p_email text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_email text := normalised_address(p_email);
begin
    if address_is_normal(v_email) is not true then
        raise exception '%', address_reject_reason(v_email) using errcode = 'LH004', hint = 'Pass one address, such as joe@example.com.';
    end if;
    return v_email;
end
$$;
comment on function require_normal_address(text) is 'An address in its normal form; LH004 when it is none.';

create or replace function suppression_of(p_workspace_id bigint, p_email text) returns text
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_email text;
begin
    perform require_workspace(p_workspace_id);
    v_email := require_normal_address(p_email);
    return coalesce(
        (select s.reason from suppressed_addresses s
         where s.workspace_id = p_workspace_id and s.email_hash = address_hash(p_workspace_id, v_email)),
        -- Who came with this status, from an import or from before the list, is put on it when the lead goes.
        (select l.status from leads l where l.workspace_id = p_workspace_id and l.email = v_email and l.status <> 'active'));
end
$$;
comment on function suppression_of(bigint, text) is
    'Why an address must not be written to: unsubscribed, bounced, complained or erased; null when it may. LH004 when it is no address.';

create or replace function suppress_address(p_workspace_id bigint, p_email text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_email text;
    v_hash bytea;
    v_was text;
    v_status constant text := case when p_reason = 'erased' then 'unsubscribed' else p_reason end;
begin
    perform require_workspace(p_workspace_id);
    v_email := require_normal_address(p_email);
    if p_reason is null or p_reason not in ('unsubscribed', 'bounced', 'complained', 'erased') then
        raise exception 'nobody is suppressed for the reason %', coalesce(left(p_reason, 60), 'null') using errcode = 'LH004',
            hint = 'Reasons: unsubscribed, bounced, complained, erased.';
    end if;
    v_hash := address_hash(p_workspace_id, v_email);
    select s.reason into v_was from suppressed_addresses s where s.workspace_id = p_workspace_id and s.email_hash = v_hash;
    -- The lead first, as everybody else does who changes both. As a status, a reason only rises: who complained has not only bounced. So it
    -- is no decision which an event from before it must not add to.
    set local loadharness.by_event = 'on';
    update leads l set status = v_status, updated_at = now()
    where l.workspace_id = p_workspace_id and l.email = v_email and risen_status(l.status, v_status) <> l.status;
    set local loadharness.by_event = '';
    insert into suppressed_addresses as s (workspace_id, email_hash, reason) values (p_workspace_id, v_hash, p_reason)
    on conflict (workspace_id, email_hash) do update set reason = excluded.reason
    where s.reason <> 'erased' and (excluded.reason = 'erased' or risen_status(s.reason, excluded.reason) <> s.reason);
    if v_was = 'erased' or p_reason <> 'erased' and risen_status(v_was, v_status) = v_was then
        return false;
    end if;
    insert into audit_logs (workspace_id, actor, action, entity, entity_id, details)
    values (p_workspace_id, audit_actor(), 'suppress', 'suppressed_addresses', encode(v_hash, 'hex'), jsonb_build_object('reason',
        p_reason));
    return true;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end
$$;
comment on function suppress_address(bigint, text, text) is
    'Puts an address onto the suppression list, whether or not it is a lead''s; a lead of that address gets the status too. Both '
    'only rise: bounced, unsubscribed, complained (and erased). Returns whether that changed the list. '
    'The audit log keeps the hash, not the address.';

create or replace function unsuppress_address(p_workspace_id bigint, p_email text, p_reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_hash bytea;
    v_was text;
begin
    perform require_workspace(p_workspace_id);
    v_hash := address_hash(p_workspace_id, require_normal_address(p_email));
    if p_reason is null or btrim(p_reason) = '' or length(p_reason) > 500 then
        raise exception 'why an address may be written to again has 1 to 500 characters' using errcode = 'LH004';
    end if;
    delete from suppressed_addresses s where s.workspace_id = p_workspace_id and s.email_hash = v_hash returning s.reason into v_was;
    if not found then
        return false;
    end if;
    insert into audit_logs (workspace_id, actor, action, entity, entity_id, details)
    values (p_workspace_id, audit_actor(), 'unsuppress', 'suppressed_addresses', encode(v_hash, 'hex'),
            jsonb_build_object('was', v_was, 'reason', btrim(p_reason)));
    return true;
end
$$;
comment on function unsuppress_address(bigint, text, text) is
    'Takes an address off the suppression list, with an audit row that says why (p_reason); false when it was not on it. A lead keeps '
    'its status.';

-- A mail may have gone to an address that the lead had before, or that the application chose.
create or replace function suppress_other_addresses(p_workspace_id bigint, p_leads bigint[], p_emails text[], p_reasons text[]) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_hashes bytea[];
    v_reasons text[];
begin
    select array_agg(h.hash order by h.hash), array_agg(h.reason order by h.hash) into v_hashes, v_reasons
    from (select address_hash(p_workspace_id, g.email) as hash,
                 (array['bounced', 'unsubscribed', 'complained'])[
                     max(array_position(array['bounced', 'unsubscribed', 'complained'], g.reason))] as reason
          from (select n.lead_id, normalised_address(n.email) as email, n.reason
                from unnest(p_leads, p_emails, p_reasons) as n (lead_id, email, reason)) as g
          left join leads l on l.workspace_id = p_workspace_id and l.id = g.lead_id
          where address_is_normal(g.email) and l.email is distinct from g.email
          group by 1) as h;
    insert into suppressed_addresses as s (workspace_id, email_hash, reason)
    select p_workspace_id, n.hash, n.reason from unnest(v_hashes, v_reasons) as n (hash, reason)
    on conflict (workspace_id, email_hash) do update set reason = excluded.reason
    where array_position(array['bounced', 'unsubscribed', 'complained', 'erased'], s.reason)
        < array_position(array['bounced', 'unsubscribed', 'complained', 'erased'], excluded.reason);
end
$$;
comment on function suppress_other_addresses(bigint, bigint[], text[], text[]) is
    'A step of apply_send_events, for its owner alone: puts addresses of sends that are not their leads'' onto the suppression list.';

-- Made by migration 016 with its trigger, after each change of a lead's address.
create or replace function follow_address() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- Who left by the old address is not written to there again, should it come back with a file. It is on the list already, unless the
    -- lead came with its status.
    if old.status <> 'active' then
        insert into suppressed_addresses (workspace_id, email_hash, reason)
        values (old.workspace_id, address_hash(old.workspace_id, old.email), old.status)
        on conflict (workspace_id, email_hash) do nothing;
    end if;
    -- A mail goes to the address that the lead has when it is handed out: the old one may be somebody else's by then. A claimed send
    -- keeps the one that its worker has: what comes back from there is said of that address. Should it be handed out again, the claim
    -- looks for its old address.
    -- Nobody is waited for: who holds a send may want this lead next (the foreign key of an activity), which would be a deadlock.
    -- Found by the lead: with the bare status the planner may take the index of all sends of the workspace that wait.
    update email_sends s set email = new.email
    from (select p.id, p.created_at from email_sends p
          where p.workspace_id = new.workspace_id and p.lead_id = new.id and p.status || '' = 'pending'
            and p.email = old.email
          for update skip locked) as w
    where s.workspace_id = new.workspace_id and s.id = w.id and s.created_at = w.created_at;
    return null;
end
$$;
comment on function follow_address() is 'Gives the sends of a lead that wait the address that it has now; an address that '
    'must not be written to stays so.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function follow_address() owner to lh_owner;
alter function suppress_other_addresses(bigint, bigint[], text[], text[]) owner to lh_owner;
alter function require_normal_address(text) owner to lh_owner;
alter function suppression_of(bigint, text) owner to lh_owner;
alter function suppress_address(bigint, text, text) owner to lh_owner;
alter function unsuppress_address(bigint, text, text) owner to lh_owner;
revoke execute on function
    follow_address(),
    suppress_other_addresses(bigint, bigint[], text[], text[]),
    require_normal_address(text),
    suppression_of(bigint, text),
    suppress_address(bigint, text, text),
    unsuppress_address(bigint, text, text)
from public;
grant execute on function suppression_of(bigint, text) to lh_app, lh_readonly, lh_worker;
grant execute on function suppress_address(bigint, text, text) to lh_app, lh_worker;
grant execute on function unsuppress_address(bigint, text, text) to lh_app;
