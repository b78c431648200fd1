using LoadHarness.Core;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Workloads;

namespace LoadHarness.IntegrationTests.Workloads;

/// <summary>The answers that a workload expects: compared as the server writes them, or refused before the load.</summary>
public sealed class WorkloadAnswerTests(PostgresCluster cluster)
{
    private const string Parameters = """
        "parameters": { "n": { "kind": "uniform", "from": 1, "to": 9 } },
        """;

    [Theory]
    [InlineData("array[1, 2]", "equal", "text")]
    [InlineData("interval '1 month 2 hours'", "equal", "text")]
    [InlineData("'09:08:07+02'::timetz", "equal", "text")]
    [InlineData("row(1, 'x')", "equal", "text")]
    [InlineData("1.5::float8", "least", "bigint")]
    public async Task An_answer_that_no_row_could_give_is_refused_before_the_load(string column, string comparison, string cast)
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            $"-- name: it\nselect id, {column} as value from account where id = :n;\n", "\"it\": 1",
            Parameters + $"\"answers\": {{ \"it\": {{ \"{comparison}\": {{ \"value\": 1 }} }} }},");

        var refused = await Assert.ThrowsAsync<HarnessException>(() => WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains($"line 2, it: answers.it.{comparison}.value: a value of the type ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Cast it to {cast} in the statement.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("update account set balance = 1 where id = :n", "\"atLeast\": 1", ": the statement returns no rows. Add 'returning'")]
    [InlineData("delete from account where id = :n", "\"atMost\": 1", ": the statement returns no rows. Add 'returning'")]
    [InlineData("with one as (select 1) update account set balance = 1 where id = :n", "\"equal\": { \"id\": 1 }",
        ": the statement returns no rows. Add 'returning'")]
    [InlineData("select id, balance from account where id = :n", "\"equal\": { \"balanc\": 1 }",
        ".equal.balanc: the statement returns no such column. Did you mean 'balance'? Allowed: id, balance.")]
    [InlineData("select id, balance from account where id = :n", "\"least\": { \"3\": 1 }",
        ".least.3: the statement returns no such column. It returns 2.")]
    public async Task An_answer_that_a_statement_cannot_give_is_refused_before_the_load(string statement, string answer, string fault)
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            $"-- name: it\n{statement};\n", "\"it\": 1", Parameters + $"\"answers\": {{ \"it\": {{ {answer} }} }},");

        var refused = await Assert.ThrowsAsync<HarnessException>(() => WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains($"line 2, it: answers.it{fault}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_a_statement_that_writes_is_what_it_returns()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            "-- name: it\nupdate account set balance = balance + 1 where id = :n returning id;\n", "\"it\": 1",
            Parameters + "\"answers\": { \"it\": { \"atLeast\": 1, \"atMost\": 1, \"equal\": { \"id\": \":n\" } } },");

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
    }

    [Fact]
    public async Task An_answer_is_right_in_columns_of_other_types_and_in_those_that_are_cast()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            """
            -- name: it
            select array[1, 2]::text as numbers, interval '1 month 2 hours'::text as span, time '09:08:07.5' as clock,
                   1.5e20::float8 as twice, 0.1::float4 as real, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid as code;
            """, "\"it\": 1",
            """
            "parameters": { "row": { "kind": "query", "sql": "select time '09:08:07.5' as clock, 1.5e20::float8 as twice" } },
            "answers": { "it": { "atLeast": 1, "equal": {
              "numbers": "{1,2}", "span": "1 mon 02:00:00", "clock": ":row.clock", "twice": ":row.twice", "real": "0.1",
              "code": "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11" } } },
            """);

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
    }

    [Fact]
    public async Task A_number_of_more_digits_than_the_drivers_is_held_against_a_limit()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            "-- name: it\nselect 1.5 as price, 1e40::numeric as much, -1e40::numeric as debt;\n",
            "\"it\": 1",
            """
            "answers": { "it": { "least": { "price": 1, "much": 1 }, "most": { "price": 2, "debt": 0 } } },
            """);

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
    }

    [Fact]
    public async Task A_fraction_of_more_digits_than_the_drivers_is_to_be_rounded()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            "-- name: it\nselect 0.1::numeric(40, 38) as part;\n", "\"it\": 1",
            "\"answers\": { \"it\": { \"least\": { \"part\": 0 } } },");

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Equal(
            "wrong answer: it returned a part of more digits than can be compared: round it in the statement",
            Assert.Single(result.Operations.SelectMany(operation => operation.Errors)).Message);
    }

    private async Task<TestDatabase> ReadyAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            """
            create table account (id int primary key, balance int not null);
            insert into account select n, 100 from generate_series(1, 10) n
            """);
        return database;
    }
}
