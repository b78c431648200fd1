using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.UnitTests.Targets;

/// <summary>Two runs may be judged by two targets files: by the same id they may hold another statistic against a limit.</summary>
public sealed class TargetNameTests
{
    private const string Id = "TQ-1";

    private static readonly RunResult Run = SampleRun.Create(seconds: 3);

    private static Verdict Judged => Run.Verdicts.Single(verdict => verdict.Id == Id);

    [Theory]
    [InlineData("Counts of leads < 500 ms", "counts p95", "lead-queries/counts")]
    [InlineData(null, "counts p99", "lead-queries/counts")]
    [InlineData(null, "counts p95", "lead-search/counts")]
    [InlineData(null, "completed requests", "lead-queries")]
    public void Another_target_of_the_same_id_and_unit_is_no_pair(string? title, string subject, string source)
    {
        var earlier = Earlier(title ?? Judged.Title, subject, source);

        Assert.DoesNotContain(Baseline.Of(earlier, Run).Figures, figure => figure.IsOf(Judged));
        Assert.DoesNotContain(RunComparison.Of(earlier, Run).Targets, change => change.Name == Id);
        Assert.Empty(Names(earlier).Intersect(Names(Run)));
        var page = ReportPage.Render(Run.ComparedWith(earlier));
        Assert.Contains("0 worse, 0 better", page, StringComparison.Ordinal);
        Assert.Contains($"{Id} is not compared: in the earlier run it was another target", page, StringComparison.Ordinal);
        Assert.Contains("another target: ", SideBySidePage.Render([earlier, Run], "1.0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("counts p95", "lead-queries/counts")]
    [InlineData("tag p95", "lead-queries/tag")]
    public void The_same_target_is_a_pair_whichever_operation_was_the_slowest(string subject, string source)
    {
        var earlier = Earlier(Judged.Title, subject, source);

        Assert.Contains(Baseline.Of(earlier, Run).Figures, figure => figure.IsOf(Judged));
        Assert.Contains(RunComparison.Of(earlier, Run).Targets, change => change.Name == Id);
        Assert.Single(Names(earlier).Intersect(Names(Run)));
        var page = ReportPage.Render(Run.ComparedWith(earlier));
        Assert.Contains("1 worse, 0 better", page, StringComparison.Ordinal);
        Assert.DoesNotContain("is not compared", page, StringComparison.Ordinal);
        Assert.DoesNotContain("another target: ", SideBySidePage.Render([earlier, Run], "1.0"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_only_one_run_says_of_its_target_is_not_held_against_the_other()
    {
        var unsaid = Earlier(Judged.Title, null, null);
        var missing = Run with
        {
            Verdicts = [Verdict.Unavailable(Id, Judged.Title, "The scenario lead-queries did not run.", Judged.Bound)],
        };

        Assert.Contains(Baseline.Of(unsaid, Run).Figures, figure => figure.IsOf(Judged));
        Assert.Contains(RunComparison.Of(missing, Run).Targets, change => change is { Name: Id, A: null, B: not null });
        // A file of an older version has the id and the unit alone.
        Assert.True(new BaselineFigure(Id, 20, null, "ms").IsOf(Judged));
        Assert.False(new BaselineFigure(Id, 20, null, "s").IsOf(Judged));
    }

    // A tenth of the figure: it would be far better than the run that is held against it.
    private static RunResult Earlier(string title, string? subject, string? source)
    {
        var figure = Judged.Figure!.Value / 10;
        var verdict = Verdict.Judged(
            Id, title, new(figure, new(figure * 0.96, figure * 1.05), 1_000, 1, subject, source), Judged.Bound!, "as the other one");
        return Run with { Verdicts = [verdict, .. Run.Verdicts.Where(other => other.Id != Id)] };
    }

    private static IEnumerable<NightName> Names(RunResult run) =>
        RunNight.Of(run).Figures.Keys.Where(name => name is { Kind: NightKind.Target, Name: Id });
}
