-- What every function of a tenant asks first.

create or replace function require_workspace(p_workspace_id bigint) returns void
language plpgsql stable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_session text := current_setting('app.workspace_id', true);
begin
    if p_workspace_id is null then
        raise exception 'the workspace is missing' using errcode = 'LH001', hint = 'Pass p_workspace_id.';
    elsif v_session is null or v_session = '' then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    elsif v_session <> p_workspace_id::text then
        raise exception 'workspace % is not the session''s workspace', p_workspace_id using errcode = 'LH001',
            hint = 'A call may name its own session''s workspace only.';
    end if;
end
$$;
comment on function require_workspace(bigint) is
    'Raises LH001 unless the session setting app.workspace_id names this very workspace.';

alter function require_workspace(bigint) owner to lh_owner;
revoke execute on function require_workspace(bigint) from public;
grant execute on function require_workspace(bigint) to lh_app, lh_readonly, lh_worker;
