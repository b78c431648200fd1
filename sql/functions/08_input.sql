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

-- json holds what jsonb refuses (\u0000, numbers of a million digits), so a list of which some elements are such is taken apart first.
create or replace function readable_elements(p_json text) returns jsonb
language plpgsql immutable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_element json;
    v_readable jsonb[] := '{}';
    v_reason text;
    v_email text;
begin
    for v_element in select value from json_array_elements(p_json::json) loop
        begin
            v_readable := v_readable || v_element::jsonb;
        exception
            when data_exception or program_limit_exceeded then
                v_reason := left(sqlerrm, 200);
                begin
                    -- Reading one text reads them all: without what cannot be read.
                    v_email := left(regexp_replace(v_element::text, '\\u(0000|[dD][89a-fA-F]..)', '', 'g')::json ->> 'email', 300);
                exception
                    when data_exception then v_email := null;
                end;
                v_readable := v_readable || jsonb_build_object('email', v_email, 'unreadable', v_reason);
        end;
    end loop;
    return to_jsonb(v_readable);
end
$$;
comment on function readable_elements(text) is
    'A JSON array of which jsonb refuses some elements: these become {email, unreadable: reason}, so that the others count. A step of '
    'parse_json.';

-- A cast to jsonb fails inside PostgreSQL, before any function is entered, with a state of its own for each way of being wrong.
create or replace function parse_json(p_json text) returns jsonb
language plpgsql immutable security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    v_reason text;
begin
    begin
        return p_json::jsonb;
    exception
        when data_exception or program_limit_exceeded then
            v_reason := left(sqlerrm, 200);
            if p_json !~ '^\s*\[' then
                raise;
            end if;
    end;
    return readable_elements(p_json);
exception
    when statement_too_complex then
        raise exception 'the JSON is nested too deep' using errcode = 'LH009', hint = 'A thousand levels are safe.';
    when data_exception or program_limit_exceeded then
        raise exception 'the text is no JSON: %', coalesce(v_reason, left(sqlerrm, 200)) using errcode = 'LH009';
end
$$;
comment on function parse_json(text) is
    'A text that nobody has looked at as jsonb; null stays null. LH009 for what is malformed, nested too deep or too large. Of an array, '
    'an element that jsonb cannot hold (\u0000, 1e200000) becomes {email, unreadable: reason}: a bulk function reports it and keeps the '
    'others.';

create or replace function cell(p_text text) returns text
language sql immutable parallel safe
return nullif(btrim(p_text, U&' \0009\000A\000B\000C\000D\0085\00A0\200B\FEFF'), '');
comment on function cell(text) is 'A cell of a file without the blanks around it; null when nothing is left.';

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

-- Addresses: one form, whatever spelling comes in. address_is_normal (migration 013) says what that form is.

