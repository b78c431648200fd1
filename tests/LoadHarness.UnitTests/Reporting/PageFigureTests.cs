using System.Net;
using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>
/// Every figure that the page shows of a target, an operation, a statement, a wait, a relation or a setting is the one of run.json.
/// </summary>
public sealed class PageFigureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Targets_have_the_figures_of_run_json()
    {
        var (run, html) = await ReadBothAsync();

        foreach (var verdict in run.Verdicts)
        {
            var row = Text(html[html.IndexOf($"<span class=\"id\">{verdict.Id}</span>", StringComparison.Ordinal)..],
                "<tr class=\"remarks\">");
            Assert.Contains(VerdictWords.Figure(verdict), row, StringComparison.Ordinal);
            Assert.Contains(VerdictWords.Interval(verdict), row, StringComparison.Ordinal);
            Assert.Contains(Format.Limit(verdict), row, StringComparison.Ordinal);
            Assert.Contains(verdict.Samples == 0 ? "–" : Format.Count(verdict.Samples), row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Operations_have_the_figures_of_run_json_in_their_columns()
    {
        var (run, html) = await ReadBothAsync();

        foreach (var scenario in run.Scenarios)
        {
            var rows = Rows(html, $"Operations of {scenario.Name}");
            var more = Rows(html, $"More figures of {scenario.Name}");
            foreach (var operation in scenario.Operations)
            {
                var (accounting, response) = (operation.Accounting, operation.Response);
                Assert.Equal(
                    [
                        operation.Name, $"{Format.Count(accounting.Completed)} of {Format.Count(accounting.Scheduled)}",
                            $"{Format.Count(accounting.Failed)}, {Format.Count(accounting.Skipped)}",
                        Format.Significant(operation.ThroughputPerSecond), Reached(response.Count, 2, response.P50),
                            Reached(response.Count, 20, response.P95), Reached(response.Count, 100, response.P99),
                    ],
                    rows.Single(row => row[0] == operation.Name));
                Assert.Equal(Format.Duration(response.Mean), more.Single(row => row[0] == operation.Name)[3]);
                Assert.Equal(Format.Duration(response.Maximum), more.Single(row => row[0] == operation.Name)[6]);
                Assert.Equal(Reached(operation.Service.Count, 20, operation.Service.P95), more.Single(row => row[0] == operation.Name)[7]);
            }
        }
    }

    [Fact]
    public async Task Statements_waits_sizes_and_settings_have_the_figures_of_run_json()
    {
        var (run, html) = await ReadBothAsync();
        var seen = run.Observation!;

        var statements = Rows(html, "Statements");
        Assert.Equal(seen.Statements.Count, statements.Count);
        foreach (var statement in seen.Statements)
        {
            var row = statements.Single(row => row[0].EndsWith(statement.Statement, StringComparison.Ordinal));
            Assert.Equal([Format.Count(statement.Calls), Format.Duration(statement.TotalTime), Format.Duration(statement.MeanTime)],
                row[2..5]);
        }
        foreach (var wait in seen.WaitEvents)
            Assert.Contains($"{wait.WaitEvent} {Format.Percent(Math.Round(wait.Share, 3))}", Rows(html, "Waits of scenarios")
                .Single(row => row[0] == wait.Scenario)[1], StringComparison.Ordinal);
        foreach (var size in seen.Sizes)
            Assert.Equal([Format.Bytes(size.BytesBefore), Format.Bytes(size.BytesAfter)], Rows(html, "Sizes of relations")
                .Single(row => row[0] == size.Relation)[2..4]);
        foreach (var (name, value) in run.Server!.Settings)
            Assert.Equal(value, Rows(html, "Server settings").Single(row => row[0] == name)[1]);
    }

    [Fact]
    public async Task Each_second_of_a_short_scenario_is_the_one_of_run_json()
    {
        var (run, html) = await ReadBothAsync();
        var rows = Rows(html, "Figures of Requests offered and completed a second, and in flight, scenario-0-rates");

        Assert.Equal(run.Scenarios[0].Timeline.Select(sample => sample.Completed.ToString()),
            rows.Select(row => row[2]));
    }

    [Fact]
    public async Task Tables_of_a_long_run_have_what_was_measured_in_each_of_their_stretches()
    {
        var (run, html) = await ReadBothAsync(seconds: 900);

        foreach (var figure in new[] { "Sessions, db-sessions", "CPU, db-cpu", "Requests, run-rates", "In flight, run-flight" })
            Assert.DoesNotContain(Rows(html, $"Figures of {figure}"), row => row.Contains("–"));
        Assert.Equal(
            run.Observation!.Samples.Chunk(30).Select(stretch => Format.Significant(stretch.Max(sample => sample.Active))),
            Rows(html, "Figures of Sessions, db-sessions").Select(row => row[2]));
        Assert.Contains("active (highest)", html, StringComparison.Ordinal);
    }

    private static string Reached(long samples, long needed, TimeSpan? figure) => samples >= needed ? Format.Duration(figure) : "–";

    private static List<string[]> Rows(string html, string caption)
    {
        var start = html.IndexOf($"<caption class=\"hidden\">{caption}</caption>", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The page has no table {caption}.");
        var body = html[html.IndexOf("<tbody>", start, StringComparison.Ordinal)..];
        body = body[..body.IndexOf("</table>", StringComparison.Ordinal)];
        return [.. body.Split("<tr>")[1..].Select(row => Regex.Split(row, "<t[hd][^>]*>")[1..].Select(Words).ToArray())];
    }

    private static string Text(string html, string end) => Words(html[..html.IndexOf(end, StringComparison.Ordinal)]);

    private static string Words(string markup) => WebUtility.HtmlDecode(Regex.Replace(markup, "<[^>]*>", "")).Trim();

    private async Task<(RunResult Run, string Html)> ReadBothAsync(int seconds = 20)
    {
        var paths = await RunReport.WriteAsync(SampleRun.Create(seconds), _directory.Path, TestContext.Current.CancellationToken);
        var run = await RunJson.ReadAsync(
            paths.Single(path => path.EndsWith("run.json", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        return (run, await File.ReadAllTextAsync(
            paths.Single(path => path.EndsWith("report.html", StringComparison.Ordinal)), TestContext.Current.CancellationToken));
    }
}
