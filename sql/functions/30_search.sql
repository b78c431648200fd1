-- Search (BF-6): newest first, keyset pages.
-- A term or filter that many leads match is found by walking the newest leads; one that few match, through the GIN indexes.
-- The walk is bounded by what the index would read; what it did not reach is fetched by index.

create or replace function page_cursor(p_created_at timestamptz, p_id bigint) returns text
language sql immutable parallel safe
as $$
    select (extract(epoch from p_created_at) * 1000000)::bigint || '.' || p_id
$$;
comment on function page_cursor(timestamptz, bigint) is 'The place after a row in a list, newest first: microseconds since 1970, a dot, '
    'the id.';

create or replace function parse_page_cursor(p_cursor text, out created_at timestamptz, out id bigint)
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    if p_cursor is null then
        created_at := 'infinity';
        id := 9223372036854775807;
        return;
    elsif p_cursor !~ '^-?[0-9]{1,17}\.-?[0-9]{1,19}$' or split_part(p_cursor, '.', 2)::numeric not between -9223372036854775808
        and 9223372036854775807 then
        raise exception 'the cursor is broken: %', left(p_cursor, 60) using errcode = 'LH005',
            hint = 'Pass the cursor of the last row of the page before, or null for the first page.';
    end if;
    created_at := timestamptz 'epoch'
        + (split_part(p_cursor, '.', 1)::bigint / 1000000) * interval '1 second'
        + (split_part(p_cursor, '.', 1)::bigint % 1000000) * interval '1 microsecond';
    id := split_part(p_cursor, '.', 2)::bigint;
end
$$;
comment on function parse_page_cursor(text) is 'The row before a page; null gives the place before the first row. LH005 for a broken '
    'cursor.';

create or replace function require_page_limit(p_limit int) returns void
language plpgsql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
begin
    if p_limit is null or p_limit < 1 or p_limit > 1000 then
        raise exception 'a page has 1 to 1000 rows, not %', coalesce(p_limit::text, 'null') using errcode = 'LH006';
    end if;
end
$$;
comment on function require_page_limit(int) is 'Raises LH006 unless the limit is between 1 and 1000.';

create or replace function like_escape(p_text text) returns text
language sql immutable parallel safe set standard_conforming_strings = on
as $$
    select replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_')
$$;
comment on function like_escape(text) is 'A text as a LIKE pattern that matches just it.';

create or replace function workspace_condition(p_workspace_id bigint) returns text
language plpgsql stable parallel safe set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- Below this share of all leads, the GIN indexes find a workspace's rows faster with the workspace in the index condition.
    c_large constant real := 0.25;
    v_share real;
begin
    select s.share into v_share
    from pg_stats p, unnest(p.most_common_vals::text::bigint[], p.most_common_freqs) as s (workspace_id, share)
    where p.schemaname = 'public' and p.tablename = 'leads' and p.attname = 'workspace_id' and s.workspace_id = p_workspace_id;
    -- The planner never combines two indexes that both use one condition, and both GIN indexes begin with the workspace. Compared
    -- with an int it is none of theirs, but still one of the B-trees': tags and custom fields then combine, twice as fast.
    if v_share >= c_large and p_workspace_id between 0 and 2147483647 then
        return format('workspace_id = %s::int', p_workspace_id);
    end if;
    return format('workspace_id = %s::bigint', p_workspace_id);
end
$$;
comment on function workspace_condition(bigint) is 'The condition on workspace_id as SQL, in the form that suits the workspace''s size.';

-- What the planner expects; volatile, because EXPLAIN is refused elsewhere. p_condition: as below.
create or replace function expected_plan(p_workspace_id bigint, p_condition text, out leads bigint, out cost double precision)
language plpgsql volatile set search_path = pg_catalog, public, pg_temp
as $$
declare
    v_plan json;
