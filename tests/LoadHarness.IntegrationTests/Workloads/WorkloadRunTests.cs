using LoadHarness.Core;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Workloads;

namespace LoadHarness.IntegrationTests.Workloads;

public sealed class WorkloadRunTests(PostgresCluster cluster)
{
    private const string Tables = """
        create type mood as enum ('sad', 'ok');
        create domain positive as int check (value > 0);
        create table seen (small int2, whole int4, large int8, exact numeric(12, 2), real float4, twice float8, truth bool, id uuid,
                           day date, local timestamp, moment timestamptz, doc jsonb, plain json, feeling mood, host inet, tags text[],
                           limited positive, words varchar(80), place bigint generated always as identity);
        create table account (id int primary key, balance int not null);
        insert into account select n, 100 from generate_series(1, 10) n;
        """;

    private const string Parameters = """
        "parameters": {
          "n": { "kind": "uniform", "from": 1, "to": 9 },
          "price": { "kind": "uniform", "from": "0.01", "to": "99.99", "digits": 2 },
          "flag": { "kind": "list", "values": [true, false] },
          "uuid": { "kind": "uuid" },
          "day": { "kind": "date", "from": "2026-01-01", "to": "2026-01-31" },
          "doc": { "kind": "constant", "value": "{\"a\": 1}" },
          "mood": { "kind": "list", "values": ["sad", "ok"] },
          "host": { "kind": "constant", "value": "10.0.0.1" },
          "tags": { "kind": "constant", "value": "{a,b}" },
          "words": { "kind": "text", "pattern": "{{name.firstName}}", "different": 20 },
          "double": { "kind": "expression", "value": ":n * 2" },
          "acct": { "kind": "query", "sql": "select id, balance from account order by id", "mostRows": 5 }
        },
        """;

    private const string EveryType = """
        -- name: every_type
        insert into seen (small, whole, large, exact, real, twice, truth, id, day, local, moment, doc, plain, feeling, host, tags, limited,
                          words)
        values (:n::int, :double, :n::int, :price::numeric, :price::numeric, :price::numeric, :flag, :uuid, :day::date, :day::date,
                :day::date, :doc::jsonb, :doc::jsonb::json, :mood, :host, :tags, :n::int, :words);
        """;

    [Fact]
    public async Task Values_of_every_kind_reach_columns_of_every_type_and_the_same_seed_sends_the_same()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(EveryType, "\"every_type\": 1", Parameters);

        foreach (var seed in new ulong[] { 7, 7, 8 })
        {
            var result = await files.RunAsync(database.ConnectionString, seed);
            Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
        }

