-- Everything that is held under an address and not under a lead's id: a step of an erasure.

drop function if exists erase_address_traces(bigint, text);
create or replace function erase_address_traces(p_workspace_id bigint, p_emails text[]) returns jsonb
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_pattern constant text := public.addresses_pattern(p_emails);
    v_cut constant text := public.cut_addresses_pattern(p_emails);
    v_table regclass;
    v_sets text;
    v_finds text;
    v_found bigint[];
    v_leads bigint[] := '{}';
    v_counts jsonb := '{}';
    v_rows bigint;
    v_gone bigint;
begin
    delete from public.lead_import_rejects r
    where r.workspace_id = p_workspace_id and (public.normalised_address(r.email) = any (p_emails) or r.email ~* v_pattern
        or r.reason ~* v_pattern);
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('lead_import_rejects', v_rows);
    -- Else the rows that go would seem to be lost by a crash.
    delete from public.lead_import_copies c using public.lead_import_rows r
    where c.workspace_id = p_workspace_id and r.workspace_id = p_workspace_id and r.import_id = c.import_id
      and r.row_number = c.first_row
      and (public.normalised_address(r.email::text) = any (p_emails) or r.email::text ~* v_pattern);
    -- What is no address, such as one behind a name, would be among the rejects once the import is finished.
    delete from public.lead_import_rows r
    where r.workspace_id = p_workspace_id and (public.normalised_address(r.email::text) = any (p_emails) or r.email::text ~* v_pattern);
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('lead_import_rows', v_rows);
    delete from public.lead_import_merge m where m.workspace_id = p_workspace_id and m.email = any (p_emails);
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('lead_import_merge', v_rows);
    delete from public.webhook_logs w where w.workspace_id = p_workspace_id and w.payload::text ~* v_pattern;
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('webhook_logs', v_rows);
    -- Sends of a lead that had an address before get the one that it has now, so that nobody gets a campaign twice. No index has the
    -- address: all sends of the workspace are read once, and found by their lead from then on. The application may have written it in any
    -- way.
    for v_table in
        select t from public.tables_of_leads() t
        join pg_attribute a on a.attrelid = t and a.attname = 'email' and not a.attisdropped
        join pg_type y on y.oid = a.atttypid and y.typcategory = 'S'
        order by t
    loop
        v_rows := 0;
        execute format('select array_agg(distinct s.lead_id) from %s s
                        where s.workspace_id = $1 and public.address_of(s.email) = any ($2)', v_table)
        into v_found using p_workspace_id, p_emails;
        if v_found is not null then
            execute format(
                'update %s s set email = l.email from public.leads l
                 where s.workspace_id = $1 and s.lead_id = any ($3) and public.address_of(s.email) = any ($2)
                   and l.workspace_id = $1 and l.id = s.lead_id and l.email <> all ($2)', v_table)
            using p_workspace_id, p_emails, v_found;
            get diagnostics v_rows = row_count;
            execute format(
                'delete from %s s
                 where s.workspace_id = $1 and s.lead_id = any ($3) and public.address_of(s.email) = any ($2)
                   and not exists (select 1 from public.leads l where l.workspace_id = $1 and l.id = s.lead_id)', v_table)
            using p_workspace_id, p_emails, v_found;
            get diagnostics v_gone = row_count;
            v_rows := v_rows + v_gone;
            v_leads := v_leads || v_found;
        end if;
        v_counts := v_counts || jsonb_build_object(v_table || ' of others', v_rows);
    end loop;
    -- Whatever else is held of those leads says the address: what a mail server answered, or what was noted.
    for v_table, v_sets, v_finds in
        select t,
            string_agg(format('%1$I = regexp_replace(s.%1$I::text, $2, ''[erased]'', ''gi'')::%2$s', a.attname,
                              format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum),
            string_agg(format('s.%I::text ~* $2', a.attname), ' or ' order by a.attnum)
        from public.tables_of_leads() t
        join pg_attribute a on a.attrelid = t and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attname <> 'email'
        join pg_type y on y.oid = a.atttypid
            and (y.typcategory = 'S' and a.atttypid <> 'name'::regtype or a.atttypid in ('json'::regtype, 'jsonb'::regtype))
        where v_leads <> '{}'
        group by t
        order by t
    loop
        execute format('update %s s set %s where s.workspace_id = $1 and s.lead_id = any ($3) and (%s)', v_table, v_sets, v_finds)
        using p_workspace_id, v_pattern, v_leads;
        get diagnostics v_rows = row_count;
        v_counts := v_counts || jsonb_build_object(
            v_table || ' of others', greatest(v_rows, (v_counts ->> (v_table || ' of others'))::bigint));
    end loop;
    -- What is said and what happened stays, without the address.
    update public.lead_segments g
    set conditions = regexp_replace(g.conditions::text, v_pattern, '[erased]', 'gi')::jsonb
    where g.workspace_id = p_workspace_id and g.conditions::text ~* v_pattern;
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('lead_segments', v_rows);
    update public.automation_flows f
    set definition = regexp_replace(f.definition::text, v_pattern, '[erased]', 'gi')::jsonb
    where f.workspace_id = p_workspace_id and f.definition::text ~* v_pattern;
    get diagnostics v_rows = row_count;
    v_counts := v_counts || jsonb_build_object('automation_flows', v_rows);
    update public.audit_logs a
    set details = regexp_replace(a.details::text, v_pattern, '[erased]', 'gi')::jsonb,
        actor = regexp_replace(a.actor, v_pattern, '[erased]', 'gi')
    where a.workspace_id = p_workspace_id and (a.details::text ~* v_pattern or a.actor ~* v_pattern);
    get diagnostics v_rows = row_count;
    -- Before migration 020 a long text was cut in the middle of a word.
    update public.audit_logs a
    set details = regexp_replace(a.details::text, v_cut, '[erased]', 'gi')::jsonb
    where a.workspace_id = p_workspace_id and a.details::text like '%..."%' and a.details::text ~* v_cut;
    get diagnostics v_gone = row_count;
    v_counts := v_counts || jsonb_build_object('audit_logs', v_rows + v_gone);
    -- What others asked for stays as proof, without the address.
    update public.erasures e
    set reason = regexp_replace(e.reason, v_pattern, '[erased]', 'gi'), actor = regexp_replace(e.actor, v_pattern, '[erased]', 'gi')
    where e.workspace_id = p_workspace_id and (e.reason ~* v_pattern or e.actor ~* v_pattern);
    get diagnostics v_rows = row_count;
    return v_counts || jsonb_build_object('erasures', v_rows);
end;
$$;

comment on function erase_address_traces(bigint, text[]) is 'A step of erase_lead and erase_address: imports, webhook logs, segments, '
    'sends of a lead that had one of the addresses before, the audit log, and proofs of other erasures.';

alter function erase_address_traces(bigint, text[]) owner to lh_owner;
revoke all on function erase_address_traces(bigint, text[]) from public;
