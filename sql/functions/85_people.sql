-- A person's rights: what is held of a lead, and erasing all of it. Tables are found by their columns, so that a new one is not forgotten.

-- A table of the team's own may be another role's. To leave it out without a word would break the promise of an erasure.
create or replace function require_table_rights(p_table regclass) returns regclass
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
    if not (has_table_privilege('lh_owner', p_table, 'select') and has_table_privilege('lh_owner', p_table, 'update')
            and has_table_privilege('lh_owner', p_table, 'delete')) then
        raise exception 'lh_owner may not read, change and delete the rows of %', p_table using errcode = 'LH011',
            hint = format('Its columns say that it has rows of a lead or workspace. As its owner: grant select, update, delete on %s '
                'to lh_owner', p_table);
    end if;
    return p_table;
end;
$$;

-- Live tables and archived partitions that hold rows of a lead. Ids of another type are not those of this schema.
create or replace function tables_of_leads() returns setof regclass
language sql stable set search_path = pg_catalog, public, pg_temp as $$
    select public.require_table_rights(c.oid::regclass)
    from pg_class c
    join pg_attribute w on w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped
    join pg_attribute l on l.attrelid = c.oid and l.attname = 'lead_id' and not l.attisdropped
    join pg_type wt on wt.oid = w.atttypid
    join pg_type lt on lt.oid = l.atttypid
    where array[coalesce(nullif(wt.typbasetype, 0), wt.oid), coalesce(nullif(lt.typbasetype, 0), lt.oid)]
          <@ array['bigint'::regtype, 'int'::regtype, 'smallint'::regtype]::oid[]
      and c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'archive'))
      and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'erasures'
    order by c.oid
$$;

-- Those that it had before are the person's too, unless they are another lead's by now. A send may hold any text: only an address counts.
create or replace function addresses_of_lead(p_workspace_id bigint, p_lead_id bigint, p_email text) returns text[]
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
    v_table regclass;
    v_found text[];
    v_known text[] := '{}';
    v_others text[];
begin
    for v_table in
        select t from public.tables_of_leads() t
        join pg_attribute a on a.attrelid = t and a.attname = 'email' and not a.attisdropped
    loop
        execute format('select array_agg(distinct s.email::text) from %s s where s.workspace_id = $1 and s.lead_id = $2', v_table)
        into v_found using p_workspace_id, p_lead_id;
        v_known := v_known || v_found;
    end loop;
    v_known := array(select public.normalised_address(email) from unnest(v_known) as email);
    v_others := array(select l.email from public.leads l where l.workspace_id = p_workspace_id and l.email = any (v_known));
    return p_email || array(
        select distinct email from unnest(v_known) as email
        where email <> p_email and public.address_is_normal(email) and email <> all (v_others) order by email);
end;
$$;

