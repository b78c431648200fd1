using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>Whatever a run holds, its page stays one that a browser opens at once.</summary>
public sealed class LargeInputTests
{
    private const long LargestPage = 2 * 1024 * 1024;

    [Fact]
    public void An_error_text_of_ten_megabytes_is_cut_with_a_note()
    {
        var html = Render(WithErrors([new(new string('x', 10_000_000), 7)]));

        Assert.Contains("characters in run.json", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_five_thousand_kinds_of_error_the_most_frequent_are_shown_and_the_others_counted()
    {
        var html = Render(WithErrors(SampleLarge.Errors));

        Assert.Contains("error number 5000", html, StringComparison.Ordinal);
        Assert.DoesNotContain("error number 4000", html, StringComparison.Ordinal);
        Assert.Contains("more errors of other kinds", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_of_twenty_thousand_lines_is_cut_with_a_note()
    {
        var run = SampleRun.Create(seconds: 5);
        var plan = run.Observation!.Plans[0] with { Text = SampleLarge.LongPlan };

        var html = Render(run with { Observation = run.Observation with { Plans = [plan] } });

        Assert.Contains("characters in run.json", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_literal_without_an_end_is_cut_in_a_plan()
    {
        var run = SampleRun.Create(seconds: 5);
        var plan = run.Observation!.Plans[0] with
        {
            Text = $"Seq Scan on bits\n  Filter: (bits <> '{new string('0', 16_384)}'::bit)\n  Buffers: hit=7",
        };

        var html = Render(run with { Observation = run.Observation with { Plans = [plan] } });

        Assert.DoesNotContain(new string('0', 100), html, StringComparison.Ordinal);
        Assert.Contains("Buffers: hit=7", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Sixty_scenarios_of_an_hour_with_long_names_make_a_page_of_two_megabytes_at_most()
    {
        var html = Render(SampleLarge.Create());

        Assert.Contains("a scenario of a long name, number 53", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    private static RunResult WithErrors(IReadOnlyList<ErrorCount> errors)
    {
        var run = SampleRun.Create(seconds: 5);
        return run with
        {
            Scenarios = [.. run.Scenarios.Select(scenario => scenario with
            {
                Operations = [.. scenario.Operations.Select(operation => operation with { Errors = errors })],
            })],
        };
    }

    /// <summary>The page alone: the other files are as large as what was measured.</summary>
    private static string Render(RunResult run)
    {
        var html = ReportPage.Render(run);
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
        return html;
    }
}
