-- What a claim of sends asks of their leads: who left, who has another address, and whose address must not be written to.

-- A move of a lead passes by the sends that another session holds, and leaves them the old address. The audit log has its hash: what is in
-- no row of it is an address that the application chose.
create or replace function moved_addresses(p_workspace_id bigint, p_leads bigint[], p_emails text[],
    out leads bigint[], out emails text[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp set enable_hashjoin = on
as $$
begin
    select array_agg(l.id), array_agg(l.email) into leads, emails
    from unnest(p_leads, p_emails) as g (lead_id, email)
    join leads l on l.workspace_id = p_workspace_id and l.id = g.lead_id and l.email <> g.email
    join (
        select distinct a.entity_id as lead_id, a.details #>> '{email_sha256,0}' as hash from audit_logs a
        where a.workspace_id = p_workspace_id and a.entity = 'leads' and a.details ? 'email_sha256'
          and a.entity_id = any (p_leads::text[])) as h
        on h.lead_id = g.lead_id::text and h.hash = encode(sha256(convert_to(g.email, 'UTF8')), 'hex');
end
$$;
comment on function moved_addresses(bigint, bigint[], text[]) is
    'A step of claim_email_sends, for its owner alone: of leads and the addresses that their sends have, the leads that had such an '
    'address before, with the one that they have now.';

-- Most lie side by side: a range of the key is read faster than each one is found, unless the planner knows better.
create or replace function changed_leads(p_workspace_id bigint, p_leads bigint[], p_emails text[],
    out gone bigint[], out reasons text[], out others bigint[], out emails text[])
language plpgsql stable set search_path = pg_catalog, public, pg_temp set enable_hashjoin = on set plan_cache_mode = force_custom_plan
as $$
declare
    v_first bigint;
    v_last bigint;
begin
    select min(n), max(n) into v_first, v_last from unnest(p_leads) as n;
    select array_agg(l.id) filter (where l.status <> 'active'),
           array_agg('skipped: the lead is ' || l.status) filter (where l.status <> 'active'),
           array_agg(l.id) filter (where l.email <> p.email), array_agg(p.email) filter (where l.email <> p.email)
    into gone, reasons, others, emails
    from unnest(p_leads, p_emails) as p (lead_id, email)
    join leads l on l.id = p.lead_id and (l.status <> 'active' or l.email <> p.email)
    where l.workspace_id = p_workspace_id and l.id between v_first and v_last;
end
$$;
comment on function changed_leads(bigint, bigint[], text[]) is
    'A step of claim_email_sends, for its owner alone: of the leads and addresses of sends those that are not active any more, and those '
    'whose lead has another address.';

-- A new lead takes its status from the list, and who is put on the list gives the lead the
-- status. Each sees what the other has committed: of a lead and a suppression in two transactions at once, neither knows.
-- Such a lead gets its status now, as if it had come after the suppression. Of one that another session holds the send is closed alone,
-- for nobody is waited for: who holds a lead or a row of the list may want the sends that are held here.
create or replace function suppressed_recipients(p_workspace_id bigint, p_leads bigint[], p_emails text[], p_gone bigint[],
    p_others bigint[], out leads bigint[], out places bigint[], out reasons text[])
language plpgsql set search_path = pg_catalog, public, pg_temp set enable_hashjoin = on set plan_cache_mode = force_custom_plan
as $$
declare
    v_now constant timestamptz := now();
    v_gone constant bigint[] := coalesce(p_gone, '{}');
    v_others constant bigint[] := coalesce(p_others, '{}');
    v_settled bigint[];
    v_statuses text[];
begin
    if not exists (select 1 from suppressed_addresses s where s.workspace_id = p_workspace_id) then
        return;
    end if;
    -- The address that the mail goes to. One that the application chose may be written in any way.
    select array_agg(h.lead_id), array_agg(h.place), array_agg('skipped: the address is suppressed: ' || s.reason)
    into leads, places, reasons
    from (select n.lead_id, n.place, address_hash(p_workspace_id, case when n.lead_id = any (v_others) then normalised_address(n.email)
                                                                       else n.email end) as hash
          from unnest(p_leads, p_emails) with ordinality as n (lead_id, email, place)
          where n.lead_id <> all (v_gone)) as h
    join suppressed_addresses s on s.email_hash = h.hash
    where s.workspace_id = p_workspace_id;
    if places is null then
        return;
    end if;
    select array_agg(a.id), array_agg(a.status) into v_settled, v_statuses
    from (select l.id, case s.reason when 'erased' then 'unsubscribed' else s.reason end as status
          from leads l
          join suppressed_addresses s on s.workspace_id = p_workspace_id and s.email_hash = address_hash(p_workspace_id, l.email)
          where l.workspace_id = p_workspace_id and l.id = any (suppressed_recipients.leads) and l.status = 'active'
          for no key update skip locked) as a;
    if v_settled is not null then
        -- No decision of now, which an event from before it must not add to.
        set local loadharness.by_event = 'on';
        update leads l set status = n.status, updated_at = v_now
        from unnest(v_settled, v_statuses) as n (id, status)
        where l.workspace_id = p_workspace_id and l.id = n.id;
        set local loadharness.by_event = '';
    end if;
end
$$;
comment on function suppressed_recipients(bigint, bigint[], text[], bigint[], bigint[]) is
    'A step of claim_email_sends, for its owner alone: of the leads and addresses of sends those whose address is suppressed, their '
    'places (from 1) and the reasons. Gives such leads their status. p_gone: leads that are closed already; p_others: those whose send '
    'has another address than they have.';

-- Of a lead with a send that waits and a stray that waits as well, the stray is locked, so that no other session hands it out. One that
-- cannot be locked, or has changed since it was seen, is being handed out.
create or replace function leads_with_strays(p_workspace_id bigint, p_campaign_id bigint, p_enqueued_at timestamptz, p_leads bigint[],
    p_gone bigint[], out leads bigint[], out reasons text[], out held bigint[])
language plpgsql set search_path = pg_catalog, public, pg_temp set enable_hashjoin = on set plan_cache_mode = force_custom_plan
as $$
declare
    v_leads constant bigint[] := array(select unnest(p_leads) except select unnest(p_gone));
    v_ids bigint[];
    v_created timestamptz[];
    v_waiting bigint[];
    v_locked int;
begin
    select array_agg(distinct s.lead_id) filter (where s.status <> 'pending'), array_agg(s.id) filter (where s.status = 'pending'),
        array_agg(s.created_at) filter (where s.status = 'pending'), array_agg(s.lead_id) filter (where s.status = 'pending')
    into leads, v_ids, v_created, v_waiting
    from email_sends s
    where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.lead_id = any (v_leads)
      and (s.created_at < p_enqueued_at or s.created_at > p_enqueued_at) and not (s.status = 'failed' and s.skipped_at is not null);
    reasons := array(select 'skipped: the lead has another send' from unnest(leads));
    for i in 1..coalesce(cardinality(v_ids), 0) loop
        continue when v_waiting[i] = any (leads) or v_waiting[i] = any (held);
        perform 1 from email_sends s
        where s.workspace_id = p_workspace_id and s.id = v_ids[i] and s.created_at = v_created[i] and s.status = 'pending'
        for update skip locked;
        if not found then
            held := held || v_waiting[i];
        end if;
    end loop;
end
$$;
comment on function leads_with_strays(bigint, bigint, timestamptz, bigint[], bigint[]) is
    'A step of claim_email_sends, for its owner alone: of the leads of sends those that have another send of the campaign that went or is '
    'going, with the reason; held: those whose other send another session is handing out. p_gone: leads that are closed already.';

-- Steps, for their owner alone.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'moved_addresses', 'changed_leads', 'suppressed_recipients', 'leads_with_strays'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
end
$$;
