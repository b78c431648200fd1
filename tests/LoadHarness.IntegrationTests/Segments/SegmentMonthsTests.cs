using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Ranges of days are counted by few rows of bits, whatever the days are, and as the leads themselves say.</summary>
public sealed class SegmentMonthsTests(PostgresCluster cluster)
{
    private const string Limits =
        "select count(*) from segment_bit_values where workspace_id = 1 and facet = 'created_at' and kind = 'from'";

    // Each day of the leads and beyond them, or one in seven.
    private static string Differences(int step) =>
        $"""
        select d.day || ' ' || d.operator || ' ' || d.bits || ' ' || d.leads
        from (select day, o.operator, count_by_bits(1, o.segment, compile_segment(o.segment)) as bits,
                     (select count(*) from leads
                      where workspace_id = 1 and case o.operator when 'before' then created_at < day
                                                 when 'after' then created_at >= day + interval '1 day'
                                                 else created_at >= day and created_at < day + interval '1 day' end) as leads
              from generate_series('2023-12-25Z'::timestamptz, '2026-03-10Z', interval '{step} day') as day
              cross join lateral (
                  select n as operator,
                         jsonb_build_object('field', 'created_at', 'operator', n, 'value', to_char(day, 'YYYY-MM-DD')) as segment
                  from unnest(array['before', 'after', 'equals']) as n
                  where n <> 'equals' or extract(day from day) in (1, 2, 28, 31)) as o) as d
        where d.bits is distinct from d.leads
        """;

    // How many rows of a block a range of days reads.
    private const string Reads =
        """
        select (select count(distinct m[1]) from regexp_matches(
                    segment_bits_query(1, segment_term(1, s, false), segment_term(1, s, true)), 'value_id = ([0-9]+) and', 'g') as m)
        from (select $1::jsonb as s) as v
        """;

    [Fact]
    public async Task Each_day_of_two_years_counts_as_the_leads_do_and_reads_three_rows_a_block()
    {
        await using var database = await FilledAsync();
        Assert.Empty(await DifferencesAsync(database, 1));
        Assert.Equal(3, await ReadsAsync(database, After("2025-06-16")));
        Assert.Equal(1, await ReadsAsync(database, After("2025-05-31")));
        Assert.Equal(6, await ReadsAsync(database, $$"""{"and":[{{After("2024-06-16")}},{"not":{{After("2025-08-08")}}}]}"""));
    }

    [Fact]
    public async Task New_months_get_limits_when_their_leads_are_folded_and_odd_days_do_no_harm()
    {
        await using var database = await FilledAsync();
        Assert.Equal(25, await database.Owner.AskAsync<long>(Limits));
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email, created_at)
            select 1, 'late' || n || '@own.io', '2026-01-01Z'::timestamptz + n * interval '1 hour' from generate_series(0, 1200) as n;
            update leads set created_at = '2025-11-30T23:59:59Z' where workspace_id = 1 and id % 9 = 0;
            select fold_segment_changes(1)
            """);
        Assert.Equal(27, await database.Owner.AskAsync<long>(Limits));
        Assert.Equal(3, await ReadsAsync(database, After("2026-02-16")));
        Assert.Empty(await DifferencesAsync(database, 7));

        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email, created_at)
            select 1, left(day, 4) || '@odd.io', day::timestamptz
            from unnest(array['1970-01-02Z', '1999-12-31Z', '2023-12-31Z', '2099-12-31Z']) as day;
            select fold_segment_changes(1)
            """);
        Assert.Equal(72, await database.Owner.AskAsync<long>(Limits));
        Assert.Empty(await DifferencesAsync(database, 7));
        await database.Owner.ExecuteAsync("delete from leads where email like '%@odd.io'; select build_segment_bits(1, 100)");
        Assert.Equal(27, await database.Owner.AskAsync<long>(Limits));
    }

    [Fact]
    public async Task Bits_of_an_older_form_serve_until_the_job_has_built_them_anew()
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync(
            """
            delete from segment_bit_values where kind in ('from', 'monthday');
            update segment_bit_workspaces set built_at = null
            """);
        Assert.Empty(await DifferencesAsync(database, 7));
        Assert.InRange(await ReadsAsync(database, After("2025-06-16")), 5, 17);

        await database.As("lh_jobs").ExecuteAsync("call run_job('fold-segments')");
        Assert.Equal(25, await database.Owner.AskAsync<long>(Limits));
        Assert.Equal(3, await ReadsAsync(database, After("2025-06-16")));
    }

    [Fact]
    public async Task Days_of_a_lifetime_have_digits_only()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email, custom_fields)
            select 1, n || '@own.io', jsonb_build_object('born', to_char('1970-01-01'::date + n * 9, 'YYYY-MM-DD'))
            from generate_series(1, 2000) as n;
            select build_segment_bits(1, 100)
            """);
        Assert.Equal(["created_at: from monthday slice", "custom.born: slice"], await database.Owner.ListAsync(
            """
            select facet || ': ' || string_agg(distinct kind, ' ' order by kind) from segment_bit_values
            where kind in ('slice', 'from', 'monthday') group by facet order by 1
            """));
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, id, email, created_at) overriding system value
            select 1, n * 13, n || '@own.io', '2024-01-01Z'::timestamptz + (n * 7919 % 17530) * interval '1 hour'
            from generate_series(1, 3000) as n;
            select setval(pg_get_serial_sequence('leads', 'id'), 60000), build_segment_bits(1, 100)
            """);
        return database;
    }

    private static string After(string day) => $$"""{"field":"created_at","operator":"after","value":"{{day}}"}""";

    private static Task<long> ReadsAsync(TestDatabase database, string segment) => database.Owner.AskAsync<long>(Reads, segment);

    private static Task<List<string>> DifferencesAsync(TestDatabase database, int step) =>
        database.Owner.ListAsync(Differences(step));
}