create or replace function punycode(p_label text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
-- RFC 3492, section 6.3; the constants are its section 5.
declare
    v_points int[] := array(select ascii(c) from regexp_split_to_table(p_label, '') with ordinality as t (c, n) order by n);
    v_ascii text := regexp_replace(p_label, '[^\x01-\x7f]', '', 'g');
    v_digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
    v_result text := case when v_ascii = '' then '' else v_ascii || '-' end;
    v_done int := length(v_ascii);
    v_next int := 128;
    v_delta int := 0;
    v_bias int := 72;
    v_smallest int;
    v_point int;
    v_rest int;
    v_limit int;
    v_step int;
begin
    while v_done < cardinality(v_points) loop
        select min(p) into v_smallest from unnest(v_points) as p where p >= v_next;
        v_delta := v_delta + (v_smallest - v_next) * (v_done + 1);
        v_next := v_smallest;
        foreach v_point in array v_points loop
            v_delta := v_delta + (v_point < v_next)::int;
            continue when v_point <> v_next;
            v_rest := v_delta;
            v_step := 36;
            loop
                v_limit := greatest(1, least(26, v_step - v_bias));
                exit when v_rest < v_limit;
                v_result := v_result || substr(v_digits, v_limit + (v_rest - v_limit) % (36 - v_limit) + 1, 1);
                v_rest := (v_rest - v_limit) / (36 - v_limit);
                v_step := v_step + 36;
            end loop;
            v_result := v_result || substr(v_digits, v_rest + 1, 1);
            v_delta := case when v_done = length(v_ascii) then v_delta / 700 else v_delta / 2 end;
            v_delta := v_delta + v_delta / (v_done + 1);
            v_step := 0;
            while v_delta > 455 loop
                v_delta := v_delta / 35;
                v_step := v_step + 36;
            end loop;
            v_bias := v_step + 36 * v_delta / (v_delta + 38);
            v_delta := 0;
            v_done := v_done + 1;
        end loop;
        v_delta := v_delta + 1;
        v_next := v_next + 1;
    end loop;
    return v_result;
end
$$;
comment on function punycode(text) is 'A label of a domain in the letters of ASCII (RFC 3492), without its xn--.';

create or replace function ascii_domain(p_domain text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    -- NFKC and the full stops of other scripts as IDNA has them; longer than a domain may be, it is refused as it is.
    if length(p_domain) > 253 then
        return p_domain;
    end if;
    return (
        select string_agg(case when label ~ '^[\x01-\x7f]*$' collate "C" then label else 'xn--' || punycode(label) end, '.' order by n)
        from regexp_split_to_table(
                 normalize(lower(normalize(translate(p_domain, U&'\3002\FF0E\FF61', '...'), nfkc) collate address_case), nfkc), '\.')
             with ordinality as l (label, n));
end
$$;
comment on function ascii_domain(text) is 'A domain in its xn-- form and lower case, which mail servers and other systems know it by.';

create or replace function normalised_address(p_email text) returns text
language plpgsql immutable parallel safe security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    c_invisible constant text := '[\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160\u17B4\u17B5\u180B-\u180F'
        '\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F'
        '\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]+';
    c_blank constant text := '[\u0001-\u0020\u007F-\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+';
    v_email text := p_email;
    v_at int;
begin
    if length(v_email) > 1000 then
        return v_email;
    end if;
    v_email := regexp_replace(v_email collate "C", c_invisible, '', 'g');
    -- Inside, a control character is dropped as an invisible one is; a space is left, for the rule to refuse.
    v_email := regexp_replace(v_email collate "C", '^' || c_blank || '|' || c_blank || '$', '', 'g');
    v_email := regexp_replace(v_email collate "C", '[\u0001-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]+', '', 'g');
    v_email := normalize(lower(normalize(v_email, nfc) collate address_case), nfc);
    v_at := length(v_email) - strpos(reverse(v_email), '@') + 1;
    if strpos(v_email, '@') = 0 then
        return v_email;
    end if;
    return left(v_email, v_at) || regexp_replace(ascii_domain(substr(v_email, v_at + 1)), '\.$', '');
end
$$;
comment on function normalised_address(text) is
    'An address in the form that leads have: without spaces around it and invisible characters, NFC, lower case, its domain as xn--. '
    'What is no address stays none: address_is_normal decides.';

create or replace function address_of(p_text text) returns text
language sql immutable parallel safe
-- Plain ASCII is nearly all there is, and costs a twentieth.
return case when p_text ~ ('^[!-~]*[!-,/-~]$' collate pg_catalog."C") then lower(p_text collate pg_catalog."C") collate pg_catalog."default"
            else public.normalised_address(p_text) end;
comment on function address_of(text) is 'normalised_address, for many rows.';

create or replace function address_reject_reason(p_email text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    return case
        when p_email is null or p_email = '' then 'the e-mail is missing'
        when octet_length(p_email) > 254 then 'the e-mail is longer than 254 bytes'
        when octet_length(split_part(p_email, '@', 1)) > 64 then 'the part of the e-mail before the @ is longer than 64 bytes'
        when p_email ~ '@.*[^.]{64}' then 'a part of the e-mail''s domain is longer than 63 characters'
        when address_is_normal(p_email) is not true then 'the e-mail is malformed'
    end;
end
$$;
comment on function address_reject_reason(text) is 'Why an address, in its normal form, is none, as a clause; null when it is one.';

alter function session_workspace() owner to lh_owner;
alter function parse_json(text) owner to lh_owner;
alter function readable_elements(text) owner to lh_owner;
alter function cell(text) owner to lh_owner;
alter function longest_text(text[]) owner to lh_owner;
alter function source_reject_reason(text) owner to lh_owner;
alter function punycode(text) owner to lh_owner;
alter function ascii_domain(text) owner to lh_owner;
alter function normalised_address(text) owner to lh_owner;
alter function address_of(text) owner to lh_owner;
alter function address_reject_reason(text) owner to lh_owner;
revoke execute on function
    session_workspace(),
    parse_json(text),
    readable_elements(text),
    cell(text),
    longest_text(text[]),
    source_reject_reason(text),
    punycode(text),
    ascii_domain(text),
    normalised_address(text),
    address_of(text),
    address_reject_reason(text)
from public;
grant execute on function session_workspace(), parse_json(text), normalised_address(text) to lh_app, lh_readonly, lh_worker;