        // All but the place itself, which goes on, and the UUID, which is new.
        var rows = await database.Owner.ListAsync("select (to_jsonb(s) - 'place' - 'id')::text from seen s order by place");
        Assert.Equal(150, rows.Count);
        Assert.Equal(rows.Take(50), rows.Skip(50).Take(50));
        Assert.NotEqual(rows.Take(50), rows.Skip(100));
        Assert.Equal(150, await database.Owner.AskAsync<long>("select count(distinct id) from seen"));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            "select count(*) from seen where whole <> 2 * small or large <> small or day is null"));
    }

    [Fact]
    public async Task Keys_are_new_in_a_second_run_with_the_same_seed_and_the_rest_is_the_same()
    {
        await using var database = await ReadyAsync();
        await database.Owner.ExecuteAsync("create table keyed (id uuid primary key, next int unique, n int)");
        using var files = WorkloadFiles.Write(
            "-- name: add\ninsert into keyed values (:uuid, :next, :n::int);", "\"add\": 1",
            Parameters.Replace(
                "\"n\": {", "\"next\": { \"kind\": \"sequential\", \"from\": 1, \"to\": 900 }, \"n\": {", StringComparison.Ordinal));

        foreach (var _ in (int[])[1, 2])
        {
            var result = await files.RunAsync(database.ConnectionString, seed: 7);
            Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
        }

        var drawn = await database.Owner.ListAsync("select n::text from keyed order by next");
        Assert.Equal(drawn.Take(50), drawn.Skip(50));
    }

    [Fact]
    public async Task A_short_code_of_a_padded_column_is_found_by_its_index()
    {
        await using var database = await ReadyAsync();
        await database.Owner.ExecuteAsync(
            """
            create table country (code char(3) primary key, name text not null);
            insert into country select to_hex(n), 'name ' || n from generate_series(1, 4000) n;
            analyze country
            """);
        using var files = WorkloadFiles.Write(
            """
            -- name: by_code
            select code, name from country where code = :row.code;

            -- name: by_short
            select code from country where code = :short;

            -- name: in_turn
            -- result: one
            select code from country where code = :short;
            select name from country where code = :one.code;
            """, "\"by_code\": 1, \"by_short\": 1, \"in_turn\": 1",
            """
            "parameters": { "row": { "kind": "query", "sql": "select code, name from country order by length(code), code" },
                            "short": { "kind": "list", "values": ["a", "1f"] } },
            "answers": { "by_code": { "atLeast": 1, "atMost": 1, "equal": { "code": ":row.code", "name": ":row.name" } },
                         "by_short": { "atLeast": 1, "atMost": 1, "equal": { "code": ":short" } } },
            """);

        var result = await files.RunAsync(database.ConnectionString);
        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        await using var run = await WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken);

        Assert.All(await run.TryAsync(1, TestContext.Current.CancellationToken), trial =>
        {
            Assert.Null(trial.Fault);
            Assert.Equal(["country_pkey"], trial.Plan!.Indexes);
            Assert.Empty(trial.Plan.SequentialScans);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"tenant\": { \"setting\": \"app.tenant\", \"value\": \":id\" },")]
    public async Task A_result_of_any_type_is_passed_on_as_the_server_writes_it(string tenant)
    {
        await using var database = await ReadyAsync();
        string[] columns = ["bytes", "numbers", "words", "moment", "local", "late", "exact", "twice", "doc", "plain", "code", "feeling",
            "span", "clock", "truth", "padded", "nothing", "pair"];
        await database.Owner.ExecuteAsync(
            """
            create type pair as (a int, b text);
            create table source as select 1 as id, '\x00ff5c'::bytea as bytes, '{{1,2},{3,null}}'::int[] as numbers,
                array['a"b', 'c,d', null] as words, '2026-01-31 12:00:00.123456+02'::timestamptz as moment,
                '1999-12-31 23:59:59.5'::timestamp as local, 'infinity'::timestamptz as late,
                12345678901234567890.12345678901234567890 as exact, 0.1::float8 as twice, '{"a": [1.0]}'::jsonb as doc,
                '{"b" : 2}'::json as plain, gen_random_uuid() as code, 'ok'::mood as feeling, '1 mon 2 days 03:04:05.6'::interval as span,
                '09:08:07.654321'::time as clock, true as truth, 'ab'::char(4) as padded, null::text as nothing,
                row(1, 'x y')::pair as pair;
            create table copied as table source with no data
            """);
        await database.Owner.ExecuteAsync($"create table told (id int, {string.Join(", ", columns.Select(column => $"{column} text"))})");
        var values = $":r.id, {string.Join(", ", columns.Select(column => $":r.{column}"))}";
        using var files = WorkloadFiles.Write(
            $"""
            -- name: pass
            -- result: r
            select *, repeat('not taken', 10) from source where id = :id;
            insert into copied values ({values});
            insert into told values ({values});
            """, "\"pass\": 1", tenant + "\"parameters\": { \"id\": { \"kind\": \"constant\", \"value\": 1 } },");

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        Assert.Equal(50, await database.Owner.AskAsync<long>("select count(*) from copied c join source s on to_jsonb(c) = to_jsonb(s)"));
        var same = string.Join(" and ",
            columns.Select(column => $"t.{column} is not distinct from nullif(format('%s', s.{column}), '')"));
        Assert.Equal(50, await database.Owner.AskAsync<long>($"select count(*) from told t cross join source s where {same}"));
        await using var run = await WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken);
        Assert.All(await run.TryAsync(1, TestContext.Current.CancellationToken), trial => Assert.Null(trial.Fault));
    }

    [Fact]
    public async Task A_result_goes_into_the_next_statement_and_a_transaction_is_whole_or_not_there()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            """
            -- name: transfer
            -- transaction
            -- result: source
            update account set balance = balance - 1 where id = :acct.id returning id, balance;
            update account set balance = :source.balance where id = :source.id;
            insert into seen (large, words) values (:source.balance::int, :source.balance::int::text);

            -- name: broken
            -- transaction
            update account set balance = balance - 1000 where id = :acct.id;
            insert into seen (limited) values (:zero);
            """, "\"transfer\": 1, \"broken\": 1",
            Parameters.Replace("\"n\": {", "\"zero\": { \"kind\": \"constant\", \"value\": 0 }, \"n\": {", StringComparison.Ordinal),
            """{ "kind": "iterationsForConstant", "copies": 3, "iterations": 90 }""");

        var result = await files.RunAsync(database.ConnectionString);

        var transfers = result.Operations.Single(operation => operation.Name == "transfer");
        var broken = result.Operations.Single(operation => operation.Name == "broken");
        Assert.Equal(0, broken.Accounting.Completed);
        Assert.Equal("23514", Assert.Single(broken.Errors).Code);
        Assert.Equal(0, transfers.Accounting.Failed);
        Assert.Equal(["1. update account set", "2. update account set", "3. insert into seen"], transfers.Steps.Select(step => step.Name));
        Assert.Equal(1_000 - transfers.Accounting.Completed, await database.Owner.AskAsync<long>("select sum(balance) from account"));
        Assert.Equal(transfers.Accounting.Completed,
            await database.Owner.AskAsync<long>("select count(*) from seen where large::text = words"));
    }

    [Fact]
    public async Task A_lost_connection_fails_its_request_and_the_user_goes_on()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            """
            -- name: cut
            select pg_terminate_backend(pg_backend_pid()) where :n = 1;
            """, "\"cut\": 1", Parameters);

        var result = await files.RunAsync(database.ConnectionString);

        Assert.InRange(result.Accounting.Failed, 1, 49);
        Assert.Equal(50, result.Accounting.Completed + result.Accounting.Failed);
    }

    [Fact]
    public async Task Users_who_come_in_waves_have_their_own_connections_while_the_last_requests_of_those_before_take()
    {
        await using var database = await ReadyAsync();
        const string wave = """{ "kind": "keepConstant", "copies": 2, "during": "300ms" }""";
        const string pause = """{ "kind": "pause", "during": "100ms" }""";
        // The last of four waves begins after 1.2 s: none of the six before it has its answer.
        using var files = WorkloadFiles.Write(
            "-- name: slow\nselect 1 from pg_sleep(4);", "\"slow\": 1",
            simulation: string.Join(", ", wave, pause, wave, pause, wave, pause, wave));

        var result = await files.RunAsync(database.ConnectionString);

        Assert.Empty(result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
        Assert.Equal((8L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
    }

    [Theory]
    [InlineData("select * from nowhere where id = :n", "line 2, it: 42P01")]
    [InlineData("select id,\n  nothing from account where id = :n", "line 3, it: 42703")]
    [InlineData("select * from account where id = :words", ":words, parameters.words: the value '")]
    [InlineData("select * from account where id = :price", "2 digits behind the point does not fit: the statement wants integer")]
    [InlineData("select * from seen where moment > :n", "a number does not fit: the statement wants timestamp with time zone")]
    [InlineData("select * from account where id = :acct.none", "there is no column none; there are id, balance")]
    [InlineData("-- result: one\nselect id from account;\nselect :one.nil::int", ":one.nil: the result has no column nil")]
    [InlineData("select :none_fits is null from account", "42P18")]
    public async Task What_the_server_refuses_is_named_with_file_and_line_before_the_load(string statement, string fault)
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            $"-- name: it\n{statement};\n", "\"it\": 1",
            Parameters.Replace("\"n\": {", "\"none_fits\": { \"kind\": \"constant\", \"value\": 0 }, \"n\": {", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<HarnessException>(() => WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains("statements.sql", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_are_cut_are_told_and_a_query_without_rows_is_refused()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write("-- name: it\nselect * from account where id = :acct;", "\"it\": 1", Parameters);
        await using (var run = await WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken))
            Assert.Contains("the first 5 are used", Assert.Single(run.Notes), StringComparison.Ordinal);

        await database.Owner.ExecuteAsync("delete from account");
        var refused = await Assert.ThrowsAsync<HarnessException>(() => WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken));
        Assert.Contains("parameters.acct.sql: the query returns no row", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_of_a_parameter_and_a_walk_may_take_longer_than_the_time_limit_of_the_connection()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            """
            -- name: first_page
            select id from account cross join pg_sleep(2) order by id limit 2;

            -- name: next_page
            select id from account where id > :page.id::int and id >= :slow.least::int order by id limit 2;
            """, "\"next_page\": 1",
            """
            "parameters": {
              "slow": { "kind": "query", "sql": "select 1 as least from pg_sleep(2)" },
              "page": { "kind": "pages", "first": "first_page", "next": "next_page", "cursor": "id" }
            },
            """);

        var result = await files.RunAsync($"{database.ConnectionString};Command Timeout=1");

        Assert.Null(result.AbortReason);
        Assert.Equal((50L, 0L), (result.Accounting.Completed, result.Accounting.Failed));
    }

    [Fact]
    public async Task A_trial_tells_plans_and_faults_and_leaves_every_row_as_it_was()
    {
        await using var database = await ReadyAsync();
        using var files = WorkloadFiles.Write(
            """
            -- name: write
            -- transaction
            -- result: a
            update account set balance = 0 where id = :acct.id returning id;
            delete from account where id = :a.id;

            -- name: wrong
            insert into seen (limited) values (:double::int - :double::int);
            """, "\"write\": 1, \"wrong\": 1", Parameters);
        await using var run = await WorkloadRun.PrepareAsync(
            files.Read(), database.ConnectionString, 1, TestContext.Current.CancellationToken);

        var trials = await run.TryAsync(1, TestContext.Current.CancellationToken);

        Assert.Equal(3, trials.Count);
        Assert.All(trials.Take(2), trial => Assert.NotNull(trial.Plan));
        Assert.Contains("23514", trials[2].Fault, StringComparison.Ordinal);
        Assert.Equal(1_000, await database.Owner.AskAsync<long>("select sum(balance) from account"));
    }

    private async Task<TestDatabase> ReadyAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(Tables);
        return database;
    }
}
