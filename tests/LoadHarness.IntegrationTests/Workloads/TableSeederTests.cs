using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Workloads.Seeding;

namespace LoadHarness.IntegrationTests.Workloads;

public sealed class TableSeederTests(PostgresCluster cluster)
{
    private const string Table = """
        create type mood as enum ('sad', 'ok');
        create table item (id int primary key, small int2, large int8, exact numeric(30, 6), real float4, twice float8, truth bool,
                           code uuid, day date, local timestamp, moment timestamptz, doc jsonb, plain json, feeling mood,
                           words varchar(80) not null, made timestamptz not null default now());
        """;

    private const string Seed = """
        "seed": [ { "table": "item", "rows": "50k", "columns": {
          "id": { "kind": "sequential", "from": 1, "to": "1M" },
          "small": { "kind": "zipf", "from": -5, "to": 300 },
          "large": { "kind": "uniform", "from": 1, "to": 9000000000 },
          "exact": { "kind": "uniform", "from": "-100000.0001", "to": "200000.5", "digits": 4 },
          "real": { "kind": "uniform", "from": "0.5", "to": "1.5", "digits": 1 },
          "twice": { "kind": "gaussian", "from": -100, "to": 100 },
          "truth": { "kind": "list", "values": [true, false], "weights": [9, 1] },
          "code": { "kind": "uuid" },
          "day": { "kind": "date", "from": "1999-12-30", "to": "2000-01-03" },
          "local": { "kind": "date", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z" },
          "moment": { "kind": "date", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z" },
          "doc": { "kind": "constant", "value": "{\"a\": [1, \"ü\"]}" },
          "plain": { "kind": "constant", "value": "[1]" },
          "feeling": { "kind": "list", "values": ["sad", "ok"] },
          "words": { "kind": "text", "pattern": "{{name.fullName}}", "locale": "tr", "different": 100 }
        } } ],
        """;

    private const string Statement = "-- name: it\nselect 1;";

    [Fact]
    public async Task Every_type_is_filled_in_its_range_and_the_same_seed_gives_the_same_rows()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(Table);
        using var files = WorkloadFiles.Write(Statement, "\"it\": 1", Seed);

        Assert.Equal(("public.item", 50_000L), Assert.Single(await SeedAsync(files, database, 5)));

        Assert.Equal(
            "50000 1 50000 -5 300 t 5 1999-12-30 2000-01-03 f 50000",
            await database.Owner.AskAsync<string>(
                """
                select concat_ws(' ', count(*), min(id), max(id), min(small), max(small),
                                 min(exact) >= -100000.0001 and max(exact) <= 200000.5 and bool_or(exact < 0) and max(scale(exact)) = 6,
                                 count(distinct day), min(day), max(day),
                                 bool_or(local not between '2026-01-01' and '2026-01-02' or doc->'a'->>1 <> 'ü' or real not between 0.5
                                     and 1.5),
                                 count(distinct code))
                from item
                """));
        const string sum = "select md5(string_agg((to_jsonb(i) - 'made')::text, '|' order by id)) from item i";
        var first = await database.Owner.AskAsync<string>(sum);
        await database.Owner.ExecuteAsync("truncate item");
        await SeedAsync(files, database, 5);
        Assert.Equal(first, await database.Owner.AskAsync<string>(sum));
        await database.Owner.ExecuteAsync("truncate item");
        await SeedAsync(files, database, 6);
        Assert.NotEqual(first, await database.Owner.AskAsync<string>(sum));
    }

    [Fact]
    public async Task A_padded_column_is_filled_from_every_kind_that_makes_texts()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create table t (code char(3) primary key, kind char(5), id char(36), day character(10))");
        using var files = WorkloadFiles.Write(Statement, "\"it\": 1", """
            "seed": [ { "table": "t", "rows": 900, "columns": {
              "code": { "kind": "sequential", "from": 1, "to": 900 }, "kind": { "kind": "list", "values": ["a", "bb"] },
              "id": { "kind": "uuid" }, "day": { "kind": "date", "from": "2026-01-01", "to": "2026-01-31" } } } ],
            """);

        await SeedAsync(files, database, 1);

        Assert.Equal(
            "900 900 2 900",
            await database.Owner.AskAsync<string>(
                """
                select concat_ws(' ', count(*), count(*) filter (where day::date between '2026-01-01' and '2026-01-31'),
                                 count(distinct kind), count(distinct id::uuid))
                from t where code::int between 1 and 900 and kind in ('a', 'bb')
                """));
    }

    [Fact]
    public async Task A_table_with_rows_is_refused_unless_told()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("create table t (id int); insert into t values (1)");
        const string seed = """
            "seed": [ { "table": "t", "rows": 10, "columns": { "id": { "kind": "sequential", "from": 1, "to": 10 } } } ],
            """;
        using var files = WorkloadFiles.Write(Statement, "\"it\": 1", seed);
        using var appending = WorkloadFiles.Write(
            Statement, "\"it\": 1", seed.Replace("\"rows\"", "\"append\": true, \"rows\"", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<HarnessException>(() => SeedAsync(files, database, 1));
        Assert.Contains("seed[0].table: t holds rows", refused.Message, StringComparison.Ordinal);
        await SeedAsync(appending, database, 1);

        Assert.Equal(11, await database.Owner.AskAsync<long>("select count(*) from t"));
    }

    [Fact]
    public async Task What_does_not_fit_is_named_before_a_row_is_written()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            Table + "create table other (id int, span interval, made int generated always as identity, must text not null)");
        using var files = WorkloadFiles.Write(Statement, "\"it\": 1", """
            "seed": [
              { "table": "none", "rows": 1, "columns": { "a": { "kind": "uuid" } } },
              { "table": "item", "rows": 1, "columns": {
                "ids": { "kind": "uuid" }, "small": { "kind": "uniform", "from": 1, "to": "1M" }, "words": { "kind": "uuid" },
                "id": { "kind": "constant", "value": "one" } } },
              { "table": "other", "rows": 1, "columns": { "span": { "kind": "constant", "value": "1 day" }, "made": { "kind": "uuid" } } }
            ],
            """);

        var refused = await Assert.ThrowsAsync<HarnessException>(() => SeedAsync(files, database, 1));

        foreach (var named in (string[])["seed[0].table: there is no table none", "seed[1].columns.ids: item has no such column",
            "seed[1].columns.small: the value 1000000 does not fit", "seed[1].columns.id: the value 'one'",
            "seed[2].columns.span: columns of the type interval", "seed[2].columns.made: the server makes its value",
            "seed[2].columns: must is not null"])
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from item"));
    }

    private static Task<IReadOnlyList<(string Table, long Rows)>> SeedAsync(WorkloadFiles files, TestDatabase database, ulong seed) =>
        TableSeeder.SeedAsync(files.Read(), database.ConnectionString, seed, SilentProgress.Instance,
            TestContext.Current.CancellationToken);
}
