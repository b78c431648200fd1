using System.Text.Json.Nodes;
using CsCheck;
using LoadHarness.IntegrationTests.Imports;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Counts by bits are exact in every snapshot, whatever happens to leads and bits at the same time.</summary>
public sealed class SegmentBitsTests(PostgresCluster cluster)
{
    /// <summary>How many random segments; a nightly run asks for 1000.</summary>
    private const string CountVariable = "LOADHARNESS_SEGMENTS";

    private const int SegmentsPerSnapshot = 6;

    /// <summary>So many times the segments that are asked for, at most.</summary>
    private const int MostSegments = 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_segments_count_as_the_oracle_does_in_every_snapshot_while_leads_change_and_bits_are_folded()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await SegmentBitsWriters.FillAsync(database);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var writers = new SegmentBitsWriters(database, app, done.Token);
        var work = writers.RunAsync();
        var (byBits, compared, segments) = (0, 0, Segments());
        // Who writes fast leaves many changes that are not folded yet, and then counts go by rows. A fault of a writer ends the loop.
        while (compared < segments || (byBits <= segments / 3 && compared < MostSegments * segments && !work.IsCompleted))
        {
            byBits += await CompareAsync(database, SegmentsPerSnapshot);
            compared += SegmentsPerSnapshot;
        }

        while (writers.Folds <= 5 && !work.IsCompleted) await Task.Delay(20, Stop);
        await done.CancelAsync();
        await work;
        byBits += await CompareAsync(database, SegmentsPerSnapshot);