create or replace function erase_person(p_workspace_id bigint, p_lead_id bigint, p_email text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_table regclass;
    v_rows bigint;
    v_counts jsonb := '{}';
    v_addresses text[] := array[p_email];
    v_address text;
    v_pattern text;
    v_actor constant text := coalesce(current_setting('app.actor', true), '');
begin
    -- Refused before anything goes, where lh_owner lacks a right.
    perform public.tables_of_leads();
    if p_lead_id is not null then
        v_addresses := public.addresses_of_lead(p_workspace_id, p_lead_id, p_email);
    end if;
    v_pattern := public.addresses_pattern(v_addresses);
    -- A person who asks for it on a page of their own is the actor, by their address.
    perform set_config('app.actor', regexp_replace(v_actor, v_pattern, '[erased]', 'gi'), true);
    if p_lead_id is not null then
        for v_table in select t from public.tables_of_leads() t loop
            execute format('delete from %s where workspace_id = $1 and lead_id = $2', v_table) using p_workspace_id, p_lead_id;
            get diagnostics v_rows = row_count;
            v_counts := v_counts || jsonb_build_object(v_table::text, v_rows);
        end loop;
        delete from public.leads l where l.workspace_id = p_workspace_id and l.id = p_lead_id;
        get diagnostics v_rows = row_count;
        v_counts := v_counts || jsonb_build_object('leads', v_rows);
    end if;
    v_counts := (
        select jsonb_object_agg(key, sum) from (
            select key, sum(value::bigint) from (
                select * from jsonb_each_text(v_counts)
                union all select * from jsonb_each_text(public.erase_address_traces(p_workspace_id, v_addresses))) as c
            group by key having sum(value::bigint) > 0) as sums);
    v_counts := coalesce(v_counts, '{}');
    foreach v_address in array v_addresses loop
        -- The hash stays: the person is not written to again, even if the address is imported.
        insert into public.suppressed_addresses as s (workspace_id, email_hash, reason)
        values (p_workspace_id, public.address_hash(p_workspace_id, v_address), 'erased')
        on conflict (workspace_id, email_hash) do update set reason = excluded.reason;
        -- What was erased counts once, in the proof of the address that was asked for.
        insert into public.erasures (workspace_id, lead_id, email_sha256, erased, reason, actor, login)
        values (p_workspace_id, p_lead_id, sha256(convert_to(v_address, 'UTF8')),
            case when v_address = p_email then v_counts else '{}' end,
            regexp_replace(p_reason, v_pattern, '[erased]', 'gi'), public.audit_actor(), session_user);
    end loop;
    perform public.audit_write(p_workspace_id, 'erase', 'leads', p_lead_id::text, v_counts);
    perform set_config('app.actor', v_actor, true);
    return v_counts;
end;
$$;

-- The lead first: nobody adds a send or an activity of a locked one. What is held of it may be another session's, which wants the lead: so
-- all is let go after 0.1 s, before it becomes a deadlock, and tried again.
create or replace function erase_with_lead(p_workspace_id bigint, p_lead_id bigint, p_email text, p_reason text) returns jsonb
language plpgsql set search_path = pg_catalog, public, pg_temp set lock_timeout = '100ms' as $$
declare
    c_attempts constant int := 30;
    v_lead bigint;
    v_email text;
begin
    for attempt in 1..c_attempts loop
        begin
            if attempt = c_attempts then
                -- No deadlock lasts as long: somebody holds some of it for long.
                perform set_config('lock_timeout', '0', true);
            end if;
            select l.id, l.email into v_lead, v_email from public.leads l
            where l.workspace_id = p_workspace_id and (l.id = p_lead_id or l.email = p_email) for update;
            if v_lead is null and p_email is null then
                raise exception 'workspace % has no lead %', p_workspace_id, coalesce(p_lead_id::text, 'null') using errcode = 'LH004',
                    hint = 'erase_address erases what is held of an address that is no lead.';
            end if;
            return public.erase_person(p_workspace_id, v_lead, coalesce(v_email, p_email), p_reason);
        exception
            when lock_not_available or deadlock_detected then
                if attempt = c_attempts then
                    raise;
                end if;
                perform pg_sleep(0.02 + random() * 0.1);
        end;
    end loop;
end;
$$;

create or replace function require_reason(p_reason text) returns void
language plpgsql immutable set search_path = pg_catalog, public, pg_temp as $$
begin
    if length(p_reason) > 1000 then
        raise exception 'a reason has at most 1000 characters, not %', length(p_reason) using errcode = 'LH004';
    end if;
end;
$$;

create or replace function erase_lead(p_workspace_id bigint, p_lead_id bigint, p_reason text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_reason(p_reason);
    return public.erase_with_lead(p_workspace_id, p_lead_id, null, p_reason);
end;
$$;

create or replace function erase_address(p_workspace_id bigint, p_email text, p_reason text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_email text := public.require_normal_address(p_email);
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_reason(p_reason);
    return public.erase_with_lead(p_workspace_id, null, v_email, p_reason);
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end;
$$;

comment on function require_table_rights(regclass) is 'A step of erasing, exporting and deleting workspaces: the table itself. Refuses '
    '(LH011) one whose rows lh_owner may not read, change and delete.';
comment on function tables_of_leads() is 'Tables, live and archived, that hold rows of a lead.';
comment on function addresses_of_lead(bigint, bigint, text) is 'A step of erase_lead and export_lead: the address of a lead, then those '
    'that its sends know, live and archived, without those of other leads.';
comment on function erase_person(bigint, bigint, text, text) is 'A step of erase_lead and erase_address.';
comment on function erase_with_lead(bigint, bigint, text, text) is
    'A step of erase_lead and erase_address: locks the lead, if it is one, and erases.';
comment on function require_reason(text) is 'Refuses (LH004) a reason of more than 1000 characters.';
comment on function erase_lead(bigint, bigint, text) is
    'Erases a lead everywhere, with the addresses that its sends know: live tables, archive, staging, rejects, webhook and audit logs. '
    'Returns the rows by table, kept with the hash of the address in erasures; earlier addresses have a row without counts. '
    'The address stays suppressed. Refuses another workspace (LH001), an unknown lead (LH004), and tables of the team''s own whose rows '
    'lh_owner may not delete (LH011).';
comment on function erase_address(bigint, text, text) is 'As erase_lead, by the address, whether it is a lead or only left traces.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'require_table_rights', 'tables_of_leads', 'addresses_of_lead', 'erase_person', 'erase_with_lead', 'require_reason',
            'erase_lead', 'erase_address'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function erase_lead(bigint, bigint, text), erase_address(bigint, text, text) to lh_app;
end;
$$;
