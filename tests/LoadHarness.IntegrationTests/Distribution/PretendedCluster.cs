namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>The catalog and functions of Citus that are asked, made on a server without it, which is its own worker.</summary>
internal static class PretendedCluster
{
    public const string Catalog =
        """
        set allow_system_table_mods = on;
        insert into pg_extension
            select 4242, 'citus', oid, 'public'::regnamespace, false, '13', null, null from pg_roles where rolname = current_user;
        create table pg_catalog.pg_dist_node (
            groupid int, isactive bool default true, shouldhaveshards bool default true, noderole text default 'primary');
        create table pg_catalog.pg_dist_partition (logicalrelid regclass);
        create table pg_catalog.pg_dist_shard (logicalrelid regclass, shardid bigint);
        create table pg_catalog.pg_dist_placement (shardid bigint, groupid int);
        create table pg_catalog.pg_dist_local_group (groupid int);
        grant select on pg_dist_node, pg_dist_partition, pg_dist_shard, pg_dist_placement, pg_dist_local_group to public
        """;

    /// <summary>Leads lie in one part, leads_102008, on a worker of the address worker:5433.</summary>
    public const string Spread =
        """
        set allow_system_table_mods = on;
        insert into pg_dist_local_group values (0);
        insert into pg_dist_node values (1);
        insert into pg_dist_partition values ('leads');
        insert into pg_dist_shard values ('leads', 102008);
        insert into pg_dist_placement values (102008, 1);
        create function pg_catalog.shard_name(regclass, bigint) returns text language sql as $$
            select 'public.' || case when length(relname) > 56 then left(relname, 40) || '_0a1b2c3d' else relname end || '_' || $2
            from pg_class where oid = $1
        $$;
        create function pg_catalog.run_command_on_workers(
            p_command text, out nodename text, out nodeport int, out success bool, out result text)
        language plpgsql as $$
        begin
            nodename := 'worker'; nodeport := 5433; success := true;
            execute p_command into result;
        exception when others then
            success := false; result := sqlerrm;
        end $$
        """;
}
