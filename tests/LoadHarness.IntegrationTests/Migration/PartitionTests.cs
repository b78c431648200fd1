using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>PT-1 to PT-5, MA-5, EX-1: with pg_partman and without, found by bounds, never by name.</summary>
public sealed class PartitionTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_24_past_and_the_24_coming_months_exist_with_a_default_and_all_indexes(bool withPartman)
    {
        await using var database = await MigratedAsync(withPartman);
        foreach (var table in new[] { "email_sends", "lead_activities" })
        {
            Assert.Equal(0L, await ScalarAsync(database, $"""
                select count(*)
                from generate_series(-24, 24) as n,
                     lateral (select date_trunc('month', now() at time zone 'UTC') + make_interval(months => n) as month) m
                where not exists (select from partition_bounds('{table}') b
                    where b.from_at = month at time zone 'UTC' and b.to_at = (month + interval '1 month') at time zone 'UTC')
                """));
            Assert.Equal(1L, await ScalarAsync(database, $"select count(*) from partition_bounds('{table}') where is_default"));
            Assert.Equal(0L, await ScalarAsync(database, $"""
                select count(*) from partition_bounds('{table}') b
                where (select count(*) from pg_index where indrelid = b.partition and indisvalid)
                   <> (select count(*) from pg_index where indrelid = '{table}'::regclass)
                """));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_month_that_is_missing_is_made_and_a_second_call_makes_nothing(bool withPartman)
    {
        await using var database = await MigratedAsync(withPartman);
        await ScalarAsync(database, "select create_monthly_partitions(24)");
        await ExecuteAsync(database, """
            do $$ begin
                execute (select format('drop table %s', partition) from partition_bounds('lead_activities')
                    where not is_default order by from_at desc limit 1);
            end $$
            """);
        Assert.Equal(1, await ScalarAsync(database, "select create_monthly_partitions(24)"));
        Assert.Equal(0, await ScalarAsync(database, "select create_monthly_partitions(24)"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_that_fell_into_the_default_partition_are_reported_and_moved_to_their_month(bool withPartman)
    {
        await using var database = await MigratedAsync(withPartman);
        await SampleRows.InsertAsync(database.Owner);
        await ExecuteAsync(database,
            """
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select workspace_id, id, 'late', date_trunc('month', now()) + interval '26 months 3 days'
            from leads limit 3
            """);
        Assert.Equal(3m, await ScalarAsync(
            database, "select sum(row_count) from check_default_partitions() where partition::text like '%activities%'"));
        Assert.NotEmpty((await new Migrator(database.Owner).StatusAsync(Stop)).DefaultPartitionRows);

        await ScalarAsync(database, "select create_monthly_partitions(26)");

        Assert.Equal(0m, await ScalarAsync(database, "select sum(row_count) from check_default_partitions()"));
        Assert.Equal(3L, await ScalarAsync(database, "select count(*) from lead_activities where activity_type = 'late'"));
    }

    [Fact]
    public async Task Pg_partman_manages_both_tables_where_it_is_installed()
    {
        await using var database = await MigratedAsync(withPartman: true);
        Assert.Equal(2L, await ScalarAsync(
            database, "select count(*) from partman.part_config where parent_table in ('public.email_sends', 'public.lead_activities')"));
    }

    [Fact]
    public async Task Partitions_made_later_belong_to_the_owner_role_and_have_row_security()
    {
        await using var database = await MigratedAsync(withPartman: false);
        await ScalarAsync(database, "select create_monthly_partitions(30)");
        Assert.Equal(0L, await ScalarAsync(database, """
            select count(*) from partition_bounds('email_sends') b join pg_class c on c.oid = b.partition
            where not c.relrowsecurity or c.relowner <> 'lh_owner'::regrole
            """));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("null")]
    [InlineData("1000000")]
    public async Task Months_that_make_no_sense_are_refused_with_a_named_state(string months)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var fault = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(database, $"select create_monthly_partitions({months})"));
        Assert.Equal("LH004", fault.SqlState);
    }

    [Fact]
    public async Task A_query_of_one_month_reads_one_partition()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var command = database.Owner.CreateCommand(
            """
            explain (costs off)
            select count(*) from email_sends
            where created_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
              and created_at < (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC'
            """);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var plan = new List<string>();
        while (await reader.ReadAsync(Stop))
            plan.Add(reader.GetString(0));
        Assert.Single(plan, line => line.Contains(" on email_sends", StringComparison.Ordinal));
    }

    private async Task<TestDatabase> MigratedAsync(bool withPartman)
    {
        var available = await PartmanAvailableAsync();
        Require.Present(withPartman && !available ? "pg_partman is not installed: apt-get install postgresql-15-partman." : null);
        if (withPartman || !available)
            return await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var options = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = @"-c loadharness.without_extensions=pg_partman,pg_cron",
        };
        await using var admin = NpgsqlDataSource.Create(options.ConnectionString);
        await new Migrator(admin).UpAsync(SilentProgress.Instance, Stop);
        return database;
    }

    private async Task<bool> PartmanAvailableAsync()
    {
        await using var admin = NpgsqlDataSource.Create(cluster.Server.ConnectionString);
        await using var command = admin.CreateCommand("select exists (select from pg_available_extensions where name = 'pg_partman')");
        return (bool)(await command.ExecuteScalarAsync(Stop))!;
    }

    private static async Task<object?> ScalarAsync(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
