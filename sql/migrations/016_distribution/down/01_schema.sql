-- As 015 leaves it. A trigger that tells its table by an argument stays: it tells the same without one.

-- step: sends_follow_the_address
drop trigger if exists follow_address on leads;
drop function if exists follow_address();

-- step: open_sends
create or replace function campaign_has_open_sends(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
    select exists (select from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending')
        or exists (select from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'claimed')
$$;

-- step: import_rounds
delete from lead_import_merge where email is null or source is null or tags is null or custom_fields is null;
alter table lead_import_merge
    alter column email set not null,
    alter column source set not null,
    alter column tags set not null,
    alter column custom_fields set not null,
    drop column if exists warning;

-- step: import_staging_guard
drop trigger if exists guard_staging on lead_import_rows;
create trigger guard_staging before insert on lead_import_rows
    for each row when (current_setting('loadharness.staging', true) is distinct from new.workspace_id || ':' || new.import_id)
    execute function guard_staging();

-- step: staging_key
revoke insert (workspace_id) on lead_import_rows from lh_app;
create index if not exists lead_import_rows_import_id_idx on lead_import_rows (import_id);
alter table lead_import_rows drop constraint if exists lead_import_rows_pkey;
alter table lead_import_rows alter column row_number set not null;

-- step: audit_key_index
-- no-transaction
create unique index concurrently if not exists audit_logs_id_idx on audit_logs (id);

-- step: audit_key
alter table audit_logs drop constraint audit_logs_pkey;
alter table audit_logs add constraint audit_logs_pkey primary key using index audit_logs_id_idx;

-- step: audit_workspace
alter table audit_logs alter column workspace_id drop not null, alter column workspace_id drop default;
update audit_logs set workspace_id = null where workspace_id = 0;
comment on column audit_logs.workspace_id is null;

-- step: audit_lead_deletions
drop trigger if exists audit_lead_deletion_rows on leads;
drop trigger if exists audit_lead_deletions on leads;
create or replace function audit_lead_deletion() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.audit_write(d.workspace_id, 'delete', 'leads', null,
        jsonb_build_object('leads', d.leads, 'ids', d.ids))
    from (select workspace_id, count(*) as leads, to_jsonb((array_agg(id order by id))[1:100]) as ids
          from deleted group by workspace_id) d;
    return null;
end;
$$;
create trigger audit_lead_deletions after delete on leads
    referencing old table as deleted for each statement execute function audit_lead_deletion();
drop function if exists note_lead_deletion();
drop table if exists lead_deletions;

-- step: audit_functions
create or replace function audit_write(p_workspace_id bigint, p_action text, p_entity text, p_entity_id text, p_details jsonb) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    insert into public.audit_logs (workspace_id, actor, login, action, entity, entity_id, details, created_at)
    values (p_workspace_id, public.audit_actor(), session_user, p_action, p_entity, p_entity_id, coalesce(p_details, '{}'),
        clock_timestamp())
$$;

-- step: members
create policy members on users
    using (exists (select from workspace_members m
                   where m.user_id = users.id
                     and m.workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint)))
    with check (exists (select from workspace_members m
                        where m.user_id = users.id
                          and m.workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::bigint)));
grant select on users to lh_app, lh_readonly;

-- step: policies
-- no-transaction
-- By what the way up wrote: a policy of that name on somebody's own table says something else.
do $$
declare
    v_policy record;
    v_rule text;
begin
    for v_policy in
        select c.oid::regclass as relation, p.polname as name, p.polwithcheck is not null as checked,
               case when c.relname = 'workspaces' then 'id' else 'workspace_id' end as workspace
        from pg_policy p
        join pg_class c on c.oid = p.polrelid and c.relnamespace = 'public'::regnamespace
        where p.polname = 'tenant' and pg_get_expr(p.polqual, p.polrelid) ~ '^\(\w+ = (public\.)?tenant_workspace\(\)\)$'
        order by c.oid
    loop
        v_rule := format($sql$%I = (select nullif(current_setting('app.workspace_id', true), '')::bigint)$sql$, v_policy.workspace);
        perform set_config('lock_timeout', '250ms', true);
        execute format('alter policy %I on %s using (%s)%s', v_policy.name, v_policy.relation, v_rule,
                       case when v_policy.checked then format(' with check (%s)', v_rule) end);
        commit;
    end loop;
end
$$;

-- step: policy_function
drop function if exists tenant_workspace();
