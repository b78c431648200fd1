-- Workspaces, their members and users. Every change leaves an audit row, by the triggers or by itself.

create or replace function require_text(p_what text, p_value text, p_longest int) returns text
language plpgsql immutable set search_path = pg_catalog, public, pg_temp as $$
begin
    if p_value is null or btrim(p_value) = '' or length(p_value) > p_longest or p_value ~ '[[:cntrl:]]' then
        raise exception '% has 1 to % characters, none of them a control character', p_what, p_longest using errcode = 'LH004';
    end if;
    return btrim(p_value);
end;
$$;

create or replace function require_role(p_role text) returns text
language plpgsql immutable set search_path = pg_catalog, public, pg_temp as $$
begin
    if p_role is null or p_role not in ('owner', 'admin', 'member') then
        raise exception 'a member is owner, admin or member, not "%"', left(coalesce(p_role, 'null'), 60) using errcode = 'LH004';
    end if;
    return p_role;
end;
$$;

create or replace function require_user_email(p_email text) returns text
language plpgsql immutable set search_path = pg_catalog, public, pg_temp as $$
declare
    v_email text := lower(public.require_text('the e-mail of a user', p_email, 254));
begin
    if v_email !~ '^[^@[:space:]]+@[^@[:space:]]+$' then
        raise exception 'the e-mail of a user is malformed' using errcode = 'LH004', hint = 'Pass one address, such as joe@example.com.';
    end if;
    return v_email;
end;
$$;

create or replace function user_of(p_email text, p_name text) returns bigint
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
declare
    v_email text := public.require_user_email(p_email);
    v_name text := public.require_text('the name of a user', p_name, 300);
    v_id bigint;
begin
    -- Held until it is a member: nobody deletes it meanwhile as a user without a workspace.
    select u.id into v_id from public.users u where lower(u.email) = v_email for key share;
    if v_id is null then
        insert into public.users (email, name) values (v_email, v_name) on conflict do nothing returning id into v_id;
        if v_id is null then
            select u.id into v_id from public.users u where lower(u.email) = v_email;
        end if;
    end if;
    return v_id;
end;
$$;