begin
    execute format('explain (format json) select 1 from leads where %s and %s', workspace_condition(p_workspace_id), p_condition)
    into v_plan;
    -- On a cluster, the plan of the node where the workspace lies.
    v_plan := coalesce(v_plan #> '{0,Plan,Distributed Query,Job,Tasks,0,Remote Plan,0,0,Plan}', v_plan #> '{0,Plan}');
    leads := v_plan ->> 'Plan Rows';
    cost := v_plan ->> 'Total Cost';
end
$$;
comment on function expected_plan(bigint, text) is
    'About how many leads meet a condition, and what it costs to read them, by the statistics.';

create or replace function expected_leads(p_workspace_id bigint, p_condition text) returns bigint
language sql volatile set search_path = pg_catalog, public, pg_temp
as $$
    select p.leads from expected_plan(p_workspace_id, p_condition) as p
$$;
comment on function expected_leads(bigint, text) is 'About how many leads meet a condition, by the statistics.';

create or replace function expected_cost(p_workspace_id bigint, p_condition text) returns double precision
language sql volatile set search_path = pg_catalog, public, pg_temp
as $$
    select p.cost from expected_plan(p_workspace_id, p_condition) as p
$$;
comment on function expected_cost(bigint, text) is 'What it costs to read the leads that meet a condition, in the planner''s units.';

-- p_condition is SQL that this schema's own functions made: never a caller's text. Nobody but the owner may call this.
create or replace function page_of_leads(p_workspace_id bigint, p_condition text, p_limit int, p_cursor text)
returns table (id bigint, email text, name text, company text, status text, source text, tags text[],
               created_at timestamptz, cursor text)
language plpgsql stable set search_path = pg_catalog, public, pg_temp set jit = off
-- An exact bitmap of some million leads, and no advice to a system that has the blocks in its cache.
set work_mem = '32MB' set effective_io_concurrency = 0
as $$
declare
    c_columns constant text := 'id, email, name, company, status, source, tags, created_at, page_cursor(created_at, id)';
    -- At 2M leads, a condition that one lead in 200 meets fills a page of 50 within 10,000.
    v_window int := 10000;
    v_walked bigint := 0;
    v_expected bigint;
    v_left int := p_limit;
    v_found bigint;
    v_after record := parse_page_cursor(p_cursor);
begin
    -- The index reads all that meet the condition, so it is asked once as many leads were walked. Before that, many matches
    -- of which the newest leads hold few, as after an import, are found by walking on, each time twice as far.
    loop
        return query execute format(
            'select %s from (
                 select * from leads
                 where workspace_id = $1 and (created_at, id) < ($2, $3)
                 order by created_at desc, id desc limit %s) as newest
             where %s
             order by created_at desc, id desc limit $4', c_columns, v_window, p_condition)
        using p_workspace_id, v_after.created_at, v_after.id, v_left;
        get diagnostics v_found = row_count;
        v_left := v_left - v_found;
        if v_left = 0 then
            return;
        end if;

        select l.created_at, l.id into v_after
        from leads l
        where l.workspace_id = p_workspace_id and (l.created_at, l.id) < (v_after.created_at, v_after.id)
        order by l.created_at desc, l.id desc offset v_window - 1 limit 1;
        if not found then
            return;
        end if;
        v_walked := v_walked + v_window;
        v_expected := coalesce(v_expected, expected_leads(p_workspace_id, p_condition));
        exit when v_walked >= v_expected;
        v_window := v_window * 2;
    end loop;
    -- Materialized: with the limit in sight the planner would walk on, hoping to fill the page soon.
    return query execute format(
        'with matches as materialized (
             select id, created_at from leads
             where %s and (created_at, id) < ($2, $3) and %s),
         page as (select id from matches order by created_at desc, id desc limit $4)
         select %s from leads where workspace_id = $1 and id in (select id from page)
         order by created_at desc, id desc', workspace_condition(p_workspace_id), p_condition, c_columns)
    using p_workspace_id, v_after.created_at, v_after.id, v_left;
end
$$;
comment on function page_of_leads(bigint, text, int, text) is 'One page of the leads that meet a condition, newest first; for search '
    'and segments.';

create or replace function search_condition(p_term text, p_status text, p_source text, p_tags text[]) returns text
language plpgsql immutable set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
declare
    -- As in leads_workspace_search_idx; a line feed keeps a match inside one column.
    c_text constant text := $sql$lower(email || E'\n' || coalesce(name, '') || E'\n' || coalesce(company, ''))$sql$;
    v_term text := like_escape(lower(btrim(p_term)));
    v_parts text[] := '{}';
begin
    if length(p_term) > 200 then
        raise exception 'a search term has at most 200 characters, not %', length(p_term) using errcode = 'LH004';
    elsif p_status not in ('active', 'unsubscribed', 'bounced', 'complained') then
        raise exception 'no lead has the status %', left(p_status, 60) using errcode = 'LH004';
    elsif cardinality(p_tags) > 50 or array_ndims(p_tags) > 1 or array_position(p_tags, null) is not null then
        raise exception 'a search takes a flat list of at most 50 tags, none of them null' using errcode = 'LH004';
    end if;
    if length(btrim(p_term)) >= 3 then
        v_parts := v_parts || format('%s like %L', c_text, '%' || v_term || '%');
    elsif v_term <> '' then
        -- Two characters make no trigram but at the start of a word: short terms look at the beginnings only.
        v_parts := v_parts || format('(%1$s like %2$L or %1$s like %3$L)', c_text, v_term || '%', '%' || chr(10) || v_term || '%');
    end if;
    if p_status is not null then
        v_parts := v_parts || format('status = %L', p_status);
    end if;
    if p_source is not null then
        v_parts := v_parts || format('source = %L', p_source);
    end if;
    if cardinality(p_tags) > 0 then
        v_parts := v_parts || format('tags @> %L::text[]', p_tags);
    end if;
    return coalesce(nullif(array_to_string(v_parts, ' and '), ''), 'true');
end
$$;
comment on function search_condition(text, text, text, text[]) is 'The condition of a search as SQL, every value quoted.';

create or replace function search_leads_optimized(p_workspace_id bigint, p_term text default null, p_status text default 'active',
    p_source text default null, p_tags text[] default null, p_limit int default 50, p_cursor text default null)
returns table (id bigint, email text, name text, company text, status text, source text, tags text[],
               created_at timestamptz, cursor text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set standard_conforming_strings = on
as $$
begin
    perform require_workspace(p_workspace_id);
    perform require_page_limit(p_limit);
    return query select * from page_of_leads(
        p_workspace_id, search_condition(p_term, p_status, p_source, p_tags), p_limit, p_cursor);
end
$$;
comment on function search_leads_optimized(bigint, text, text, text, text[], int, text) is
    'A page of leads, newest first (BF-6). p_term is looked for in e-mail, name and company, without case; a term of one or two '
    'characters at their beginnings. p_tags: all of them. A null filter filters nothing. p_cursor: the cursor of the last row before.';

-- Who may call what: the steps only their owner, through the functions that call them.
alter function page_cursor(timestamptz, bigint) owner to lh_owner;
alter function parse_page_cursor(text) owner to lh_owner;
alter function require_page_limit(int) owner to lh_owner;
alter function like_escape(text) owner to lh_owner;
alter function workspace_condition(bigint) owner to lh_owner;
alter function expected_plan(bigint, text) owner to lh_owner;
alter function expected_leads(bigint, text) owner to lh_owner;
alter function expected_cost(bigint, text) owner to lh_owner;
alter function page_of_leads(bigint, text, int, text) owner to lh_owner;
alter function search_condition(text, text, text, text[]) owner to lh_owner;
alter function search_leads_optimized(bigint, text, text, text, text[], int, text) owner to lh_owner;
revoke execute on function
    page_cursor(timestamptz, bigint),
    parse_page_cursor(text),
    require_page_limit(int),
    like_escape(text),
    workspace_condition(bigint),
    expected_plan(bigint, text),
    expected_leads(bigint, text),
    expected_cost(bigint, text),
    page_of_leads(bigint, text, int, text),
    search_condition(text, text, text, text[]),
    search_leads_optimized(bigint, text, text, text, text[], int, text)
from public;
grant execute on function
    search_leads_optimized(bigint, text, text, text, text[], int, text)
to lh_app, lh_readonly, lh_worker;