        Assert.True(byBits > segments / 3, $"{byBits} of {compared} segments were counted by bits");
        Assert.True(writers.Folds > 5, $"{writers.Folds} folds");
    }

    [Fact]
    public async Task A_folder_that_is_killed_in_the_middle_changes_nothing_and_the_next_one_ends_its_work()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await SegmentBitsWriters.FillAsync(database);
        await database.Owner.ExecuteAsync(
            "update leads set status = 'bounced', tags = tags || '{late}' where workspace_id = 1 and id % 2 = 0");
        await database.Owner.ExecuteAsync(
            """
            create sequence written;
            grant usage on written to public;
            create function slow() returns trigger language plpgsql as $$
            begin
                if nextval('public.written') = 3 then perform pg_sleep(600); end if;
                return new;
            end $$;
            create trigger slow before update on segment_bits for each row execute function slow()
            """);
        var fold = Assert.ThrowsAnyAsync<NpgsqlException>(() => database.Owner.ExecuteAsync("select fold_segment_changes(1)"));
        while (await database.Owner.AskAsync<long>(
            "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()") == 0)
            await Task.Delay(10, Stop);
        // Another folder does not wait, and counts go on.
        Assert.True(await database.Owner.AskAsync<bool>("select fold_segment_changes(1) is null"));
        await CompareAsync(database, SegmentsPerSnapshot);
        await database.Owner.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()");
        await fold;
        await CompareAsync(database, SegmentsPerSnapshot);

        await database.Owner.ExecuteAsync("drop trigger slow on segment_bits");
        await database.Owner.ExecuteAsync("update segment_bit_workspaces set folded_at = now() - interval '1 hour'");
        await database.As("lh_jobs").ExecuteAsync("call run_job('fold-segments')");
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from segment_changes where workspace_id = 1"));
        await CompareAsync(database, SegmentsPerSnapshot);
        Assert.Equal(await database.Owner.AskAsync<long>("select count(*) from leads where workspace_id = 1 and 'late' = any (tags)"),
            await database.Owner.AskAsync<long>(
                """
                select count_by_bits(1, s, compile_segment(s))
                from (values ('{"field":"tags","operator":"contains","value":"late"}'::jsonb)) v (s)
                """));
    }

    [Fact]
    public async Task Fields_of_which_no_value_has_bits_are_written_one_by_one_and_together()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await SegmentBitsWriters.FillAsync(database);
        await database.Owner.ExecuteAsync(
            "update segment_bit_facets set complete = false; delete from segment_bit_values where kind = 'value'");
        foreach (var change in (string[])["status = 'bounced'", "source = 'new'", "tags = '{new}'", "custom_fields = '{\"plan\":\"new\"}'",
            "created_at = created_at + interval '1 day'", "id = id + 400"])
        {
            await database.Owner.ExecuteAsync($"update leads set {change} where id % 2 = 0");
            Assert.True(await database.Owner.AskAsync<long>("select fold_segment_changes(1)") > 0);
        }

        await CompareAsync(database, SegmentsPerSnapshot);
    }

    [Fact]
    public async Task An_import_folds_what_it_inserted_and_leaves_what_was_updated_to_the_job()
    {
        const string updated = "select count(*) from segment_changes where workspace_id = 1 and first_lead = last_lead";
        const string inserted = "select count(*) from segment_changes where workspace_id = 1 and first_lead < last_lead";
        const string due = "select more || ' ' || folded_at from segment_bit_workspaces where workspace_id = 1";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email) select 1, n || '@own.io' from generate_series(1, 9000) as n;
            select build_segment_bits(1, 100);
            update leads set tags = '{late}' where workspace_id = 1 and id % 2 = 0;
            update segment_bit_workspaces set more = true
            """);
        var before = await database.Owner.AskAsync<string>(due);
        Assert.Equal(4_500, await database.Owner.AskAsync<long>(updated));

        await ImportAsync(app, 0, 100);
        Assert.Equal((4_500, 1), (await database.Owner.AskAsync<long>(updated), await database.Owner.AskAsync<long>(inserted)));
        await ImportAsync(app, 100, 4_000);
        Assert.Equal((4_500, 0), (await database.Owner.AskAsync<long>(updated), await database.Owner.AskAsync<long>(inserted)));
        // Imports in a row do not keep the job from what they leave.
        Assert.Equal(before, await database.Owner.AskAsync<string>(due));
        await CompareAsync(database, SegmentsPerSnapshot);

        await database.Owner.ExecuteAsync("update segment_bit_workspaces set more = false, folded_at = now() - interval '1 minute'");
        await database.As("lh_jobs").ExecuteAsync("call run_job('fold-segments')");
        Assert.Equal(0, await database.Owner.AskAsync<long>(updated));
        await CompareAsync(database, SegmentsPerSnapshot);
    }

    [Fact]
    public async Task A_narrow_range_of_days_goes_by_rows_and_a_wide_one_by_bits()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email, created_at)
            select 1, n || '@own.io', '2026-01-01'::timestamptz + n * interval '5 minutes' from generate_series(1, 30000) as n;
            analyze leads;
            select build_segment_bits(1, 100)
            """);
        Assert.Equal(["True", "False", "False"], await database.Owner.ListAsync(
            """
            select segment_rows_are_cheap(1, s::jsonb, compile_segment(s::jsonb))
            from (values (1, '{"field":"created_at","operator":"equals","value":"2026-02-01"}'),
                         (2, '{"field":"created_at","operator":"after","value":"2026-01-02"}'),
                         (3, '{"field":"tags","operator":"contains","value":"vip"}')) as v (n, s) order by n
            """));
    }

    [Theory]
    [InlineData("contains", "10.50", 400)]
    [InlineData("contains", "10.5", 600)]
    [InlineData("starts_with", "10.50", 400)]
    [InlineData("not_contains", "10.50", 600)]
    [InlineData("contains", "1.0", 200)]
    [InlineData("equals", "10.50", 200)]
    public async Task Numbers_that_are_alike_and_written_otherwise_count_by_what_is_written(string op, string text, long expected)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email, custom_fields)
            select 1, n || '@own.io', format('{"score": %s}', (array['10.5', '10.50', '[1.0]', '[1]', '"10.50"'])[n % 5 + 1])::jsonb
            from generate_series(1, 1000) as n;
            select build_segment_bits(1, 100)
            """);
        var segment = new JsonObject { ["field"] = "custom.score", ["operator"] = op, ["value"] = text }.ToJsonString();

        Assert.Equal(expected, await database.Owner.AskInAsync<long>(1, "select count_segmented_leads(1, $1::jsonb)", segment));
        Assert.Equal(expected, await database.Owner.AskInAsync<long>(
            1, "select count_by_bits(1, $1::jsonb, compile_segment($1::jsonb))", segment));
    }

    private static Task<ImportOutcome> ImportAsync(TenantDatabase app, int first, int rows) => LeadImport.RunAsync(
        app, "fold", Enumerable.Range(first, rows).Select(LeadImportTests.Row), 1, (_, work) => work(), Stop);

    // Of one snapshot: the leads for the oracle, and both ways of counting.
    private static async Task<int> CompareAsync(TestDatabase database, int segments)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Stop);
        await using var tenant = new NpgsqlCommand("select set_config('app.workspace_id', '1', true)", connection);
        await tenant.ExecuteNonQueryAsync(Stop);
        var leads = await SegmentBitsWriters.LeadsAsync(connection);
        var byBits = 0;
        for (var i = 0; i < segments; i++)
        {
            // A field of days, which the generator has not.
            var text = SegmentGen.Segment(i % 4).Single().ToJsonString().Replace("custom.k.1", "custom.born", StringComparison.Ordinal);
            var segment = JsonNode.Parse(text)!.AsObject();
            var expected = leads.Count(lead => SegmentOracle.Matches(lead, segment));
            await using var count = new NpgsqlCommand(
                "select count_segmented_leads(1, $1::jsonb), count_by_bits(1, $1::jsonb, compile_segment($1::jsonb))", connection)
            {
                Parameters = { new() { Value = text } },
            };
            await using var reader = await count.ExecuteReaderAsync(Stop);
            Assert.True(await reader.ReadAsync(Stop));
            Assert.True(expected == reader.GetInt64(0), $"{text}: expected {expected} of {leads.Count}, counted {reader.GetInt64(0)}");
            if (reader.IsDBNull(1)) continue;
            Assert.True(expected == reader.GetInt64(1), $"{text}: expected {expected} of {leads.Count}, bits say {reader.GetInt64(1)}");
            byBits++;
        }

        return byBits;
    }

    private static int Segments() => Environment.GetEnvironmentVariable(CountVariable) is { Length: > 0 } text
        ? int.Parse(text)
        : 60;
}
