using System.Text.RegularExpressions;
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
