using System.Text.RegularExpressions;
using CsCheck;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>Figures and loads are said as a person would say them.</summary>
public sealed class PlainWordsTests
{
    [Theory]
    [InlineData(1, "imports", "1 import")]
    [InlineData(10, "users", "10 users")]
    [InlineData(0, "campaigns", "0 campaigns")]
    [InlineData(1, "s", "1 s")]
    [InlineData(1, "ms", "1 ms")]
    [InlineData(600, "requests/min", "600/min")]
    [InlineData(1.5, "x", "1.5×")]
    [InlineData(-0.0000001, "", "0")]
    [InlineData(-0.00002, "", "-0.00002")]
    public void A_figure_agrees_with_its_unit(double figure, string unit, string words) =>
        Assert.Equal(words, Format.Figure(figure, unit));

    [Theory]
    [InlineData(12.75, "s", "at most 12.75 s")]
    [InlineData(0.0155, "s", "at most 0.0155 s")]
    // 180 s for a million recipients, cut for 95,311.
    [InlineData(17.15598, "s", "at most 17.156 s")]
    [InlineData(1_250, "ms", "at most 1,250 ms")]
    [InlineData(2_000_000, "leads", "at most 2,000,000 leads")]
    [InlineData(0.30000000000000004, "x", "at most 0.3×")]
    [InlineData(1, "imports", "at most 1 import")]
    [InlineData(0, "rows", "at most 0 rows")]
    [InlineData(-20, "%", "at most -20%")]
    public void A_limit_has_the_digits_that_it_has(double limit, string unit, string words) =>
        Assert.Equal(words, Format.Limit(Limit.AtMost(limit, unit)));

    [Theory]
    [InlineData(12.78, 12.75, "12.8 s")]
    [InlineData(0.0157, 0.0155, "0.016 s")]
    [InlineData(12.84, 12.83, "12.84 s")]
    [InlineData(12.75, 12.75, "12.75 s")]
    // Between a limit of more than six digits and what is written of it.
    [InlineData(17.00002, 17.00004, "16.9999 s")]
    [InlineData(16.99999, 16.99998, "17.0001 s")]
    [InlineData(500.04, 500, "500.04 s")]
    public void A_figure_is_on_its_side_of_the_limit_beside_it(double figure, double limit, string words) =>
        Assert.Equal(words, Format.Figure(figure, "s", limit));

    [Fact]
    public void Whatever_the_two_are_a_figure_and_its_limit_are_written_in_their_order() => (
        from size in Gen.OneOf(Gen.Double[1e-4, 1], Gen.Double[1, 1_000], Gen.Double[1_000, 1e9])
        from digits in Gen.Int[1, 9]
        from share in Gen.OneOf(Gen.Double[-3, 3], Gen.Double[-0.01, 0.01], Gen.Double[-1e-7, 1e-7])
        let limit = double.Parse(size.ToString($"G{digits}"))
        select (Limit: limit, Figure: limit * (1 + share))).Sample(
        pair =>
        {
            var limit = double.Parse(Format.Limit(Limit.AtMost(pair.Limit, ""))["at most ".Length..]);
            var figure = double.Parse(Format.Figure(pair.Figure, "", pair.Limit));
            Assert.Equal(pair.Figure.CompareTo(pair.Limit), figure.CompareTo(limit));
        },
        iter: 10_000);

    [Theory]
    [InlineData("KeepConstant 1 for 3 s", "1 user for 3 s")]
    [InlineData("KeepConstant 100 users for 15 s, each user every 1 s", "100 users for 15 s, each user every 1 s")]
    [InlineData("IterationsForConstant 1 by 1", "once")]
    [InlineData("IterationsForConstant 3 by 1", "3 times, one after another")]
    [InlineData("IterationsForConstant 6 by 2", "6 times by 2 users")]
    [InlineData("Inject 100/s for 15 s", "100 requests a second for 15 s")]
    public void A_load_is_said_without_the_names_of_the_engine(string load, string words) => Assert.Equal(words, LoadWords.InWords(load));

    [Fact]
    public void What_would_judge_a_target_is_named_once()
    {
        var run = SampleRun.Create(seconds: 3);
        var open = TargetJudge.Decide(run with { Verdicts = [] },
            [new("ER-1", "Lead queries 95% faster", Statistic.Comparison, 95, LimitDirection.AtLeast, "%")]);

        var row = ReportPage.Render(run with { Verdicts = open });
        row = row[row.IndexOf("<span class=\"id\">ER-1</span>", StringComparison.Ordinal)..];
        row = row[..row.IndexOf("</tbody>", StringComparison.Ordinal)];

        Assert.NotNull(open[0].Command);
        Assert.Single(Regex.Matches(row, Regex.Escape(open[0].Command!)));
    }

    [Fact]
    public void Every_line_of_the_checklist_is_whole()
    {
        var evidence = $"{string.Join(", ", Enumerable.Range(1, 150).Select(number => $"index {number}"))}.";
        var check = Verdict.Looked("IX-9", "All of them", true, evidence).Qualified(["PostgreSQL 15.18"]);

        var html = ReportPage.Render(SampleRun.Create(seconds: 3) with { Checklist = [check] });

        Assert.Contains("index 150; PostgreSQL 15.18", html, StringComparison.Ordinal);
    }
}
