-- A person's rights: all that is held of a lead, as JSON.

create or replace function export_lead(p_workspace_id bigint, p_lead_id bigint) returns jsonb
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_lead public.leads;
    v_table regclass;
    v_rows jsonb;
    v_all jsonb;
    v_addresses text[];
    v_pattern text;
begin
    perform public.require_workspace(p_workspace_id);
    select l.* into v_lead from public.leads l where l.workspace_id = p_workspace_id and l.id = p_lead_id;
    if not found then
        raise exception 'workspace % has no lead %', p_workspace_id, coalesce(p_lead_id::text, 'null') using errcode = 'LH004';
    end if;
    v_addresses := public.addresses_of_lead(p_workspace_id, p_lead_id, v_lead.email);
    v_pattern := public.addresses_pattern(v_addresses);
    v_all := jsonb_build_object('lead', to_jsonb(v_lead), 'exported_at', clock_timestamp());
    for v_table in select t from public.tables_of_leads() t loop
        execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from %s t where workspace_id = $1 and lead_id = $2', v_table)
        into v_rows using p_workspace_id, p_lead_id;
        if v_rows <> '[]' then
            v_all := v_all || jsonb_build_object(v_table::text, v_rows);
        end if;
    end loop;
    v_all := v_all || jsonb_build_object(
        'suppressed_for', (select s.reason from public.suppressed_addresses s
            where s.workspace_id = p_workspace_id and s.email_hash = public.address_hash(p_workspace_id, v_lead.email)),
        'import_rejects', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from public.lead_import_rejects r
            where r.workspace_id = p_workspace_id and (public.normalised_address(r.email) = any (v_addresses) or r.email ~* v_pattern
                or r.reason ~* v_pattern)),
        'import_rows', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from public.lead_import_rows r
            where r.workspace_id = p_workspace_id
              and (public.normalised_address(r.email::text) = any (v_addresses) or r.email::text ~* v_pattern)),
        'webhook_logs', (select coalesce(jsonb_agg(to_jsonb(w)), '[]') from public.webhook_logs w
            where w.workspace_id = p_workspace_id and w.payload::text ~* v_pattern),
        'changes', (select coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'action', a.action, 'details', a.details)), '[]')
            from public.audit_logs a where a.workspace_id = p_workspace_id and a.entity = 'leads' and a.entity_id = p_lead_id::text));
    perform public.audit_write(p_workspace_id, 'export', 'leads', p_lead_id::text, '{}');
    return v_all;
end;
$$;

comment on function export_lead(bigint, bigint) is 'All that is held of a lead and of the addresses that it had '
    'before, as JSON by table. Refuses another workspace (LH001), '
    'an unknown lead (LH004), and tables of the team''s own whose rows lh_owner may not read (LH011).';

-- Who may call what.
alter function export_lead(bigint, bigint) owner to lh_owner;
revoke all on function export_lead(bigint, bigint) from public;
grant execute on function export_lead(bigint, bigint) to lh_app;