create or replace function create_workspace(p_name text, p_owner_email text, p_owner_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_user bigint := public.user_of(p_owner_email, p_owner_name);
    v_id bigint;
begin
    insert into public.workspaces (name) values (public.require_text('the name of a workspace', p_name, 300)) returning id into v_id;
    perform public.audit_write(v_id, 'insert', 'workspaces', v_id::text, jsonb_build_object('owner', v_user));
    insert into public.workspace_members (workspace_id, user_id, role) values (v_id, v_user, 'owner');
    return v_id;
end;
$$;

create or replace function add_member(p_workspace_id bigint, p_email text, p_name text, p_role text default 'member') returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_user bigint;
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_role(p_role);
    v_user := public.user_of(p_email, p_name);
    insert into public.workspace_members (workspace_id, user_id, role) values (p_workspace_id, v_user, p_role)
    on conflict (workspace_id, user_id) do nothing;
    return v_user;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end;
$$;

-- Users are everybody's: who is in a workspace is told by this alone.
create or replace function workspace_users() returns table (id bigint, email text, name text, role text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspace_id constant bigint := public.session_workspace();
begin
    return query
    select u.id, u.email, u.name, m.role
    from public.workspace_members m
    join public.users u on u.id = m.user_id
    where m.workspace_id = v_workspace_id
    order by u.id;
end;
$$;

create or replace function require_another_owner(p_workspace_id bigint, p_user_id bigint) returns void
language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
    -- Two owners that remove each other at once wait here.
    perform 1 from public.workspaces w where w.id = p_workspace_id for no key update;
    if exists (select 1 from public.workspace_members m
               where m.workspace_id = p_workspace_id and m.user_id = p_user_id and m.role = 'owner')
       and not exists (select 1 from public.workspace_members m where m.workspace_id = p_workspace_id and m.user_id <> p_user_id
           and m.role = 'owner') then
        raise exception 'user % is the last owner of workspace %', p_user_id, p_workspace_id using errcode = 'LH004',
            hint = 'Make somebody else an owner first.';
    end if;
end;
$$;

create or replace function change_member_role(p_workspace_id bigint, p_user_id bigint, p_role text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_role(p_role);
    if p_role <> 'owner' then
        perform public.require_another_owner(p_workspace_id, p_user_id);
    end if;
    update public.workspace_members m set role = p_role
    where m.workspace_id = p_workspace_id and m.user_id = p_user_id and m.role <> p_role;
    return found;
end;
$$;

-- A user of other workspaces too is theirs as well: nobody renames that one from here.
create or replace function change_user(p_workspace_id bigint, p_user_id bigint, p_name text, p_email text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_name text := public.require_text('the name of a user', p_name, 300);
    v_email text := public.require_user_email(p_email);
begin
    perform public.require_workspace(p_workspace_id);
    -- Of a cluster: one session a node, for all workspaces are asked about users, whom each node has.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    if exists (select 1 from public.workspace_members m where m.workspace_id = p_workspace_id and m.user_id = p_user_id)
       and not exists (select 1 from public.workspace_members m where m.workspace_id <> p_workspace_id and m.user_id = p_user_id) then
        update public.users u set name = v_name, email = v_email where u.id = p_user_id;
        return found;
    end if;
    return false;
exception
    when unique_violation then
        raise exception 'another user has this e-mail' using errcode = 'LH004';
end;
$$;

create or replace function remove_member(p_workspace_id bigint, p_user_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    -- As in change_user.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    perform public.require_another_owner(p_workspace_id, p_user_id);
    delete from public.workspace_members m where m.workspace_id = p_workspace_id and m.user_id = p_user_id;
    if not found then
        return false;
    end if;
    if not exists (select 1 from public.workspace_members m where m.user_id = p_user_id) then
        begin
            delete from public.users u where u.id = p_user_id;
        exception
            when foreign_key_violation then null; -- A member of another workspace since.
        end;
    end if;
    return true;
end;
$$;

comment on function require_text(text, text, int) is 'The text, trimmed; LH004 when it is empty, too long or holds control characters.';
comment on function require_role(text) is 'The role of a member; LH004 when there is none of that name.';
comment on function require_user_email(text) is 'The e-mail of a user in lower case; LH004 when it is malformed.';
comment on function user_of(text, text) is 'The user with an e-mail, made when there is none.';
comment on function workspace_users() is 'The users of the session''s workspace with their role. LH001 when it has none.';
comment on function require_another_owner(bigint, bigint) is 'Refuses (LH004) to leave a workspace without an owner.';
comment on function create_workspace(text, text, text) is 'Makes a workspace and its owner, and returns its id. Refuses bad values '
    '(LH004).';
comment on function add_member(bigint, text, text, text) is 'Adds a member, and the user when there is none with this e-mail; returns '
    'the user''s id. Refuses another workspace (LH001) and bad values (LH004).';
comment on function change_member_role(bigint, bigint, text)
    is 'Changes a member''s role; false when nothing changed. Refuses the last owner (LH004).';
comment on function change_user(bigint, bigint, text, text) is 'Changes a member''s name and e-mail; false when the user is no member '
    'here, or one elsewhere too.';
comment on function remove_member(bigint, bigint) is 'Removes a member, and the user who is in no other workspace; false when there is '
    'none. Refuses the last owner (LH004).';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'require_text', 'require_role', 'require_user_email', 'user_of', 'require_another_owner', 'workspace_users',
            'create_workspace', 'add_member',
                'change_member_role', 'change_user',
            'remove_member'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function workspace_users() to lh_app, lh_readonly;
    grant execute on function create_workspace(text, text, text), add_member(bigint, text, text, text),
        change_member_role(bigint, bigint, text),
        change_user(bigint, bigint, text, text), remove_member(bigint, bigint) to lh_app;
end;
$$;
