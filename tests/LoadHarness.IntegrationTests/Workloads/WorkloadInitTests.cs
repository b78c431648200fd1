using LoadHarness.Core;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Initial;
using LoadHarness.Workloads.Parameters;

namespace LoadHarness.IntegrationTests.Workloads;

public sealed class WorkloadInitTests(PostgresCluster cluster)
{
    // As pgbench -i makes them, at scale 1.
    private const string PgbenchTables = """
        create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
        create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
        create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
        create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
        insert into pgbench_branches values (1, 0, '');
        insert into pgbench_tellers select n, 1, 0, '' from generate_series(1, 10) n;
        insert into pgbench_accounts select n, 1, 0, '' from generate_series(1, 100000) n;
        """;

    [Fact]
    public async Task A_workload_from_what_the_server_counted_runs_and_what_does_not_run_is_named()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create schema elsewhere;
            create extension pg_stat_statements schema elsewhere;
            create table customer (id bigint primary key, email text unique, state text not null, born date);
            create table orders (customer_id bigint, number int, total numeric, primary key (customer_id, number));
            create function orders_of(p_customer_id bigint, p_limit int) returns setof orders stable language sql
                as 'select * from orders where customer_id = p_customer_id limit p_limit';
            insert into customer select n, 'p' || n || '@example.test', case when n % 4 = 0 then 'gone' else 'here' end,
                '2000-01-01'::date + n % 900
            from generate_series(1, 2000) n;
            insert into orders select n, m, n * m from generate_series(1, 2000) n, generate_series(1, 3) m;
            analyze;
            select elsewhere.pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0);
            """);
        for (var i = 1; i <= 20; i++)
        {
            await database.Owner.ExecuteAsync("select * from customer c where c.email = $1", $"p{i}@example.test");
            await database.Owner.ExecuteAsync(
                "update orders set total = total + $3 where customer_id = $1 and number = $2", (long)i, 1, 5m);
        }

        await database.Owner.ExecuteAsync(
            "select count(*) from customer where state = 'here' and born between '2001-01-01' and '2001-02-01' limit 5");
        await database.Owner.ExecuteAsync("insert into customer (id, email, state) values (5000, 'new@example.test', 'here')");
        await database.Owner.ExecuteAsync("select now() - interval '1 day'");
        await database.Owner.ExecuteAsync("select * from orders_of($1, p_limit => $2)", 12L, 5);

        var (operations, leftOut) = await CountedWorkload.ReadAsync(
            database.ConnectionString, 20, 1, TestContext.Current.CancellationToken);

        Assert.Equal(["insert_customer", "select_customer", "select_customer_2", "select_orders_of", "update_orders"],
            operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));
        Assert.Equal(20, operations.First(operation => operation.Name == "update_orders").Weight);
        Assert.Contains(":update_orders_orders.customer_id", operations.First(operation => operation.Name == "update_orders").Sql,
            StringComparison.Ordinal);
        var called = operations.First(operation => operation.Name == "select_orders_of").Parameters;
        Assert.Equal("2000", called["select_orders_of_customer_id_1"].To!.Value.Text);
        Assert.Equal(ParameterKind.Constant, called["select_orders_of_limit_2"].Kind);
        Assert.Contains(leftOut, line => line.Contains("interval", StringComparison.Ordinal));
        await RequireItRunsAsync(operations, database.ConnectionString);
        Assert.Equal(2_001, await database.Owner.AskAsync<long>("select count(*) from customer"));
    }

    [Fact]
    public async Task Values_come_from_all_over_a_table_and_each_run_has_the_same()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create extension pg_stat_statements;
            create table event (id bigint primary key, label text not null);
            create table visit (id bigint primary key, label text not null);
            insert into event select n, 'e' || n from generate_series(1, 60000) n;
            insert into visit select n, 'v' || n from generate_series(1, 15000) n;
            analyze;
            select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0);
            """);
        foreach (var table in (string[])["event", "visit"])
            await database.Owner.ExecuteAsync($"select * from {table} where id = $1 and label = $2", 1L, "e1");

        var (operations, _) = await CountedWorkload.ReadAsync(database.ConnectionString, 20, 1, TestContext.Current.CancellationToken);

        foreach (var (name, early, late) in ((string, long, long)[])[("select_event", 10_000, 50_000), ("select_visit", 2_000, 13_000)])
        {
            var sampled = Assert.Single(operations.Single(operation => operation.Name == name).Parameters).Value;
            var first = await RowsAsync(sampled, database);
            var ids = first.Select(row => long.Parse(row[0]!)).ToList();
            Assert.Equal(10_000, ids.Count);
            Assert.True(ids.Min() < early && ids.Max() > late, $"{name}: {ids.Min()} to {ids.Max()}");
            // Also where the cut falls: each part of the table has its share.
            Assert.InRange(ids.Count(id => id > late), 1, ids.Count / 3);
            Assert.Equal(first, await RowsAsync(sampled, database));
        }

        static async Task<IReadOnlyList<string?[]>> RowsAsync(ParameterFile parameter, TestDatabase database)
        {
            await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
            return (await RowQuery.ReadAsync(connection, "sampled", parameter, TestContext.Current.CancellationToken)).Rows;
        }
    }

    [Fact]
    public async Task Names_in_capitals_are_those_in_small_letters_where_they_have_no_quotes()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create extension pg_stat_statements;
            create table customer (id bigint primary key, email text not null, "Email" text not null);
            create table orders (customer_id bigint, number int, primary key (customer_id, number));
            create function orders_of(p_customer_id bigint, p_limit int) returns setof orders stable language sql
                as 'select * from orders where customer_id = p_customer_id limit p_limit';
            insert into customer select n, 'small' || n, 'large' || n from generate_series(1, 2000) n;
            insert into orders select n, 1 from generate_series(1, 2000) n;
            analyze;
            select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0);
            """);
        await database.Owner.ExecuteAsync("select id from customer where email = $1", "small1");
        await database.Owner.ExecuteAsync("SELECT * FROM CUSTOMER WHERE EMAIL = $1", "small1");
        await database.Owner.ExecuteAsync("SELECT ID, \"Email\" FROM CUSTOMER WHERE \"Email\" = $1", "large1");
        await database.Owner.ExecuteAsync("SELECT * FROM ORDERS_OF($1, P_LIMIT => $2)", 12L, 5);

        var (operations, _) = await CountedWorkload.ReadAsync(database.ConnectionString, 20, 1, TestContext.Current.CancellationToken);

        var small = ParameterOf("where email");
        Assert.Contains("\"email\"", small.Sql, StringComparison.Ordinal);
        Assert.Equal(small.Sql, ParameterOf("WHERE EMAIL").Sql);
        Assert.Contains("\"Email\"", ParameterOf("WHERE \"Email\"").Sql, StringComparison.Ordinal);
        var called = operations.Single(operation => operation.Name == "select_orders_of").Parameters;
        Assert.Equal("2000", called["select_orders_of_customer_id_1"].To!.Value.Text);

        ParameterFile ParameterOf(string text) => Assert.Single(
            operations.Single(operation => operation.Sql.Contains(text, StringComparison.Ordinal)).Parameters).Value;
    }

    [Fact]
    public async Task A_list_that_the_server_shows_without_its_values_is_left_out_and_named()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create extension pg_stat_statements;
            create table customer (id bigint primary key, email text not null);
            insert into customer select n, 'p' || n from generate_series(1, 2000) n;
            analyze;
            select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0);
            """);
        await database.Owner.ExecuteAsync("select * from customer where email = $1", "p1");
        // As PostgreSQL 18 shows it, on any version; and what this version makes of a list.
        await database.Owner.ExecuteAsync("select email from customer where id in ($1 /*, ... */)", 5L);
        await database.Owner.ExecuteAsync("select id from customer where id in (1, 2, 3)");
        var isWhole = await database.Owner.AskAsync<int>("select current_setting('server_version_num')::int") < 180_000;

        var (operations, leftOut) = await CountedWorkload.ReadAsync(
            database.ConnectionString, 20, 1, TestContext.Current.CancellationToken);

        Assert.Equal(isWhole ? 2 : 1, operations.Count);
        Assert.DoesNotContain(operations, operation => operation.Sql.Contains("/*", StringComparison.Ordinal));
        Assert.Equal(isWhole ? 3 : 0, operations.SelectMany(operation => operation.Parameters.Values)
            .Count(parameter => parameter.Kind == ParameterKind.Uniform));
        var named = leftOut.Where(line => line.Contains("customer", StringComparison.Ordinal)).ToList();
        Assert.Equal(isWhole ? 1 : 2, named.Count);
        Assert.All(named, line => Assert.Contains("does not say how many there are", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_extension_the_way_out_is_named()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var missing = await Assert.ThrowsAsync<HarnessException>(
            () => CountedWorkload.ReadAsync(database.ConnectionString, 20, 1, TestContext.Current.CancellationToken));
        Assert.Contains("create extension pg_stat_statements", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_statement_can_be_read_it_says_whether_there_is_none_or_the_login_may_not()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create extension pg_stat_statements");
        // What a session does for itself is no application, however often it is counted.
        foreach (var own in (string[])["select", "select 1", "select true as alive", "select set_config('work_mem', '5MB', false)"])
            await database.Owner.ExecuteAsync(own);

        Assert.Contains("has counted no statement of an application", await RefusalAsync(database.ConnectionString),
            StringComparison.Ordinal);

        await database.Owner.ExecuteAsync("create role lh_init_reader; create table t (id int)");
        await database.Owner.ExecuteAsync("select * from t");
        try
        {
            Assert.Contains("grant pg_read_all_stats",
                await RefusalAsync(new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString)
                {
                    Options = "-c role=lh_init_reader",
                }.ConnectionString), StringComparison.Ordinal);
        }
        finally
        {
            await database.Owner.ExecuteAsync("drop role lh_init_reader");
        }

        static async Task<string> RefusalAsync(string connectionString) => (await Assert.ThrowsAsync<HarnessException>(
            () => CountedWorkload.ReadAsync(connectionString, 20, 1, TestContext.Current.CancellationToken))).Message;
    }

    [Fact]
    public async Task The_builtins_of_pgbench_run_on_pgbench_s_tables()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(PgbenchTables);

        var operations = await PgbenchWorkload.ReadAsync(
            ["tpcb-like", "select-only@4", "simple-update"], database.ConnectionString, scale: null, TestContext.Current.CancellationToken);

        Assert.Equal([1, 4, 1], operations.Select(operation => operation.Weight));
        await RequireItRunsAsync(operations, database.ConnectionString);
        using var files = new TemporaryFolder();
        var written = File.ReadAllText(new FirstWorkload("bench", "", operations, 4, TimeSpan.FromMinutes(1)).Write(files.Path)[0]);
        Assert.Contains("\"during\": \"1m\"", written, StringComparison.Ordinal);
        Assert.Contains("\"warmUp\": \"5s\"", written, StringComparison.Ordinal);
        Assert.DoesNotContain("claimed", written, StringComparison.Ordinal);
        var refused = Assert.Throws<HarnessException>(
            () => new FirstWorkload("bench", "", operations, 4, TimeSpan.FromSeconds(1)).Write(files.Path));
        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
    }

    private static async Task RequireItRunsAsync(IReadOnlyList<FirstOperation> operations, string connectionString)
    {
        using var folder = new TemporaryFolder();
        new FirstWorkload("first", "", operations, 2, TimeSpan.FromSeconds(1)).Write(folder.Path);
        var workload = WorkloadCatalog.Find(folder.Path, out var faults);
        Assert.Empty(faults);
        await using var run = await WorkloadRun.PrepareAsync(workload!, connectionString, 1, TestContext.Current.CancellationToken);
        var trials = await run.TryAsync(1, TestContext.Current.CancellationToken);
        Assert.NotEmpty(trials);
        Assert.All(trials, trial => Assert.Null(trial.Fault));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("loadharness-test-");

        public string Path => System.IO.Path.Combine(_directory.FullName, "w");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
