-- What callers hand in: the session's workspace, and JSON that nobody has looked at.

create or replace function session_workspace() returns bigint
language plpgsql stable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_setting text := current_setting('app.workspace_id', true);
begin
    if v_setting is null or v_setting !~ '^[0-9]{1,18}$' then
        raise exception 'the session has no workspace' using errcode = 'LH001',
            hint = 'Run set_config(''app.workspace_id'', <id>, true) in the same transaction.';
    end if;
    return v_setting::bigint;
end
$$;
comment on function session_workspace() is 'The workspace in the session setting app.workspace_id; LH001 when there is none.';

-- A cast to jsonb fails inside PostgreSQL, before any function is entered, with a state of its own for each way of being wrong.
create or replace function parse_json(p_json text) returns jsonb
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    return p_json::jsonb;
exception
    when statement_too_complex then
        raise exception 'the JSON is nested too deep' using errcode = 'LH009', hint = 'A thousand levels are safe.';
    when data_exception or program_limit_exceeded then
        raise exception 'the text is no JSON: %', left(sqlerrm, 200) using errcode = 'LH009';
end
$$;
comment on function parse_json(text) is
    'A text that nobody has looked at as jsonb; null stays null. LH009 for what is malformed, nested too deep or too large.';

create or replace function longest_text(p_texts text[]) returns int
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
    select max(length(t)) from unnest(p_texts) as t
$$;
comment on function longest_text(text[]) is 'The length of the longest text of a list, in characters.';

create or replace function source_reject_reason(p_source text) returns text
language sql immutable parallel safe
as $$
    -- It is part of the key of lead_analytics: one that is too long would stop every refresh.
    select case when length(p_source) > 100 then 'the source is longer than 100 characters' end
$$;
comment on function source_reject_reason(text) is 'Why a lead cannot have this source, as a clause; null when it can.';

alter function session_workspace() owner to lh_owner;
alter function parse_json(text) owner to lh_owner;
alter function longest_text(text[]) owner to lh_owner;
alter function source_reject_reason(text) owner to lh_owner;
revoke execute on function session_workspace(), parse_json(text), longest_text(text[]), source_reject_reason(text) from public;
grant execute on function session_workspace(), parse_json(text) to lh_app, lh_readonly, lh_worker;
