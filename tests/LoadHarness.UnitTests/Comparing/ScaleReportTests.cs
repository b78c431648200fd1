using LoadHarness.Comparing.Scale;
using LoadHarness.Comparing.Times;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Comparing;

public sealed class ScaleReportTests
{
    private static readonly long[] Sizes = [100_000, 250_000, 500_000, 1_000_000, 2_000_000];

    private static readonly Target Lookup = new(
        "TQ-1", "lead queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "lead-queries", ClaimedAtContacts: 2_000_000);

    private static readonly Target Import = new(
        "TQ-2", "imports", Statistic.ResponseMean, 15, LimitDirection.AtMost, "s", "bulk-import", "import", ClaimedItems: 100_000);

    [Fact]
    public void A_limit_for_many_rows_is_one_for_as_many_as_were_measured()
    {
        Assert.Equal(750, Assert.Single(ScaleTarget.Of("bulk-import/import", 5_000, [Lookup, Import])).Milliseconds);
        Assert.Equal(500, Assert.Single(ScaleTarget.Of("lead-queries/email_lookup", 5_000, [Lookup, Import])).Milliseconds);
        Assert.Empty(ScaleTarget.Of("lead-search/by_term", 5_000, [Lookup, Import]));
    }

    [Fact]
    public void A_flat_time_holds_its_target_beyond_all_sizes_and_the_forecast_holds()
    {
        var report = Report(_ => 2);
        Assert.Equal("beyond 100M", TargetPassing.Words(report.Operations[0].Passing!.Size));
        Assert.All(report.Verdicts, verdict => Assert.Equal(VerdictKind.Met, verdict.Kind));
        Assert.Equal(ExitCode.AllMet, ExitCodes.Of(report.Verdicts));
        // The end of the forecast is no figure: it was told as "100,000,000 leads (100,000,000 to 100,000,000), 50 times the required".
        Assert.EndsWith(
            " at least 100,000,000 leads, at least 50 times the required 2,000,000 leads", VerdictWords.Line(report.Verdicts[0]),
            StringComparison.Ordinal);
        Assert.Contains(": beyond 100M", report.Verdicts[0].Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("beyond 100M to beyond 100M", ScaleText.Of(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_end_of_an_interval_that_the_forecast_cut_off_is_open()
    {
        // 500 ms at about 20 million leads, by sizes that scatter.
        var passing = Passing(Lookup, Sizes, [110, 121, 182, 183, 266]);
        Assert.InRange(passing.Size, 10_000_000, 50_000_000);
        Assert.Equal(TargetPassing.Beyond, passing.Interval.High);

        var verdict = passing.Verdict("lead-queries/email_lookup", 5);

        Assert.Matches(@" leads \(at least [\d,]+\), ", VerdictWords.Line(verdict));
        Assert.DoesNotContain("at least", VerdictWords.Figure(verdict), StringComparison.Ordinal);
        Assert.DoesNotContain("100,000,000", VerdictWords.Line(verdict), StringComparison.Ordinal);
        Assert.Contains("to beyond 100M)", verdict.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_passes_its_target_before_the_claim_is_missed_and_says_where()
    {
        // 500 ms at 500,000 leads.
        var verdict = Report(size => size / 1_000.0).Verdicts[0];
        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.InRange(verdict.Figure!.Value, 480_000, 520_000);
        Assert.Contains("500k", verdict.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_above_its_target_at_every_size_is_not_met()
    {
        // 500 ms at 1.67 million leads, which is below the claim and below each size.
        var passing = Passing(Lookup, [3_000_000, 5_000_000, 10_000_000], [900, 1_500, 3_000]);
        Assert.InRange(passing.Size, 1_600_000, 1_700_000);
        Assert.Equal(VerdictKind.Inconclusive, passing.Verdict("lead-queries/email_lookup", 3).Kind);
        // Far above its target at each of five sizes: the whole interval lies below the claim.
        passing = Passing(Lookup, [3_000_000, 4_000_000, 5_000_000, 7_000_000, 10_000_000], [3_600, 4_800, 6_000, 8_400, 12_000]);
        Assert.Equal(VerdictKind.Missed, passing.Verdict("lead-queries/email_lookup", 5).Kind);
    }

    [Fact]
    public void A_target_without_a_claim_is_held_against_the_smallest_size()
    {
        var anywhere = Lookup with { ClaimedAtContacts = 0 };
        var slow = Passing(anywhere, Sizes, [2_000, 2_000, 2_000, 2_000, 2_000]);
        Assert.Equal(VerdictKind.Missed, slow.Verdict("lead-queries/email_lookup", 5).Kind);
        var quick = Passing(anywhere, Sizes, [20, 20, 20, 20, 20]);
        Assert.Equal(VerdictKind.Met, quick.Verdict("lead-queries/email_lookup", 5).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void An_operation_without_a_figure_at_the_largest_sizes_is_undecided(int measured)
    {
        var report = Report([OperationScale.Of(
            "lead-queries/email_lookup", OperationScale.Mean, [.. Sizes.Take(measured).Select(size => new ScalePoint(size, 2))],
            ScaleTarget.Of("lead-queries/email_lookup", 1, [Lookup]).Single())]);
        Assert.Equal(VerdictKind.Inconclusive, report.Verdicts[0].Kind);
        Assert.Contains($"{measured} of 5 sizes", report.Verdicts[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_without_a_figure_at_any_size_keeps_its_target_where_times_were_measured()
    {
        SizedFigure[] figures =
        [
            .. At(Sizes, "lead-queries/email_lookup", OperationScale.Blocks, 4),
            .. At(Sizes, "lead-queries/tag_filter", OperationScale.Blocks, 40),
            .. At(Sizes, "lead-queries/tag_filter", OperationScale.Mean, 2),
            .. At(Sizes, "lead-search/by_term", OperationScale.Blocks, 400),
        ];

        var report = Report(Grown(hasTimes: true));

        var verdict = Assert.Single(report.Verdicts, verdict => verdict.Id == "TQ-1 lead-queries/email_lookup");
        Assert.Equal(VerdictKind.Inconclusive, verdict.Kind);
        Assert.Contains("0 of 5 sizes", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Inconclusive, ExitCodes.Of(report.Verdicts));
        Assert.Contains("| lead-queries/email_lookup | – | – |", ScaleText.Of(report), StringComparison.Ordinal);
        // No target: nothing is to be said of its time.
        Assert.Equal(
            [OperationScale.Blocks], report.Operations.Where(one => one.Operation == "lead-search/by_term").Select(one => one.Metric));
        // Nor of any where none was measured.
        Assert.All(Grown(hasTimes: false), operation => Assert.NotEmpty(operation.Points));

        IReadOnlyList<OperationScale> Grown(bool hasTimes) =>
            SizedFigures.ByOperation(figures, hasTimes, operation => ScaleTarget.Of(operation, 1, [Lookup]));
    }

    /// <summary>Calls failed in a slot at the largest size, and its target was met by the mean of the two others.</summary>
    [Fact]
    public void An_operation_that_a_slot_has_no_figure_of_has_none_at_that_size()
    {
        var (page, rare) = (new SlotMetric("reads/page", SlotMetric.Mean), new SlotMetric("reads/rare", SlotMetric.Mean));
        var cpu = new SlotMetric("reads", SlotMetric.CpuOfRequest);
        List<IReadOnlyDictionary<SlotMetric, double>> slots =
        [
            new Dictionary<SlotMetric, double> { [page] = 2, [rare] = 9, [cpu] = 1 },
            new Dictionary<SlotMetric, double> { [page] = 4, [cpu] = 1 },
            new Dictionary<SlotMetric, double> { [page] = 6, [rare] = 9, [cpu] = 1 },
        ];

        Assert.Equal([new SizedFigure("reads/page", OperationScale.Mean, 5_000, 4)], SizedFigures.Means(5_000, slots));
    }

    [Fact]
    public void An_operation_without_a_figure_of_the_largest_size_was_not_forecast()
    {
        var grown = SizedFigures.ByOperation(
            [.. At(Sizes, "reads/page", OperationScale.Blocks, 4), .. At(Sizes[..^1], "reads/rare", OperationScale.Blocks, 4)],
            hasTimes: false, _ => []);

        Assert.Equal(["reads/page"], grown.Where(one => one.Forecast is not null).Select(one => one.Operation));
        Assert.Contains("1 of 1", Report(grown).Verdicts[^1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_is_held_against_each_of_its_targets_and_its_forecast_counts_once()
    {
        var mean = Lookup with { Id = "T-1", Statistic = Statistic.ResponseMean, Limit = 0.5, Operation = "email_lookup" };
        Target[] targets = [Lookup, mean, Import];

        var report = Report(SizedFigures.ByOperation(
            [.. At(Sizes, "lead-queries/email_lookup", OperationScale.Mean, 2)], hasTimes: true,
            operation => ScaleTarget.Of(operation, 1, targets)));

        Assert.Equal(
            ["TQ-1 lead-queries/email_lookup", "T-1 lead-queries/email_lookup", "forecast"], report.Verdicts.Select(verdict => verdict.Id));
        Assert.Equal([VerdictKind.Met, VerdictKind.Missed, VerdictKind.Met], report.Verdicts.Select(verdict => verdict.Kind));
        Assert.Contains("1 of 1", report.Verdicts[^1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jump_at_the_largest_size_breaks_the_forecast()
    {
        var report = Report(size => size == Sizes[^1] ? 20 : 2);
        Assert.False(report.Operations[0].Forecast!.Holds);
        Assert.Equal(VerdictKind.Missed, report.Verdicts[^1].Kind);
        Assert.Contains("0 of 1", report.Verdicts[^1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_sizes_have_an_exponent_and_no_forecast()
    {
        var operation = OperationScale.Of("a/b", OperationScale.Blocks, [.. Sizes.Take(3).Select(size => new ScalePoint(size, 4))], null);
        Assert.Equal(0, operation.Fit!.Exponent, 9);
        Assert.Null(operation.Forecast);
        Assert.Equal(VerdictKind.Unavailable, Report([operation]).Verdicts.Single().Kind);
    }

    private static IEnumerable<SizedFigure> At(IEnumerable<long> sizes, string operation, string metric, double figure) =>
        sizes.Select(size => new SizedFigure(operation, metric, size, figure));

    private static TargetPassing Passing(Target target, IReadOnlyList<long> sizes, IReadOnlyList<double> means) => OperationScale.Of(
        "lead-queries/email_lookup", OperationScale.Mean, [.. sizes.Zip(means, (size, mean) => new ScalePoint(size, mean))],
        ScaleTarget.Of("lead-queries/email_lookup", 1, [target]).Single()).Passing!;

    private static ScaleReport Report(Func<long, double> law) => Report([OperationScale.Of(
        "lead-queries/email_lookup", OperationScale.Mean, [.. Sizes.Select(size => new ScalePoint(size, law(size)))],
        ScaleTarget.Of("lead-queries/email_lookup", 1, [Lookup]).Single())]);

    private static ScaleReport Report(IReadOnlyList<OperationScale> operations) =>
        new(Sizes, 42, DateTimeOffset.UnixEpoch, TimeSpan.Zero, "15", operations);
}
