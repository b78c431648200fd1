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
do $$
declare
    v_target record;
    v_schema text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pg_partman');
begin
    if v_schema is not null then
        execute format('delete from %s.part_config where parent_table in (''public.email_sends'', ''public.lead_activities'')', v_schema);
        execute format('drop table if exists %1$s.template_loadharness_build_email_sends, %1$s.template_loadharness_build_lead_activities', v_schema);
        execute format('revoke all on schema %s from lh_owner', v_schema);
        execute format('revoke all on all tables in schema %s from lh_owner', v_schema);
        execute format('revoke all on all routines in schema %s from lh_owner', v_schema);
    end if;
    for v_target in select kind, name from loadharness.created_object where kind in ('extension', 'schema') order by ordinal desc loop
        if v_target.kind = 'schema' then
            execute format('drop schema if exists %I cascade', v_target.name);
        else
            execute format('drop extension if exists %I', v_target.name);
        end if;
    end loop;
    revoke all on schema public from lh_owner, lh_app, lh_readonly, lh_worker;
end
$$;
