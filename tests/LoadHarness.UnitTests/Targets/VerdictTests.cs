using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Targets;

/// <summary>The one decision, and the one way from verdicts to an exit code.</summary>
public sealed class VerdictTests
{
    private static readonly Limit AtMost = Limit.AtMost(500, "ms");
    private static readonly Limit AtLeast = Limit.AtLeast(500, "ms");

    [Theory]
    [InlineData(400, 500, VerdictKind.Met, VerdictKind.Inconclusive)]
    [InlineData(400, 500.001, VerdictKind.Inconclusive, VerdictKind.Inconclusive)]
    [InlineData(500, 500, VerdictKind.Met, VerdictKind.Met)]
    [InlineData(500.001, 600, VerdictKind.Missed, VerdictKind.Met)]
    [InlineData(double.NaN, double.NaN, VerdictKind.Inconclusive, VerdictKind.Inconclusive)]
    [InlineData(double.NegativeInfinity, 400, VerdictKind.Inconclusive, VerdictKind.Inconclusive)]
    [InlineData(600, double.PositiveInfinity, VerdictKind.Inconclusive, VerdictKind.Inconclusive)]
    public void The_whole_interval_decides_and_a_value_at_the_limit_is_inside(double low, double high, VerdictKind most, VerdictKind least)
    {
        Assert.Equal(most, AtMost.Decide(new(low, high), samples: 9, minimumSamples: 9));
        Assert.Equal(least, AtLeast.Decide(new(low, high), samples: 9, minimumSamples: 9));
        Assert.Equal(VerdictKind.Inconclusive, AtMost.Decide(new(low, high), samples: 8, minimumSamples: 9));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_figure_that_is_no_number_was_not_measured(double figure)
    {
        Assert.All(
            [
                Verdict.Judged("a", "", new(figure, new(1, 2), 9), AtMost, ""),
                Verdict.Counted("b", "", figure, AtLeast, 9, ""),
                Verdict.Stated("c", "", figure, "ms", 9, ""),
            ],
            verdict => Assert.Equal((VerdictKind.Unavailable, null), (verdict.Kind, verdict.Figure)));
    }

    [Fact]
    public void A_fact_with_a_figure_outside_its_limit_is_missed() =>
        Assert.Equal(VerdictKind.Missed, Verdict.Looked("a", "", met: true, "").Showing(499, "ms", AtLeast).Kind);

    [Fact]
    public void The_worst_verdict_gives_the_exit_code_and_nothing_judged_is_not_met()
    {
        var (met, missed) = (Verdict.Looked("a", "", met: true, ""), Verdict.Looked("b", "", met: false, ""));
        var (open, none, told) = (Verdict.Undecided("c", "", ""), Verdict.Unavailable("d", "", ""),
            Verdict.Stated("e", "", 1, "ms", 1, ""));

        Assert.Equal(ExitCode.AllMet, ExitCodes.Of([met, none, told]));
        Assert.Equal(ExitCode.TargetMissed, ExitCodes.Of([met, open, missed]));
        Assert.Equal(ExitCode.Inconclusive, ExitCodes.Of([met, open]));
        Assert.Equal(ExitCode.Inconclusive, ExitCodes.Of([none, told]));
        Assert.Equal(ExitCode.Inconclusive, ExitCodes.Of([]));
    }

    [Fact]
    public void The_JSON_of_a_judging_verb_says_what_its_exit_code_says()
    {
        var (met, missed) = (Verdict.Looked("a", "one", met: true, "seen"), Verdict.Looked("b", "two", met: false, "gone"));
        var (open, none) = (Verdict.Undecided("c", "three", "a lock was held"), Verdict.Unavailable("d", "four", "It did not run."));

        Assert.Equal(("met", null, null), Told([met, none], []));
        Assert.Equal(("missed", null, null), Told([met, missed, none], ["d"]));
        Assert.Equal(("inconclusive", 5, "Required and not judged: d, e"), Told([met, none], ["a", "d", "e"]));
        Assert.Equal(("inconclusive", 5, "Required and not judged: d; c undecided: three: a lock was held"),
            Told([met, open, none], ["d"]));
        Assert.Equal(("inconclusive", 5, "Nothing was judged"), Told([none], []));

        static (string, int?, string?) Told(IReadOnlyList<Verdict> verdicts, IReadOnlyList<string> required)
        {
            var report = CheckReport.Of(verdicts, required);
            var code = ExitCodes.Of(verdicts, required);
            Assert.Equal(ExitCodes.IsDecided(code) ? null : (int)code, report.ExitCode);
            return (report.Verdict, report.ExitCode, report.Reasons is null ? null : string.Join("; ", report.Reasons));
        }
    }

    [Fact]
    public void A_reason_never_rounds_a_figure_or_an_interval_onto_the_limit()
    {
        var counted = Verdict.Counted("RE-3", "t", 94.96, Limit.AtLeast(95, "%"), 1, "e");
        var missed = Verdict.Judged("a", "t", new(500.3, new(500.2, 501), 9), AtMost, "e");
        var crossing = Verdict.Judged("b", "t", new(495, new(490, 500.4), 9), AtMost, "e");
        // As a limit for 100,000 items is cut for fewer.
        var cut = Verdict.Counted("c", "t", 7.5126, Limit.AtMost(7.51234, "s"), 1, "e");

        Assert.Equal("94.96% counted, at least 95% required", counted.Reason);
        Assert.Equal("500.3 ms measured (500.2 to 501 ms), at most 500 ms required", missed.Reason);
        Assert.Equal("the 95% interval, 490 to 500.4 ms, crosses the limit: at most 500 ms required", crossing.Reason);
        Assert.Equal("7.513 s counted, at most 7.51234 s required", cut.Reason);
        Assert.Equal(("500.2 to 501 ms", "490 to 500.4 ms"), (VerdictWords.Interval(missed), VerdictWords.Interval(crossing)));
        Assert.Contains("500.3 ms (500.2 to 501)", VerdictWords.Line(missed), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_of_a_verdict_comes_back_from_JSON()
    {
        Verdict[] all =
        [
            Verdict.Judged("a", "title", new(1029, new(891, 1491), 254, 100, "custom_field_filter p95", "lead-queries/custom_field_filter"),
                AtMost, "evidence").Qualified(["caveat"]),
            Verdict.Counted("b", "title", 100, AtLeast, 5, "evidence", "5 of 5 requests succeeded"),
            Verdict.Unavailable("c", "title", "No scenario ran.", AtMost, "run --contacts 2000000"),
            Verdict.Judged("d", "title", new(600, new(550, 700), 9) { Known = new(To: 600) }, AtLeast, "evidence"),
        ];

        Assert.All(all, verdict => Assert.Equal(
            JsonSerializer.Serialize(verdict),
            JsonSerializer.Serialize(JsonSerializer.Deserialize<Verdict>(JsonSerializer.Serialize(verdict)))));
        Assert.All(["891", "custom_field_filter p95", "caveat", "run --contacts", "5 of 5", "Missed"],
            (string part) => Assert.Contains(part, JsonSerializer.Serialize(all), StringComparison.Ordinal));
    }
}
