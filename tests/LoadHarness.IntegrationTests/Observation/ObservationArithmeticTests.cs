using System.Diagnostics;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Workload;
using LoadHarness.Reporting;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>Rates, attribution and bounds, without a server.</summary>
public sealed class ObservationArithmeticTests
{
    private static readonly ActivityLook Nobody = new(0, 0, 0, 0, 0, 0, new Dictionary<(string, string), int>());

    [Fact]
    public void A_wall_clock_that_is_set_back_changes_no_rate()
    {
        var sample = At(2, wall: -3_600, wal: 3_000_000).Since(At(1, wall: 0, wal: 1_000_000), "s", "measured")!;
        Assert.Equal(2_000_000, sample.WalBytesPerSecond, 3);
    }

    [Theory]
    [InlineData(111, 100)]
    // The database counted less than was sent to it: a session that broke has not told its last.
    [InlineData(9, 0)]
    public void The_samplers_own_transactions_are_no_load(long counted, double rate)
    {
        var before = At(1, 0, 0) with { OwnTransactions = 40 };
        var now = At(2, 0, 0);
        now = now with { OwnTransactions = 51, Counters = now.Counters with { Transactions = counted } };
        Assert.Equal(rate, now.Since(before, null, null)!.TransactionsPerSecond, 3);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void No_time_or_time_that_ran_back_gives_no_sample_instead_of_an_infinite_or_negative_one(double before, double now) =>
        Assert.Null(At(now, 0, 5_000).Since(At(before, 0, 1_000), null, null));

    [Fact]
    public void Counters_that_were_reset_give_no_sample() => Assert.Null(At(2, 0, 10).Since(At(1, 0, 1_000), null, null));

    [Fact]
    public void A_long_run_keeps_a_bounded_number_of_samples_with_exact_rates()
    {
        var series = new SampleSeries(most: 50);
        for (var second = 0; second < 1_000; second++) series.Add(At(second, second, second * 1_000), "s", "measured");
        var samples = series.Samples();
        Assert.True(series.WasThinned);
        Assert.InRange(samples.Count, 20, 50);
        Assert.All(samples, sample => Assert.Equal(1_000, sample.WalBytesPerSecond, 3));
    }

    [Fact]
    public void What_lies_across_a_break_is_no_sample()
    {
        var series = new SampleSeries();
        series.Add(At(0, 0, 0), null, null);
        series.Break();
        series.Add(At(1, 1, 9_000_000), null, null);
        series.Add(At(2, 2, 9_000_500), null, null);
        Assert.Equal(500, Assert.Single(series.Samples()).WalBytesPerSecond, 3);
    }

    [Fact]
    public void A_statement_is_known_again_by_its_shape_when_the_server_has_replaced_its_constants() => Assert.Equal(
        StatementShape.Of(
            "select total_scheduled from bulk_schedule_email_sends($2, $1, null::jsonb, $3, 50) -- why\n  where 'it''s' <> x"),
        StatementShape.Of("SELECT total_scheduled  from bulk_schedule_email_sends($2, $1, $5::jsonb, $3, $6)\nwhere $7 <> x;"));

    [Theory]
    // As PostgreSQL 18 keeps lists.
    [InlineData("select a from t where b in (1, -2, 3) and c in ('x'::text, 'y') ;",
        "select a from t where b in ($1 /*, ... */) and c in ($2 /*, ... */)")]
    [InlineData("select a from t where b = any (ARRAY['x', 'y'])", "select a from t where b = any (ARRAY[$1 /*, ... */])")]
    [InlineData("select a - 5, -1 from t where b > -2.5e3 limit -1", "select a - $1, $2 from t where b > $3 limit $4")]
    public void So_it_is_with_signs_and_lists(string sent, string kept) => Assert.Equal(StatementShape.Of(sent), StatementShape.Of(kept));

    [Fact]
    public void A_call_with_more_arguments_is_another_statement() =>
        Assert.NotEqual(StatementShape.Of("select f($1, $2)"), StatementShape.Of("select f($1)"));

    [Fact]
    public void A_statement_that_no_scenario_sent_is_of_other_sessions_and_the_harness_own_are_left_out()
    {
        var sent = new SentStatements("one");
        sent.Add("select a from t where id = $1", "lookup");
        var seen = StatementDifference.Of(
            [new(sent, ["lookup", "list"])],
            Counters(("select a from t where id = $1", 5)),
            Counters(("select a from t where id = $1", 12), ("delete from t", 1), ("select /* loadharness: sampler */ $1", 99),
                ("DISCARD ALL", 3), ("SELECT typ.oid, att.attname, att.atttypid\nFROM pg_type AS typ", 2),
                ("SELECT typ.oid, enumlabel\nFROM pg_enum", 2)));
        var own = Assert.Single(seen["one"]);
        Assert.Equal((7, "one/lookup"), (own.Calls, Assert.Single(own.Operations)));
        Assert.Equal("delete from t", Assert.Single(seen[StatementDifference.OtherSessions]).Statement);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void A_statement_is_kept_whole_and_an_endless_one_says_how_much_was_cut()
    {
        var whole = $"select {new string('x', 5_000)}";
        var endless = $"select {new string('y', 20_000)}";
        var texts = StatementDifference.Of([], Counters(), Counters((whole, 1), (endless, 1)))[StatementDifference.OtherSessions]
            .Select(statement => statement.Statement).ToList();
        Assert.Contains(whole, texts);
        Assert.Contains(texts, text => text.EndsWith("[+ 12007 characters]", StringComparison.Ordinal));
    }

    /// <summary>Somebody reset it during the load, and since then it was called more often than before.</summary>
    [Theory]
    [InlineData("calls")]
    [InlineData("time")]
    [InlineData("rows")]
    [InlineData("blocks hit")]
    [InlineData("blocks read")]
    [InlineData("WAL")]
    [InlineData("temporary blocks")]
    [InlineData("I/O time")]
    public void A_statement_of_which_any_counter_went_back_began_anew(string counter)
    {
        var now = Reset(counter);

        var seen = Assert.Single(StatementDifference.Of([], Single(Before), Single(now))[StatementDifference.OtherSessions]);

        long[] counted = [now.Calls, now.Rows, now.BlocksHit, now.BlocksRead, now.WalBytes, now.TempBlocksWritten];
        long[] told = [seen.Calls, seen.Rows, seen.SharedBlocksHit, seen.SharedBlocksRead, seen.WalBytes, seen.TempBlocksWritten ?? -1];
        Assert.Equal(counted, told);
        Assert.Equal(now.Milliseconds, seen.TotalTime.TotalMilliseconds);
        Assert.Equal(now.IoMilliseconds, seen.IoTime?.TotalMilliseconds);
    }

    [Fact]
    public void After_a_reset_all_statements_count_from_zero_even_those_that_have_counted_more_since()
    {
        var (before, after) = (Counters(("select 1", 10)), Counters(("select 1", 25)));
        var reset = after with { ResetAt = DateTimeOffset.UnixEpoch };

        Assert.Equal(15, Calls(after));
        Assert.Equal(25, Calls(reset));

        long Calls(StatementCounters now) =>
            Assert.Single(StatementDifference.Of([], before, now)[StatementDifference.OtherSessions]).Calls;
    }

    [Fact]
    public void Counters_that_were_reset_are_noted_and_those_that_the_view_dropped_too()
    {
        var before = Counters(("select 1", 10), ("select 2", 10));
        var fewer = Counters(("select 1", 10), ("select 2", 4));

        Assert.Null(StatementDifference.Missing("one", before, Counters(("select 1", 10), ("select 2", 11), ("select 3", 1))));
        foreach (var reset in (StatementCounters[])[fewer, Counters(("select 1", 10)), before with { ResetAt = DateTimeOffset.UnixEpoch }])
            Assert.Contains("were reset during one", StatementDifference.Missing("one", before, reset), StringComparison.Ordinal);
        Assert.Contains("dropped statements", StatementDifference.Missing("one", before, fewer with { Dropped = 1 }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_with_a_statement_that_was_reset_during_the_load_is_read_again()
    {
        using var directory = new TemporaryDirectory();
        var run = SampleRun.Create(seconds: 3);
        var statements = StatementDifference.Of([], Single(Before), Single(Reset("blocks hit")))[StatementDifference.OtherSessions];

        var kept = await RunReport.KeepAsync(
            run with { Observation = run.Observation! with { Statements = statements } }, directory.Path,
            TestContext.Current.CancellationToken);

        Assert.Null(kept.Loss);
        var read = await RunJson.ReadAsync(kept.Files[0], TestContext.Current.CancellationToken);
        Assert.Equal(3, Assert.Single(read.Observation!.Statements).SharedBlocksHit);
    }

    [Fact]
    public void Scenarios_with_long_or_foreign_names_keep_session_names_of_their_own()
    {
        var names = new[] { new string('a', 80) + "1", new string('a', 80) + "2", "prüfen", "prufen" }.Select(
            name => new SentStatements(name).ApplicationName).ToList();
        Assert.Equal(4, names.Distinct().Count());
        Assert.All(names, name => Assert.True(name.Length <= 63 && name.All(char.IsAscii), name));
    }

    private static ActivitySnapshot At(double seconds, double wall, decimal wal) => new(
        DateTimeOffset.UnixEpoch.AddSeconds(wall), (long)(seconds * Stopwatch.Frequency), Nobody, new(0, 0, 0, wal, 0, null, 0), null, null,
            TimeSpan.Zero);

    private static readonly StatementCount Before = new("select 1", 10, 10, 10, 10, 10, 10, 10, 10, 10);

    /// <summary>Everything grew since <see cref="Before"/>, and one counter went back.</summary>
    private static StatementCount Reset(string counter)
    {
        var grown = new StatementCount("select 1", 15, 15, 15, 15, 15, 15, 15, 15, 15);
        return counter switch
        {
            "calls" => grown with { Calls = 3 },
            "time" => grown with { Milliseconds = 3 },
            "rows" => grown with { Rows = 3 },
            "blocks hit" => grown with { BlocksHit = 3 },
            "blocks read" => grown with { BlocksRead = 3 },
            "WAL" => grown with { WalBytes = 3 },
            "temporary blocks" => grown with { TempBlocksWritten = 3 },
            _ => grown with { IoMilliseconds = 3 },
        };
    }

    private static StatementCounters Single(StatementCount statement) =>
        new(new Dictionary<long, StatementCount> { [1] = statement }, 0);

    private static StatementCounters Counters(params (string Text, long Calls)[] statements) =>
        new(statements.ToDictionary(one => one.Text.GetHashCode(StringComparison.Ordinal) + 0L,
            one => new StatementCount(one.Text, one.Calls, one.Calls, one.Calls, 0, 0, 0, 0, 0, null)), 0);
}
