-- What a tenant may write: addresses in one form on every server.

-- step: encoding
do $$
begin
    if getdatabaseencoding() <> 'UTF8' then
        raise exception 'the database has the encoding %, not UTF8', getdatabaseencoding()
            using hint = 'Addresses and names of all languages need UTF8: dump the database, restore it into one made with "encoding '
                'UTF8 template template0", and migrate that.';
    end if;
end
$$;

-- step: address_case
-- Lower case must not depend on the server's locale: with lc_ctype C, JOSÉ@ and josé@ would be two leads, in Turkish I is no i.
do $$
declare
    v_definition text;
    v_works boolean;
begin
    foreach v_definition in array array['provider = builtin, locale = ''C.UTF-8''', 'provider = libc, locale = ''C.UTF-8''',
                                        'provider = libc, locale = ''en_US.UTF-8''', 'provider = icu, locale = ''und''']
    loop
        begin
            execute format('create collation public.address_case (%s)', v_definition);
            execute 'select lower(chr(201) || ''I'' collate public.address_case) = chr(233) || ''i''' into v_works;
            if v_works then
                return;
            end if;
            drop collation public.address_case;
        exception
            when others then null;
        end;
    end loop;
    raise exception 'the server has no collation that knows the lower case of all letters'
        using hint = 'Install the locale C.UTF-8 or en_US.UTF-8, or use PostgreSQL 17 or later, or one built with ICU.';
end
$$;

-- step: address_rule
-- The one rule for addresses: imports ask it, and the constraint on leads. It is here and not in sql/functions because a constraint needs
-- it.
-- Plain ASCII is nearly all there is; other letters (in the local part only: domains are in their xn-- form) must be NFC and in lower case.
create function address_is_normal(p_email text) returns boolean
language sql immutable parallel safe
return octet_length(p_email) <= 254
    and strpos(p_email, '@') <= 65
    -- No space, control or invisible character, nothing that would need quotes; no dot at an end or after another.
    and p_email ~ (
        '^(?:[^\u0001-\u0020"(),.:;<>@A-Z\[\]\\\u007F-\u00A0\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160'
        '\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFF'
        '\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]+(?:\.(?![.@]))?)+'
        '@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z][a-z0-9]*(?:-+[a-z0-9]+)*$' collate pg_catalog."C")
    and (octet_length(p_email) <= 65 or p_email !~ ('@.*[^.]{64}' collate pg_catalog."C"))
    and (octet_length(p_email) = length(p_email)
         or octet_length(split_part(p_email, '@', 1)) <= 64
            and p_email is nfc normalized
            and p_email = lower(p_email collate public.address_case));
comment on function address_is_normal(text) is
    'Whether an address is in the one form that leads have: lower case, NFC, no space or invisible character, domain in ASCII (xn--), '
    'local part of 64, label of 63 and address of 254 bytes at most.';

-- step: usual_times
-- A day at the edge of the calendar breaks pages, reports and partitions: infinity and years that no lead, campaign or send has are
-- refused.
create function is_usual_time(p_at timestamptz) returns boolean
language sql immutable parallel safe
return p_at >= '1970-01-01 00:00:00+00'::timestamptz and p_at < '2200-01-01 00:00:00+00'::timestamptz;
comment on function is_usual_time(timestamptz) is 'Whether a time lies in the years 1970 to 2199; null stays null.';
alter function address_is_normal(text) owner to lh_owner;
alter function is_usual_time(timestamptz) owner to lh_owner;
revoke all on function address_is_normal(text), is_usual_time(timestamptz) from public;
-- A constraint is checked with the rights of who writes.
grant execute on function address_is_normal(text), is_usual_time(timestamptz) to lh_app, lh_worker;

-- step: input_functions
-- Here already, so that the hints below can be followed.
-- include: functions/08_input.sql
