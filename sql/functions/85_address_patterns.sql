-- Addresses in texts: an erasure and an export look for all the ways in which a person's address may be written there.

create or replace function unpunycode(p_label text) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
-- RFC 3492, section 6.2; the constants are its section 5.
declare
    v_digits constant text := 'abcdefghijklmnopqrstuvwxyz0123456789';
    v_at int := length(p_label) - strpos(reverse(p_label), '-') + 2;
    v_result text := '';
    v_point bigint := 128;
    v_place bigint := 0;
    v_before bigint;
    v_bias bigint := 72;
    v_weight bigint;
    v_step bigint;
    v_limit bigint;
    v_digit int;
begin
    if length(p_label) > 63 then
        return null;
    elsif strpos(p_label, '-') = 0 then
        v_at := 1;
    else
        v_result := left(p_label, v_at - 2);
    end if;
    while v_at <= length(p_label) loop
        v_before := v_place;
        v_weight := 1;
        v_step := 36;
        loop
            v_digit := strpos(v_digits, substr(p_label, v_at, 1)) - 1;
            if v_at > length(p_label) or v_digit < 0 then
                return null;
            end if;
            v_at := v_at + 1;
            v_place := v_place + v_digit * v_weight;
            -- The highest character, at the end of the longest label.
            if v_place > 1114112 * 64 then
                return null;
            end if;
            v_limit := greatest(1, least(26, v_step - v_bias));
            exit when v_digit < v_limit;
            v_weight := v_weight * (36 - v_limit);
            v_step := v_step + 36;
        end loop;
        v_weight := (v_place - v_before) / case when v_before = 0 then 700 else 2 end;
        v_weight := v_weight + v_weight / (length(v_result) + 1);
        v_step := 0;
        while v_weight > 455 loop
            v_weight := v_weight / 35;
            v_step := v_step + 36;
        end loop;
        v_bias := v_step + 36 * v_weight / (v_weight + 38);
        v_point := v_point + v_place / (length(v_result) + 1);
        v_place := v_place % (length(v_result) + 1);
        if v_point > 1114111 or v_point between 55296 and 57343 then
            return null;
        end if;
        v_result := left(v_result, v_place::int) || chr(v_point::int) || substr(v_result, v_place::int + 1);
        v_place := v_place + 1;
    end loop;
    return v_result;
end
$$;

create or replace function readable_address(p_email text) returns text
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp as $$
    select split_part(p_email, '@', 1) || '@' || string_agg(
        case when label like 'xn--%' then coalesce(public.unpunycode(substr(label, 5)), label) else label end, '.' order by n)
    from string_to_table(split_part(p_email, '@', 2), '.') with ordinality as l (label, n)
$$;

-- A letter with an accent may be two characters in a text.
create or replace function address_spellings(p_emails text[]) returns text[]
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp as $$
    select array_agg(distinct spelling)
    from unnest(p_emails) as email
    cross join lateral unnest(array[email, normalize(email, nfd), public.readable_address(email),
                                    normalize(public.readable_address(email), nfd)]) as spelling
    where spelling <> ''
$$;

-- joann@x.io, o'ann@x.io and ann@x.io.example are others' addresses. What comes before may be an escape of an URL or of JSON: that
-- of a separator, or of a quote that ends no name (%27, \u0027), but not of a letter or a plus. A backslash begins an escape.
create or replace function address_pattern(p_email text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
    select '(?:(?<![[:alnum:]._+\\-])(?<![[:alnum:]]'')'
        || '|(?<=(?:%|\\u00)(?:[01][0-9a-f]|2[0-689acf]|3[a-f]|5[b-d]|7[b-d])|\\[\\nrtbf]|(?:^|[^[:alnum:]])(?:%|\\u00)27))'
        || replace(replace(regexp_replace(p_email, '([^[:alnum:]@_])', '\\\1', 'g'), '@', '(?:@|%40)'), '\+', '(?:\+|%2b)')
        || '(?![[:alnum:]]|(?:[.-]|%2[de])[[:alnum:]])'
$$;

create or replace function addresses_pattern(p_emails text[]) returns text
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp as $$
    select string_agg(public.address_pattern(email), '|') from unnest(public.address_spellings(p_emails)) as email
$$;

create or replace function cut_addresses_pattern(p_emails text[]) returns text
language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on as $$
    select '(?:' || string_agg(public.address_pattern(left(email, n)), '|') || ')(?=\.\.\.")'
    from unnest(public.address_spellings(p_emails)) as email
    cross join lateral generate_series(position('@' in email), length(email) - 1) as n
$$;

comment on function unpunycode(text) is 'A label of a domain that punycode has written in ASCII, without its xn--; null when it is none.';
comment on function readable_address(text) is 'An address with its domain in the letters that people write: xn-- labels decoded.';
comment on function address_spellings(text[]) is 'Addresses in their normal form, each with the others in which a text may have it.';
comment on function address_pattern(text) is 'A regular expression for an address in a text, which is no part of a longer one.';
comment on function addresses_pattern(text[]) is 'address_pattern of any of several addresses, in all their spellings.';
comment on function cut_addresses_pattern(text[]) is 'The beginnings of addresses, from the @ on, at the end of a text that was cut.';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'unpunycode', 'readable_address', 'address_spellings', 'address_pattern', 'addresses_pattern', 'cut_addresses_pattern'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
end;
$$;
