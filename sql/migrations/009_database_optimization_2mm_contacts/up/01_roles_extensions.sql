-- Roles belong to the cluster and stay after a rollback. Extensions that are made here are remembered, and go with it.

-- step: roles
do $$
declare
    v_role text;
begin
    foreach v_role in array array['lh_owner', 'lh_app', 'lh_readonly', 'lh_worker'] loop
        if exists (select from pg_roles where rolname = v_role) then
            continue;
        end if;
        begin
            execute format('create role %I nologin', v_role);
        exception
            when duplicate_object or unique_violation then
                null; -- Another database's migration made it just now.
            when insufficient_privilege then
                raise exception 'The role % is missing and % may not create roles', v_role, current_user
                    using hint = format(
                        'Let an administrator run: create role lh_owner nologin; create role lh_app nologin; create role lh_readonly nologin; create role lh_worker nologin; grant lh_owner, lh_app, lh_readonly, lh_worker to %I;',
                        current_user);
        end;
    end loop;
    -- The login that migrates owns through lh_owner, and acts as the other roles when it measures what they may do.
    foreach v_role in array array['lh_owner', 'lh_app', 'lh_readonly', 'lh_worker'] loop
        if pg_has_role(current_user, v_role, 'member') then
            continue;
        end if;
        begin
            execute format('grant %I to %I', v_role, current_user);
        exception
            when insufficient_privilege then
                if v_role = 'lh_owner' then
                    raise exception '% is not a member of lh_owner', current_user
                        using hint = format('Let an administrator run: grant lh_owner, lh_app, lh_readonly, lh_worker to %I;', current_user);
                end if;
                raise notice '% is not a member of %: it can migrate, but not act as that role', current_user, v_role;
        end;
    end loop;
    execute 'grant usage, create on schema public to lh_owner';
    execute 'grant usage on schema public to lh_app, lh_readonly, lh_worker';
end
$$;

-- step: work_schemas
create schema if not exists loadharness_build;
create schema if not exists loadharness_retired;
create table if not exists loadharness.base_owner (table_name text primary key, owner name not null);

-- step: extensions
do $$
declare
    v_name text;
    v_without text[] := string_to_array(coalesce(current_setting('loadharness.without_extensions', true), ''), ',');
begin
    foreach v_name in array array['btree_gin', 'btree_gist', 'pg_trgm', 'pg_stat_statements', 'pg_cron', 'pg_partman'] loop
        if exists (select from pg_extension where extname = v_name) or v_name = any (v_without) then
            continue;
        end if;
        if not exists (select from pg_available_extensions where name = v_name)
           or (v_name = 'pg_cron' and not pg_has_role(current_user, 'pg_read_all_settings', 'usage')) -- Nor may it see where pg_cron lives.
           or (v_name = 'pg_cron' and current_setting('cron.database_name', true) is distinct from current_database()) then
            if v_name in ('btree_gin', 'btree_gist', 'pg_trgm') then
                raise exception 'The extension % is not installed on this server', v_name
                    using hint = 'It is one of PostgreSQL''s own: install the package postgresql-contrib (Debian: part of postgresql-NN).';
            end if;
            raise notice 'The extension % is unavailable here; what it would do is done without it.', v_name;
            continue;
        end if;
        begin
            if v_name = 'pg_partman' then
                execute 'create schema partman';
                insert into loadharness.created_object (kind, name) values ('schema', 'partman');
                execute 'create extension pg_partman schema partman';
            else
                execute format('create extension %I', v_name);
            end if;
            insert into loadharness.created_object (kind, name) values ('extension', v_name);
        exception
            when insufficient_privilege or duplicate_schema then
                raise notice 'The extension % could not be made by %: %', v_name, current_user, sqlerrm;
        end;
    end loop;
end
$$;

-- step: partman_grants
do $$
declare
    v_schema text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman');
begin
    if v_schema is not null then
        execute format('grant usage, create on schema %s to lh_owner', v_schema);
        execute format('grant all on all tables in schema %s to lh_owner', v_schema);
        execute format('grant execute on all routines in schema %s to lh_owner', v_schema);
    end if;
end
$$;

-- step: partition_functions
-- include: functions/05_partitions.sql
