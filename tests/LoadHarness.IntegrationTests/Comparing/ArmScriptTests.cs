using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>Files that an arm runs: the planner knows of what they made as much as it would anywhere else.</summary>
public sealed class ArmScriptTests(PostgresCluster cluster) : IDisposable
{
    private const string Tables =
        """
        create table item (id int primary key, kind int not null, twin int not null, name text not null)
            with (autovacuum_enabled = off);
        insert into item select n, n % 500, n % 500, 'Name ' || n from generate_series(1, 5000) n;
        create table month (id int, name text) partition by range (id);
        create table month_1 partition of month for values from (1) to (100);
        insert into month select n, 'Name' from generate_series(1, 20) n;
        create table note (id int primary key);
        create table untouched (id int primary key);
        insert into untouched select generate_series(1, 20);
        analyze item;
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_the_planner_knows_of_objects_and_rows_of_a_file_is_there_before_anything_is_measured()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(Tables);

        await ShapeAsync(database, """
            set search_path = pg_catalog;
            create statistics public.item_twins on kind, twin from public.item;
            create index concurrently item_name_idx on public.item (lower(name));
            create index concurrently month_name_idx on public.month_1 (lower(name));
            insert into public.note select generate_series(1, 20)
            """);

        Assert.Equal(
            1, await CountAsync("pg_statistic_ext_data d join pg_statistic_ext s on s.oid = d.stxoid where s.stxname = 'item_twins'"));
        Assert.Equal(1, await CountAsync("pg_stats where tablename = 'item_name_idx'"));
        Assert.Equal(1, await CountAsync("pg_stats where tablename = 'month_name_idx'"));
        Assert.Equal(1, await CountAsync("pg_stats where tablename = 'note'"));
        // Another sample of rows that no file touched would be a difference of its own.
        Assert.Equal(0, await CountAsync("pg_stats where tablename = 'untouched'"));

        Task<long> CountAsync(string what) => database.Owner.AskAsync<long>($"select count(*) from {what}");
    }

    [Fact]
    public async Task Statistics_of_expressions_and_objects_that_one_arm_lacks_are_counted_with_those_of_columns()
    {
        const string objects = "create statistics item_twins on kind, twin from item; create index item_name_idx on item (lower(name));";
        await using var a = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var b = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await a.Owner.ExecuteAsync($"{Tables} {objects} analyze item");
        await b.Owner.ExecuteAsync($"{Tables} {objects}");

        var change = Assert.Single(PlannerStatistics.Compare(await StatisticsAsync(a), await StatisticsAsync(b)));

        Assert.Equal(("item", 6, 4), (change.Table, change.ColumnsA, change.ColumnsB));
        Assert.True(change.MayExplainB);
    }

    [Fact]
    public async Task Statistics_of_tables_that_no_operation_plans_for_are_left_out()
    {
        const string others =
            """
            create schema loadharness;
            create table loadharness.journal (id int);
            insert into loadharness.journal select generate_series(1, 5000);
            create table job (id int);
            insert into job select generate_series(1, 10);
            analyze;
            """;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(Tables + others);

        Assert.Equal(["item"], (await StatisticsAsync(database)).Select(column => column.Table).Distinct());
    }

    [Fact]
    public async Task A_refused_statement_is_named_with_its_line()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => ShapeAsync(database, "create table a (id int);\nselect 1 / 0"));
        Assert.Contains("own.sql: line 2: the server refuses it: 22012", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Fault, fault.ExitCode);

        fault = await Assert.ThrowsAsync<HarnessException>(() => ShapeAsync(database, "\nselect * from no_such_table"));
        Assert.Contains("own.sql: line 2: the server refuses it: 42P01", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    [Theory]
    [InlineData("\\timing\nselect 1;", "own.sql: line 1: '\\timing' is a command of psql")]
    [InlineData("-- to come\n", "own.sql: it holds no statement")]
    public async Task A_file_that_is_no_sql_is_refused_before_anything_is_made(string content, string part)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(async () =>
            await ArmCluster.RequireAsync(await ArmAsync(content), TestContext.Current.CancellationToken));

        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    private static Task<IReadOnlyList<ColumnStatistics>> StatisticsAsync(TestDatabase database) =>
        PlannerStatistics.ReadAsync(database.Owner, TestContext.Current.CancellationToken);

    private async Task ShapeAsync(TestDatabase database, string content) => await ArmCluster.ShapeAsync(
        database.Owner, await ArmAsync(content), null, TestContext.Current.CancellationToken);

    private async Task<ArmSpecification> ArmAsync(string content)
    {
        var file = Path.Combine(_directory.Path, "own.sql");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        return ArmSpecification.OfWorkload("--b", $"workload,sql={file}");
    }
}
