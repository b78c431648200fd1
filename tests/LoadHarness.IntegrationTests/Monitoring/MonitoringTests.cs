using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Monitoring;

public sealed class MonitoringTests(PostgresCluster cluster)
{
    private const string Ours =
        """
        from pg_proc p
        where p.pronamespace = 'public'::regnamespace
          and not exists (select from pg_depend d
              where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
        """;

    [Theory]
    [InlineData("select count(*) from get_query_performance_stats()")]
    [InlineData("select count(*) from get_database_performance_metrics()")]
    [InlineData("select count(*) from get_table_size_stats()")]
    [InlineData("select count(*) from get_index_usage_stats()")]
    [InlineData("select count(*) from get_cache_hit_ratio()")]
    [InlineData("select count(*) from get_connection_pool_status()")]
    public async Task Every_monitoring_function_gives_rows_of_its_declared_type(string sql)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.True(await database.As("lh_worker").AskAsync<long>(sql) > 0);
    }

    [Fact]
    public async Task Query_times_are_milliseconds()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await database.Owner.ExecuteAsync("select count(*) as told_in_milliseconds from generate_series(1, 10000)");
        var ratio = await database.Owner.AskAsync<double>(
            """
            select told.mean_ms / kept.mean_exec_time
            from get_query_performance_stats(1000) as told
            join pg_stat_statements as kept on kept.query like '%told_in_milliseconds from%'
            where told.query like '%told_in_milliseconds from%' and kept.query not like '%kept%' and told.query not like '%kept%'
            """);
        Assert.Equal(1, ratio, 0.01);
    }

    [Fact]
    public async Task Pool_status_counts_clients_and_not_background_processes()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var matches = await database.Owner.AskAsync<bool>(
            """
            select used <= (select count(*) from pg_stat_activity where backend_type = 'client backend')
              and max_connections = current_setting('max_connections')::int
            from get_connection_pool_status()
            """);
        Assert.True(matches);
    }

    [Fact]
    public async Task A_vacuum_is_no_long_transaction()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var vacuum = await SlowVacuum.BeginAsync(database);

        var longest = await database.Owner.AskAsync<double>(
            "select coalesce(value, 0) from get_database_performance_metrics() where metric = 'longest_transaction'");

        Assert.InRange(longest, 0, 0.9);
    }

    [Fact]
    public async Task A_limit_that_makes_no_sense_is_refused_by_name()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => database.Owner.AskAsync<long>("select count(*) from get_query_performance_stats(-1)"));
        Assert.Equal("LH006", error.SqlState);
    }

    [Fact]
    public async Task Table_sizes_sum_partitions_and_leave_no_table_out()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            """
            select c.relname from pg_class c
            where c.relnamespace = 'public'::regnamespace
              and c.relkind in ('r', 'p')
              and not c.relispartition
              and c.relname not in (select table_name from get_table_size_stats())
            """));
        Assert.True(await database.Owner.AskAsync<int>(
            "select partitions from get_table_size_stats() where table_name = 'email_sends'") >= 24);
    }

    [Fact]
    public async Task Every_function_is_documented()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync($"select p.oid::regprocedure {Ours} and obj_description(p.oid, 'pg_proc') is null"));
    }

    [Theory]
    [InlineData("create role x password 'S3cr3t'", "create role ...")]
    [InlineData("/* S3cr3t */ select $1 -- S3cr3t", "select $1")]
    [InlineData("select 'S3cr3t''s', $$S3cr3t$$, $q$S3cr3t$q$ into t", "select '...', '...'")]
    [InlineData("copy (select 'S3cr3t') to stdout", "copy ...")]
    [InlineData("explain select 'S3cr3t'", "explain select ...")]
    [InlineData("(select $1) union select 'S3cr3t", "select $1) union select '...'")]
    public async Task A_statement_is_shown_without_what_it_may_hide(string statement, string shown)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Equal(shown, (await database.Owner.AskAsync<string>("select statement_text($1)", statement)).Trim());
    }

    [Fact]
    public async Task No_function_may_be_executed_by_everybody()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            $"""
            select p.oid::regprocedure {Ours}
              and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))
            """));
    }

    [Fact]
    public async Task Every_definer_function_pins_its_search_path_and_belongs_to_the_owner_role()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            $"""
            select p.oid::regprocedure {Ours}
              and p.prosecdef
              and (p.proowner <> 'lh_owner'::regrole or not coalesce(p.proconfig::text, '') like '%search_path=%')
            """));
    }

    [Fact]
    public async Task No_function_holds_a_statement_that_cannot_run_inside_one()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Empty(await database.Owner.ListAsync(
            $"""
            select p.oid::regprocedure {Ours}
              and p.prosrc ~* '(reindex|drop index|create index|detach partition)[^;]*concurrently|\mvacuum\s+(analyze|\(|public)'
            """));
    }
}
