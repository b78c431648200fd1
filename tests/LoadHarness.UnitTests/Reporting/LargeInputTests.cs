using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>Whatever a run holds, its page stays one that a browser opens at once.</summary>
public sealed class LargeInputTests : IDisposable
{
    private const long LargestPage = 2 * 1024 * 1024;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_error_text_of_ten_megabytes_is_cut_with_a_note()
    {
        var html = await Render(WithErrors([new(new string('x', 10_000_000), 7)]));

        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
        Assert.Contains("characters in run.json", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_five_thousand_kinds_of_error_the_most_frequent_are_shown_and_the_others_counted()
    {
        var html = await Render(WithErrors(
            [.. Enumerable.Range(1, 5_000).Select(number => new ErrorCount($"error number {number}", number))]));

        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
        Assert.Contains("error number 5000", html, StringComparison.Ordinal);
        Assert.DoesNotContain("error number 4000", html, StringComparison.Ordinal);
        Assert.Contains("more errors of other kinds", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_of_twenty_thousand_lines_is_cut_with_a_note()
    {
        var run = SampleRun.Create(seconds: 5);
        var plan = run.Observation!.Plans[0] with
        {
            Text = string.Join('\n', Enumerable.Range(1, 20_000)
                .Select(line => $"  -> Index Scan number {line} of a plan that never ends")),
        };

        var html = await Render(run with { Observation = run.Observation with { Plans = [plan] } });

        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
        Assert.Contains("characters in run.json", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sixty_scenarios_of_an_hour_with_long_names_make_a_page_of_two_megabytes_at_most()
    {
        var one = SampleRun.Create(seconds: 3_600);
        var template = one.Scenarios[0];
        var run = one with
        {
            Scenarios = [.. one.Scenarios, .. Enumerable.Range(0, 54).Select(number => template with
            {
                Name = $"a scenario of a long name, number {number}",
                StartedUtc = template.StartedUtc.AddHours(number),
            })],
        };

        var html = await Render(run);

        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
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

    private async Task<string> Render(RunResult run)
    {
        var paths = await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(
            paths.Single(path => path.EndsWith("report.html", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
    }
}
