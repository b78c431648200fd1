using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Charts;
using LoadHarness.Reporting.Files;

namespace LoadHarness.UnitTests.Reporting;

public sealed class ChartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_limit_and_a_figure_keep_every_digit_inside_a_chart_and_have_one_unit()
    {
        var run = SampleRun.Create(seconds: 5);
        var source = run.Verdicts.First(verdict => verdict.Id == "TQ-3").Source;
        var judged = Verdict.Judged("TQ-3", "Segmentation", new(1_994, new(1_900, 2_100), 700, Source: source),
            Limit.AtMost(1_250, "ms"), "");

        var html = await Render(run with { Verdicts = [judged] });

        Assert.Contains("limit 1,250 ms</text>", html, StringComparison.Ordinal);
        Assert.Contains("judged 1,994 ms</text>", html, StringComparison.Ordinal);
        // Above the plot, not on it.
        Assert.Equal(2, Regex.Count(FigureOf(html, "figure-TQ-3"), "y=\"-\\d+\"[^>]*>(limit|judged) "));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    [InlineData(double.MaxValue)]
    public async Task A_figure_that_is_no_number_does_not_stop_the_page(double odd)
    {
        var run = SampleRun.Create(seconds: 5);
        DatabaseSample Odd(DatabaseSample sample) => sample with { WalBytesPerSecond = odd, ServerCpuCores = odd };
        var seen = run.Observation! with { Samples = [Odd(run.Observation.Samples[0]), .. run.Observation.Samples.Skip(1)] };

        var html = await Render(run with { Observation = seen });

        Assert.Contains("Write-ahead log", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sample_of_another_year_leaves_the_others_readable()
    {
        var run = SampleRun.Create(seconds: 10);
        var samples = run.Observation!.Samples;
        var seen = run.Observation with { Samples = [.. samples.SkipLast(1), samples[^1] with { AtUtc = samples[^1].AtUtc.AddYears(20) }] };

        var html = await Render(run with { Observation = seen });

        Assert.DoesNotContain("NaN", FigureOf(html, "db-sessions"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_without_neighbours_is_drawn_as_a_dot()
    {
        var line = new Series("p95", Tone.Series(0), [(1, 20), (2, 30), (3, double.NaN), (5, 40), (6, double.NaN)]);
        var chart = new TimelineChart(new ClockAxis(0, 10), [line]) { Label = Format.Significant, ClockName = "run" };

        var drawing = chart.ToSvg("Two points together, one alone.");

        Assert.Matches("d=\"M100 [\\d.]+L200 [\\d.]+\" vector-effect=\"non-scaling-stroke\" stroke-linejoin=\"round\"", drawing);
        Assert.Matches("d=\"M500 [\\d.]+h0\" vector-effect=\"non-scaling-stroke\" stroke-linecap=\"round\"", drawing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public async Task A_heat_map_of_one_row_fills_its_whole_width(int seconds)
    {
        var equal = new LatencyHistogram();
        equal.RecordNanoseconds(5_000_000, 40);
        var scenario = SampleScenario.Open("one-row", 10, seconds, [("only", 5)]);
        scenario = scenario with { Timeline = [.. scenario.Timeline.Select(sample => sample with { Buckets = equal.Encode() })] };

        var heat = FigureOf(await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] }), "scenario-0-heat");

        var cells = Regex.Match(heat, "<path d=\"(M[^\"]*z)\" class=\"f-s1\"").Groups[1].Value;
        Assert.StartsWith("M0 ", cells, StringComparison.Ordinal);
        Assert.Contains("h1000v", cells, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_last_second_that_was_cut_short_draws_no_fall()
    {
        var scenario = SampleScenario.Open("steady", 50, 10, [("only", 5)]);
        var cut = scenario.Timeline[^1] with { Second = 10, Completed = 1, Offered = 1 };
        scenario = scenario with { Measured = TimeSpan.FromSeconds(10.1), Timeline = [.. scenario.Timeline, cut] };

        var rates = FigureOf(await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] }), "scenario-0-rates");

        Assert.DoesNotContain("<th scope=\"row\">10", rates, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">9", rates, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_of_several_seconds_are_drawn_as_rates_a_second()
    {
        var scenario = SampleScenario.Open("steady", 50, 40, [("only", 5)]);
        scenario = scenario with { Timeline = LongSamples.Widened(scenario.Timeline, 4) };

        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] });

        Assert.Contains("completed: highest 50/s, lowest 50/s.", FigureOf(html, "run-rates"), StringComparison.Ordinal);
        // From second, offered, completed.
        Assert.Equal(10, Regex.Count(FigureOf(html, "scenario-0-rates"), "<th scope=\"row\">\\d+<td class=n>[\\d.]+<td class=n>50<"));
    }

    [Fact]
    public async Task The_slowest_request_is_in_the_heat_map_although_it_ended_after_the_load()
    {
        var slow = new LatencyHistogram();
        slow.RecordNanoseconds(9_000_000_000, 1);
        var scenario = SampleScenario.Open("steady", 50, 10, [("only", 5)]);
        var drained = scenario.Timeline[^1] with { Second = 12, Completed = 1, Loaded = TimeSpan.Zero, Buckets = slow.Encode() };
        scenario = scenario with { Timeline = [.. scenario.Timeline, drained] };

        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] });

        Assert.Contains("Longest: 9 s, from second 12.", FigureOf(html, "scenario-0-heat"), StringComparison.Ordinal);
        // A percentile of what ended late alone would be one of the slowest.
        Assert.DoesNotContain("9 s", FigureOf(html, "scenario-0-percentiles"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scenario-0-percentiles", "s1", "65<td class=n>0<td class=n>–<td class=n>–<td class=n>–")]
    [InlineData("operation-chart-0-0", "s2", "64<td class=n>0<td class=n>–<td class=n>–<td class=n>–")]
    // On the run's clock the scenario begins at second 240.
    [InlineData("run-percentiles", "s1", "305<td class=n>–<td class=n>–<td class=n>–")]
    public async Task A_percentile_is_not_drawn_across_the_time_in_which_the_server_stood_still(string figure, string p95, string row)
    {
        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [Stalled()], Verdicts = [] });

        var drawn = FigureOf(html, figure);
        Assert.Equal(2, PartsOf(drawn, p95));
        Assert.Contains($"<th scope=\"row\">{row}", drawn, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"row\">65<td class=n>0<td class=n>–", FigureOf(html, "scenario-0-heat"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stands_still_to_the_end_is_in_the_table_to_the_end()
    {
        var scenario = Stalled();
        scenario = scenario with
        {
            Timeline = [.. scenario.Timeline.Select(sample => sample.Second < 50 ? sample : sample with { Completed = 0, Buckets = null })],
        };

        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] });

        foreach (var figure in new[] { "percentiles", "heat" })
            Assert.Contains("<th scope=\"row\">119<td class=n>0<td class=n>–", FigureOf(html, $"scenario-0-{figure}"),
                StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_percentile_of_an_operation_is_not_drawn_across_the_time_in_which_it_had_few_requests()
    {
        var few = new LatencyHistogram();
        few.RecordNanoseconds(5_000_000, 5);
        var scenario = SampleScenario.Open("few", 200, 120, [("first", 5), ("second", 20)]);
        scenario = scenario with
        {
            Operations = [.. scenario.Operations.Select(operation => operation with
            {
                Timeline = [.. operation.Timeline.Select(stretch =>
                    stretch.Second is 60 or 62 ? stretch with { Completed = few.Count, Buckets = few.Encode() } : stretch)],
            })],
        };

        var drawn = FigureOf(
            await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] }), "operation-chart-0-0");

        Assert.Equal(2, PartsOf(drawn, "s2"));
        Assert.Matches("<th scope=\"row\">60<td class=n>5<td class=n>[^<]+<td class=n>[^<]+<td class=n>–", drawn);
    }

    [Fact]
    public async Task Counters_of_the_server_are_not_drawn_across_the_time_in_which_it_did_not_answer()
    {
        var run = SampleRun.Create(seconds: 5);
        var all = SampleServer.Observe(run.Identity.StartedUtc, 120);
        var seen = all with
        {
            Samples = [.. all.Samples.Where(sample => (sample.AtUtc - run.Identity.StartedUtc).TotalSeconds is < 50 or >= 80)],
        };

        var drawn = FigureOf(await Render(run with { Observation = seen }), "db-sessions");

        Assert.Equal(2, PartsOf(drawn, "s4"));
        Assert.Contains("<th scope=\"row\">65<td class=n>–<td class=n>–", drawn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_a_few_requests_is_drawn_and_no_rate_or_percentile_of_them()
    {
        var html = await Render(SampleRun.Create(seconds: 5) with
        {
            Scenarios = [SampleScenario.Repeated("few", "import", [3.1, 3.9, 3.5], 100)],
            Verdicts = [],
        });

        var drawn = FigureOf(html, "scenario-0-requests");
        Assert.Equal(3 + 1, Regex.Count(drawn, "<circle "));
        Assert.Contains("3 requests from 3.1 s to 3.9 s, mean 3.5 s.", drawn, StringComparison.Ordinal);
        foreach (var chart in new[] { "spectrum", "heat", "rates", "percentiles" })
            Assert.DoesNotContain($"scenario-0-{chart}", html, StringComparison.Ordinal);
        Assert.DoesNotContain("run-percentiles", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_requests_that_failed_the_few_that_completed_are_not_all_that_is_drawn()
    {
        var scenario = SampleScenario.Open("lead-queries", 200, 30, [("only", 5)]);
        var completed = new LatencyHistogram();
        completed.RecordNanoseconds(5_000_000, 20);
        scenario = scenario with
        {
            Operations = [scenario.Operations[0] with
            {
                Accounting = new(6_000, 20, 5_980, 0, 0), Response = LatencySummary.Of(completed), Timeline = [],
            }],
            Timeline = [.. scenario.Timeline.Select(sample => sample.Second == 0
                ? sample with { Completed = 20, Failed = 180, Buckets = completed.Encode() }
                : sample with { Completed = 0, Failed = 200, Buckets = null })],
        };

        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] });

        Assert.DoesNotContain("scenario-0-requests", html, StringComparison.Ordinal);
        var rates = FigureOf(html, "scenario-0-rates");
        Assert.Contains("6,000 requests, 20 completed, 5,980 failed", rates, StringComparison.Ordinal);
        Assert.Contains(">failed</text>", rates, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_few_requests_those_that_did_not_complete_are_named_and_drawn_over_time()
    {
        var scenario = SampleScenario.Repeated("few", "import", [3.1, 3.9], 100);
        scenario = scenario with
        {
            Operations = [scenario.Operations[0] with { Accounting = new(7, 2, 3, 1, 1) }],
            Timeline = [.. scenario.Timeline.Select(sample => sample.Second is 1 or 2 or 5 ? sample with { Failed = 1 } : sample)],
        };

        var html = await Render(SampleRun.Create(seconds: 5) with { Scenarios = [scenario], Verdicts = [] });

        var drawn = FigureOf(html, "scenario-0-requests");
        Assert.Contains("Without a dot: 3 of 7 failed, 1 of 7 skipped, 1 of 7 without an answer.", drawn, StringComparison.Ordinal);
        Assert.Equal(2 + 1, Regex.Count(drawn, "<circle "));
        var rates = FigureOf(html, "scenario-0-rates");
        Assert.Contains("1 skipped, 1 without an answer. At most", rates, StringComparison.Ordinal);
        Assert.Contains(">failed</text>", rates, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_in_flight_are_a_count_and_no_rate()
    {
        var html = await Render(SampleRun.Create(seconds: 10));

        Assert.DoesNotContain("/s</text>", FigureOf(html, "scenario-0-rates"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(102, 446, "150 ms, 200 ms, 300 ms")]
    [InlineData(1, 10, "1 ms, 2 ms, 5 ms, 10 ms")]
    [InlineData(0.5, 5_000, "1 ms, 10 ms, 100 ms, 1 s")]
    public void A_logarithmic_axis_has_more_than_one_label_however_short_it_is(double from, double to, string labels)
    {
        var axis = new LogAxis(from, to, LogAxis.Milliseconds);

        Assert.Equal(labels, string.Join(", ", axis.Ticks(4).Select(axis.Label)));
    }

    [Fact]
    public async Task Nothing_is_offered_in_a_closed_model_and_no_empty_chart_is_drawn()
    {
        var html = await Render(SampleRun.Create(seconds: 10) with
        {
            Scenarios = [SampleScenario.Closed("users", 20, 10, [("only", 5)])],
            Verdicts = [],
        });

        Assert.DoesNotContain("offered", FigureOf(html, "scenario-0-rates"), StringComparison.Ordinal);
        Assert.DoesNotContain("scenario-0-lag", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_bar_has_its_value_too()
    {
        var html = await Render(SampleRun.Create(seconds: 5));

        foreach (var share in new[] { "86%", "9%", "4%", "1%" })
            Assert.Contains($">{share}</text>", FigureOf(html, "seed-0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Percentiles_that_the_samples_do_not_reach_are_not_printed()
    {
        var html = await Render(SampleRun.Create(seconds: 5) with
        {
            Scenarios = [SampleScenario.Repeated("few", "import", [3.1, 3.9, 3.5], 100)],
            Verdicts = [],
        });

        var table = html[html.IndexOf("Operations of few", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</table>", StringComparison.Ordinal)];
        Assert.Contains("<td class=n>3.5 s<td class=n>–<td class=n>–", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_a_chart_differ_in_dash_and_name_as_well_as_in_colour()
    {
        var html = await Render(SampleRun.Create(seconds: 20));

        foreach (var id in new[] { "scenario-0-rates", "scenario-0-percentiles", "scenario-0-spectrum", "run-percentiles", "db-sessions" })
        {
            var figure = FigureOf(html, id);
            var lines = Regex.Matches(figure,
                "<path d=\"[^\"]+\" vector-effect=\"non-scaling-stroke\" stroke-linejoin=\"round\" class=\"l-(s\\d|ink)\"[^/]*/>").ToList();
            Assert.True(lines.Count > 1, id);
            var dashes = lines.Select(line => Regex.Match(line.Value, "stroke-dasharray=\"([^\"]+)\"").Groups[1].Value).ToList();
            Assert.Equal(dashes.Count, dashes.Distinct().Count());
        }
    }

    [Theory]
    [InlineData(-203, -250, -150, "-203%, at least 60% required, beyond the axis", "97%", "97%")]
    [InlineData(0, -20, 30, "0%, at least 60% required, beyond the axis", "97%", "75.1%")]
    [InlineData(5, -10, 60, "1,200% of its limit, beyond the axis", "97%", "65.67%")]
    [InlineData(30, -10, 60, "200% of its limit", "97%", "65.67%")]
    public void A_claim_that_went_the_other_way_is_drawn_at_the_edge_with_its_interval(
        double figure, double low, double high, string words, string left, string right)
    {
        var claim = Verdict.Judged("RE-1", "Memory overhead down 60%", new(figure, new(low, high), 9), Limit.AtLeast(60, "%"), "");

        var drawn = BulletChart.Of(claim, new("RE-1", -50, null, "%"));

        Assert.True(TargetsImage.Shows(claim));
        Assert.NotEmpty(TargetsImage.Of([claim]));
        Assert.Contains($"aria-label=\"RE-1: {words}\"", drawn, StringComparison.Ordinal);
        Assert.Contains($"<line x1=\"{left}\" x2=\"{right}\"", drawn, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(drawn!, "<circle "));
    }

    [Fact]
    public void A_figure_without_a_limit_above_zero_is_no_share_of_it()
    {
        Verdict[] none =
        [
            Verdict.Counted("a", "", 3, Limit.AtMost(0, "rows"), 1, ""), Verdict.Counted("b", "", -3, Limit.AtLeast(0, "%"), 1, ""),
            Verdict.Looked("c", "", met: false, ""), Verdict.Unavailable("d", "", "", Limit.AtLeast(60, "%")),
        ];

        Assert.All(none, verdict => Assert.False(TargetsImage.Shows(verdict)));
        Assert.All(none, verdict => Assert.Null(BulletChart.Of(verdict, null)));
    }

    /// <summary>Its server stands still from second 50 to second 80.</summary>
    private static ScenarioResult Stalled()
    {
        var scenario = SampleScenario.Open("stalled", 200, 120, [("first", 5), ("second", 20)]);
        return scenario with
        {
            Timeline = [.. scenario.Timeline.Select(sample =>
                sample.Second is >= 50 and < 80 ? sample with { Completed = 0, Buckets = null } : sample)],
            Operations = [.. scenario.Operations.Select(operation => operation with
            {
                Timeline = [.. operation.Timeline.Where(stretch => stretch.Second is < 50 or >= 80)],
            })],
        };
    }

    /// <returns>How many parts the line of a tone is drawn in; none where there is no such line.</returns>
    private static int PartsOf(string figure, string tone) => Regex.Match(
        figure, $"<path d=\"([^\"]+)\" vector-effect=\"non-scaling-stroke\" stroke-linejoin=\"round\" class=\"l-{tone}\"")
        .Groups[1].Value.Count(letter => letter == 'M');

    private static string FigureOf(string html, string id)
    {
        var start = html.IndexOf($"<figure id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The page has no figure {id}.");
        return html[start..html.IndexOf("</figure>", start, StringComparison.Ordinal)];
    }

    private async Task<string> Render(RunResult run)
    {
        var paths = await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(
            paths.Single(path => path.EndsWith("report.html", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
    }
}
