-- Workspaces, their members and users. Every change leaves an audit row, by the triggers or by itself.

-- Who is a member of another workspace is only invited: role 'invited member' and so on, until the user accepts. An invitation tells the
-- workspace nothing that it did not know, and takes no right from the workspaces of the user: a member alone counts for those.

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

-- Of a cluster: all workspaces are asked, so the caller has set citus.multi_shard_modify_mode before it wrote.
create or replace function is_member_elsewhere(p_workspace_id bigint, p_user_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
    return exists (
        select 1 from public.workspace_members m
        where m.user_id = p_user_id and m.workspace_id is distinct from p_workspace_id and m.role not like 'invited %');
end;
$$;

create or replace function is_member(p_workspace_id bigint, p_user_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
    return exists (
        select 1 from public.workspace_members m
        where m.workspace_id = p_workspace_id and m.user_id = p_user_id and m.role not like 'invited %');
end;
$$;

create or replace function create_workspace(p_name text, p_owner_email text, p_owner_name text) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_session text := coalesce(current_setting('app.workspace_id', true), '');
    v_own bigint := case when v_session <> '' then public.session_workspace() end;
    v_user bigint;
    v_id bigint;
begin
    -- As in change_user.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    v_user := public.user_of(p_owner_email, p_owner_name);
    if public.is_member_elsewhere(null, v_user) and not public.is_member(v_own, v_user) then
        raise exception 'another user has this e-mail' using errcode = 'LH004',
            hint = 'Who is a user already makes a workspace in a session of a workspace of their own.';
    end if;
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
    v_role text := p_role;
begin
    perform public.require_workspace(p_workspace_id);
    perform public.require_role(p_role);
    -- As in change_user.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    v_user := public.user_of(p_email, p_name);
    if public.is_member_elsewhere(p_workspace_id, v_user) then
        v_role := 'invited ' || p_role;
    end if;
    insert into public.workspace_members (workspace_id, user_id, role) values (p_workspace_id, v_user, v_role)
    on conflict (workspace_id, user_id) do nothing;
    return v_user;
exception
    when foreign_key_violation then
        raise exception 'workspace % does not exist', p_workspace_id using errcode = 'LH001';
end;
$$;

-- In a session of a workspace that has the user as a member: no workspace accepts for a user of others.
create or replace function accept_invitation(p_workspace_id bigint, p_user_id bigint, p_into_workspace_id bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    perform public.require_workspace(p_workspace_id);
    -- As in change_user.
    perform set_config('citus.multi_shard_modify_mode', 'sequential', true);
    if not public.is_member(p_workspace_id, p_user_id) then
        return false;
    end if;
    update public.workspace_members m set role = substr(m.role, length('invited ') + 1)
    where m.workspace_id = p_into_workspace_id and m.user_id = p_user_id and m.role like 'invited %';
    return found;
end;
$$;

-- Users are everybody's: who is in a workspace is told by this alone. Of who is invited it knows the address, which it has named itself.
create or replace function workspace_users() returns table (id bigint, email text, name text, role text)
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    v_workspace_id constant bigint := public.session_workspace();
begin
    return query
    select u.id, u.email, case when m.role not like 'invited %' then u.name end, m.role
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
    update public.workspace_members m set role = case when m.role like 'invited %' then 'invited ' else '' end || p_role
    where m.workspace_id = p_workspace_id and m.user_id = p_user_id and m.role not in (p_role, 'invited ' || p_role);
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
    if not public.is_member(p_workspace_id, p_user_id) or public.is_member_elsewhere(p_workspace_id, p_user_id) then
        return false;
    end if;
    -- Invitations went to the old address: who sent them does not learn the new one.
    if not exists (select 1 from public.users u where u.id = p_user_id and lower(u.email) = v_email) then
        delete from public.workspace_members m where m.user_id = p_user_id and m.role like 'invited %';
    end if;
    update public.users u set name = v_name, email = v_email where u.id = p_user_id;
    return found;
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
    -- A member of another workspace since, the user stays; an invitation that came meanwhile is seen by the second look.
    for look in 1..2 loop
        exit when public.is_member_elsewhere(null, p_user_id);
        begin
            delete from public.workspace_members m where m.user_id = p_user_id and m.role like 'invited %';
            delete from public.users u where u.id = p_user_id;
            exit;
        exception
            when foreign_key_violation then null;
        end;
    end loop;
    return true;
end;
$$;

comment on function require_text(text, text, int) is 'The text, trimmed; LH004 when it is empty, too long or holds control characters.';
comment on function require_role(text) is 'The role of a member; LH004 when there is none of that name.';
comment on function require_user_email(text) is 'The e-mail of a user in lower case; LH004 when it is malformed.';
comment on function user_of(text, text) is 'The user with an e-mail, made when there is none.';
comment on function workspace_users() is 'The users of the session''s workspace with their role; who is invited, without a name. LH001 '
    'when it has none.';
comment on function require_another_owner(bigint, bigint) is 'Refuses (LH004) to leave a workspace without an owner.';
comment on function is_member_elsewhere(bigint, bigint) is 'Whether a user is a member of another workspace; of any, when that is null. '
    'Invitations do not count.';
comment on function is_member(bigint, bigint) is 'Whether a user is a member of a workspace. Invitations do not count.';
comment on function create_workspace(text, text, text) is 'Makes a workspace and its owner, and returns its id. Refuses bad values, and a '
    'user of other workspaces unless the session''s is one of them (LH004).';
comment on function add_member(bigint, text, text, text) is 'Adds a member, and the user when there is none with this e-mail; returns '
    'the user''s id. A member of another workspace is invited only, until accept_invitation. Refuses another workspace (LH001) and bad '
    'values (LH004).';
comment on function accept_invitation(bigint, bigint, bigint) is 'Makes a member of this workspace, who is invited into another, a member '
    'there too; false when there is no such member or invitation.';
comment on function change_member_role(bigint, bigint, text)
    is 'Changes a member''s role; false when nothing changed. Refuses the last owner (LH004).';
comment on function change_user(bigint, bigint, text, text) is 'Changes a member''s name and e-mail; false when the user is no member '
    'here, or one elsewhere too. With another e-mail, invitations into other workspaces are gone.';
comment on function remove_member(bigint, bigint) is 'Removes a member, and the user who is in no other workspace; false when there is '
    'none. Refuses the last owner (LH004).';

do $$
declare
    routine regprocedure;
begin
    for routine in
        select oid from pg_proc where pronamespace = 'public'::regnamespace and proname = any (array[
            'require_text', 'require_role', 'require_user_email', 'user_of', 'require_another_owner', 'workspace_users',
            'is_member_elsewhere', 'is_member', 'create_workspace', 'add_member', 'accept_invitation', 'change_member_role', 'change_user',
            'remove_member'])
    loop
        execute format('alter function %s owner to lh_owner', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    grant execute on function workspace_users() to lh_app, lh_readonly;
    grant execute on function create_workspace(text, text, text), add_member(bigint, text, text, text),
        accept_invitation(bigint, bigint, bigint), change_member_role(bigint, bigint, text),
        change_user(bigint, bigint, text, text), remove_member(bigint, bigint) to lh_app;
end;
$$;
