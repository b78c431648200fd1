-- The merge of an import beside sessions that write the same leads.

-- An application that writes many leads in one transaction takes them in an order of its own. So nobody is waited for longer than 0.1 s:
-- all that is held is let go before it becomes a deadlock, and tried again. From the second time on the leads that are there are taken
-- first, so that little is undone.
create or replace function merge_lead_rows(p_workspace_id bigint, p_import_id bigint, p_first bigint, p_last bigint, p_update boolean,
    out imported bigint, out known bigint, out rejected bigint)
language plpgsql set search_path = pg_catalog, public, pg_temp set lock_timeout = '100ms'
as $$
declare
    c_attempts constant int := 30;
begin
    for attempt in 1..c_attempts loop
        begin
            if attempt = c_attempts then
                -- No deadlock lasts as long: somebody holds one of them for long, such as an import in one transaction.
                perform set_config('lock_timeout', '0', true);
            end if;
            if attempt > 1 then
                perform take_event_leads(p_workspace_id, array(
                    select l.id from lead_import_merge m
                    join leads l on l.workspace_id = p_workspace_id and l.email = m.email
                    where m.workspace_id = p_workspace_id and m.import_id = p_import_id
                      and m.merge_order between p_first and p_last), '{}');
            end if;
            select r.imported, r.known, r.rejected into imported, known, rejected
            from merge_rows_once(p_workspace_id, p_import_id, p_first, p_last, p_update) as r;
            return;
        exception
            when lock_not_available or deadlock_detected then
                if attempt = c_attempts then
                    raise;
                end if;
                perform pg_sleep(0.02 + random() * 0.2);
        end;
    end loop;
end
$$;
comment on function merge_lead_rows(bigint, bigint, bigint, bigint, boolean) is
    'A step of every import, for its owner alone. known: rows of leads that were there, changed or not. Rows that are rejected keep why '
    'as their reason.';

alter function merge_lead_rows(bigint, bigint, bigint, bigint, boolean) owner to lh_owner;
revoke execute on function merge_lead_rows(bigint, bigint, bigint, bigint, boolean) from public;
