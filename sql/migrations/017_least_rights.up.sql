-- What PostgreSQL gives everybody and no application of this schema needs is taken back: temporary tables and large objects, which fill
-- the disk outside of any workspace and which all tenants of one login share, and the statements of others, which may hold their values.

-- step: taken_rights
create table loadharness.taken_right (name text primary key, give_back text not null);
comment on table loadharness.taken_right is 'Rights that the migration took from everybody, and the statement that gives each back. That '
    'of temporary tables names its database when it is given back: a copy has another name than the database that was migrated.';

-- step: temporary_tables
-- Only the owner of the database may. A view that is refreshed concurrently goes through a temporary table of its owner.
do $$
begin
    if not has_database_privilege('public', current_database(), 'temporary') then
        return;
    end if;
    execute format('grant temporary on database %I to lh_owner', current_database());
    execute format('revoke temporary on database %I from public', current_database());
    if has_database_privilege('public', current_database(), 'temporary') then
        raise notice '% does not own the database: everybody may still make temporary tables. Its owner can run: '
            'revoke temporary on database %I from public', current_user, current_database();
        return;
    end if;
    insert into loadharness.taken_right values ('temporary',
        'grant temporary on database %1$I to public; revoke temporary on database %1$I from lh_owner');
end
$$;

-- step: large_objects
-- Only a superuser may. A role that needs them can be granted the functions.
do $$
declare
    v_function regprocedure;
begin
    foreach v_function in array array['pg_catalog.lo_creat(integer)', 'pg_catalog.lo_create(oid)',
                                      'pg_catalog.lo_from_bytea(oid, bytea)']::regprocedure[] loop
        if has_function_privilege('public', v_function, 'execute') and pg_has_role(current_user, (
            select proowner from pg_proc where oid = v_function), 'usage') then
            execute format('revoke execute on function %s from public', v_function);
            insert into loadharness.taken_right values (v_function::text, format('grant execute on function %s to public', v_function));
        end if;
    end loop;
end
$$;

-- step: statements_of_others
-- A role that may read all statistics still sees them, and so does get_query_performance_stats.
do $$
declare
    v_member record;
begin
    for v_member in
        select case d.classid when 'pg_class'::regclass then 'select on ' || d.objid::regclass
                              else 'execute on function ' || d.objid::regprocedure end as may
        from pg_extension e
        join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
        left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
        left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
        where e.extname = 'pg_stat_statements' and coalesce(c.relname, p.proname) = 'pg_stat_statements'
          and pg_has_role(current_user, coalesce(c.relowner, p.proowner), 'usage')
    loop
        execute format('revoke %s from public', v_member.may);
        execute format('grant %s to lh_owner, pg_read_all_stats', v_member.may);
        insert into loadharness.taken_right
        values (v_member.may, format('grant %1$s to public; revoke %1$s from lh_owner, pg_read_all_stats', v_member.may));
    end loop;
end
$$;
