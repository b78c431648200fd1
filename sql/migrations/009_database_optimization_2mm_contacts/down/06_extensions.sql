-- What the migration made and nothing uses any more. Roles belong to the cluster, where other databases may need them.

-- step: tools
drop function if exists create_monthly_partitions(int), check_default_partitions(), partition_tasks(), make_month_partitions(regclass, int),
    make_months(regclass, int), try_for_lock(text), make_next_partition(regclass, int, boolean), missing_months(regclass, date, date),
    run_partman(regclass, int, text), months_to_make(regclass, int), add_month_partitions(regclass, date, date),
    add_month_partition(regclass, date), default_partition_months(regclass), settle_partitions(regclass), partition_bounds(regclass);
drop procedure loadharness.secure(regclass, name, text), loadharness.swap(text), loadharness.require_equal(regclass, regclass),
    loadharness.copy_rows(regclass, regclass, text, text, int), loadharness.start_mirror(regclass, regclass, text);
drop function loadharness.mirror(), loadharness.common_columns(regclass, regclass);
drop schema loadharness_build, loadharness_retired;

-- step: extensions
-- An extension that others use by now stays, and a warning says why: jobs and configuration of theirs would go with it.
do $$
declare
    v_target record;
    v_schema text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman');
    v_others text;
begin
    if v_schema is not null then
        execute format('delete from %s.part_config where parent_table in (''public.email_sends'', ''public.lead_activities'')', v_schema);
        execute format('drop table if exists %1$s.template_loadharness_build_email_sends, %1$s.template_loadharness_build_lead_activities', v_schema);
        execute format('revoke all on schema %s from lh_owner', v_schema);
        execute format('revoke all on all tables in schema %s from lh_owner', v_schema);
        execute format('revoke all on all routines in schema %s from lh_owner', v_schema);
    end if;
    for v_target in select kind, name from loadharness.created_object where kind in ('extension', 'schema') order by ordinal desc loop
        v_others := null;
        if v_target.kind = 'schema' then
            -- What keeps its extension keeps it too, and was told.
            continue when exists (select from pg_extension where extnamespace = to_regnamespace(quote_ident(v_target.name)));
        elsif v_target.name = 'pg_cron' and to_regclass('cron.job') is not null then
            -- Steps before this one took back those of the login and of lh_jobs: others may have scheduled them too.
            perform cron.unschedule(jobid) from cron.job
            where database = current_database() and command like 'call public.run_job(%'
              and (username = current_user or (select rolsuper from pg_roles where rolname = current_user));
            -- Each role is shown its own jobs, but for a superuser and the table's owner.
            select case when row_security_active('cron.job'::regclass) then 'this login may not see whether others have jobs there'
                        when count(*) = 1 then 'cron.job has a job of others'
                        when count(*) > 1 then format('cron.job has %s jobs of others', count(*)) end
            into v_others
            from cron.job;
        elsif v_target.name = 'pg_partman' and v_schema is not null then
            execute format('select %L || string_agg(parent_table, '', '' order by parent_table) from %s.part_config',
                           'it keeps partitions of ', v_schema)
            into v_others;
        end if;
        if v_others is null then
            begin
                execute format('drop %s if exists %I', v_target.kind, v_target.name);
            exception
                when dependent_objects_still_exist then
                    get stacked diagnostics v_others = pg_exception_detail;
            end;
        end if;
        if v_others is not null then
            raise warning 'The % % stays: %. Once nobody needs it: drop % %;',
                v_target.kind, v_target.name, replace(v_others, E'\n', ', '), v_target.kind, quote_ident(v_target.name);
        end if;
    end loop;
    revoke all on schema public from lh_owner, lh_app, lh_readonly, lh_worker;
end
$$;
