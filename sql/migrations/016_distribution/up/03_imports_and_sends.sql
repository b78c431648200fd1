-- Staging has a key, and functions are such that a cluster plans them.

-- step: staged_row_numbers
-- Of rows with one number, which nobody should have sent, the later ones get numbers behind all others.
update lead_import_rows r set row_number = d.next_number
from (
    select ctid as place, row_number() over (partition by workspace_id, import_id, row_number order by ctid) as copy,
           max(row_number) over (partition by workspace_id, import_id)
           + row_number() over (partition by workspace_id, import_id order by ctid) as next_number
    from lead_import_rows) as d
where d.place = r.ctid and d.copy > 1;

-- step: staging_key
-- A key in the place of the index on import_id: rows without one cannot be moved to another node.
alter table lead_import_rows add constraint lead_import_rows_pkey primary key (workspace_id, import_id, row_number);
drop index lead_import_rows_import_id_idx;
-- The node of a row is found by its workspace, which COPY therefore writes; guard_staging lets nobody write another's.
grant insert (workspace_id) on lead_import_rows to lh_app;

-- step: import_staging_guard
create or replace function guard_staging() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_status text;
    v_session text := current_setting('app.workspace_id', true);
begin
    if new.workspace_id is null then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    elsif new.workspace_id::text is distinct from v_session
          and not pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user), 'lh_owner', 'member') then
        raise exception 'workspace % is not the session''s workspace', new.workspace_id using errcode = 'LH001',
            hint = 'Rows are staged for the session''s own workspace only.';
    end if;
    -- Held until the rows are committed: the import is not prepared without them.
    select i.status into v_status from lead_imports i where i.workspace_id = new.workspace_id and i.id = new.import_id for key share;
    if not found or v_status not in ('receiving', 'merging') or exists (
        select 1 from lead_import_chunks c where c.workspace_id = new.workspace_id and c.import_id = new.import_id) then
        raise exception 'workspace % has no import % that takes rows', new.workspace_id, new.import_id using errcode = 'LH004',
            hint = 'It was never begun, is being merged, or has ended: begin another with begin_lead_import.';
    end if;
    perform set_config('loadharness.staging', new.workspace_id || ':' || new.import_id, true);
    return new;
end
$$;
-- Asked once a transaction and import, and for each row of another workspace than the session's.
drop trigger guard_staging on lead_import_rows;
create trigger guard_staging before insert on lead_import_rows
    for each row when (new.workspace_id::text is distinct from current_setting('app.workspace_id', true)
        or current_setting('loadharness.staging', true) is distinct from new.workspace_id || ':' || new.import_id)
    execute function guard_staging();

-- step: import_rounds
-- Refused rows pass through it as well, in round 0.
alter table lead_import_merge
    alter column email drop not null, alter column source drop not null, alter column tags drop not null,
    alter column custom_fields drop not null, add column warning text;

-- step: open_sends
-- In plpgsql and with a column: a cluster plans neither parameters of SQL functions nor subqueries without columns.
create or replace function campaign_has_open_sends(p_workspace_id bigint, p_campaign_id bigint) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    return exists (select 1 from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'pending')
        or exists (select 1 from email_sends s
                   where s.workspace_id = p_workspace_id and s.campaign_id = p_campaign_id and s.status = 'claimed');
end
$$;

-- step: sends_follow_the_address
-- A mail goes to the address that the lead has when it is handed out: the old one may be somebody else's by then. A claimed send follows
-- too, for it may be given back.
create function follow_address() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    -- Nobody is waited for: who holds a send may want this lead next (the foreign key of an activity), which would be a deadlock. Such a
    -- send is being handed out or marked now, so its mail is out or about to be.
    -- Found by the lead: with the bare status the planner may take the index of all sends of the workspace that wait.
    update email_sends s set email = new.email
    from (select p.id, p.created_at from email_sends p
          where p.workspace_id = new.workspace_id and p.lead_id = new.id and p.status || '' in ('pending', 'claimed')
            and p.email = old.email
          for update skip locked) as w
    where s.workspace_id = new.workspace_id and s.id = w.id and s.created_at = w.created_at;
    return null;
end
$$;
alter function follow_address() owner to lh_owner;
revoke all on function follow_address() from public;
comment on function follow_address() is 'Gives the sends of a lead that wait or are claimed the address that it has now.';
create trigger follow_address after update of email on leads
    for each row when (old.email is distinct from new.email) execute function follow_address();
