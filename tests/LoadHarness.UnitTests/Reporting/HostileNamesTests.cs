using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

public sealed class HostileNamesTests : IDisposable
{
    private const string Hostile = "</style><script>alert(1)</script>\"'|`=1+1,\u0001\u202Elive\u2066\n../../etc";
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Hostile_names_reach_every_file_as_text_only()
    {
        await RunReport.WriteAsync(WithHostileNames(SampleRun.Create(seconds: 5)), _directory.Path, TestContext.Current.CancellationToken);

        var html = await Read("report.html");
        Assert.Equal(1, Regex.Count(html, "<script", RegexOptions.IgnoreCase));
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Single(html.Split("</style>")[1..]);
        Assert.DoesNotContain("&#x202E;", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202E', html);
        Assert.DoesNotContain('\u0001', html);
        Assert.Contains(@"\u202Elive", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", await Read("summary.md"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(11, XDocument.Parse(await Read("junit.xml")).Descendants("testcase").Count());
        Assert.All((await Read("metrics.csv")).Split("\r\n"), line => Assert.False(line.StartsWith('='), line));
    }

    [Fact]
    public void Ids_of_targets_in_any_script_or_of_chapters_lead_each_to_its_own_place()
    {
        var run = SampleRun.Create(seconds: 3);
        string[] ids = ["Поиск", "Отчёт", "targets", "notes", "a b", "a_b", "a.b"];

        var html = ReportPage.Render(run with { Verdicts = [.. run.Verdicts.Zip(ids, (verdict, id) => verdict.As(id, verdict.Title))] });

        var places = Regex.Matches(html, " id=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(places.Distinct(), places);
        Assert.Equal(ids.Length, places.Count(place => place.StartsWith("target-", StringComparison.Ordinal)));
        Assert.All(Regex.Matches(html, " href=\"#([^\"]+)\"").Select(match => match.Groups[1].Value),
            link => Assert.Contains(link, places));
    }

    [Fact]
    public async Task No_file_is_written_outside_the_directory()
    {
        var paths = await RunReport.WriteAsync(
            WithHostileNames(SampleRun.Create(seconds: 5)), _directory.Path, TestContext.Current.CancellationToken);

        Assert.All(paths, path => Assert.StartsWith(_directory.Path, Path.GetFullPath(path), StringComparison.Ordinal));
        Assert.Equal(paths.Count, paths.Distinct().Count());
    }

    private Task<string> Read(string name) =>
        File.ReadAllTextAsync(Path.Combine(_directory.Path, name), TestContext.Current.CancellationToken);

    private static RunResult WithHostileNames(RunResult run) => run with
    {
        Scenarios = [.. run.Scenarios.Select(scenario => scenario with
        {
            Name = Hostile,
            LoadDescription = Hostile,
            AbortReason = Hostile,
            Operations = [.. scenario.Operations.Select(operation => operation with { Name = Hostile, Errors = [new(Hostile, 3)] })],
        })],
        Verdicts = [.. run.Verdicts.Select(
            verdict => verdict.As(verdict.Id, Hostile).And(Verdict.Stated("", "", Hostile)).Of(Hostile, verdict.Source)
            .Qualified([Hostile]))],
        Checklist = [.. run.Checklist.Select(check => check.As(check.Id, Hostile))],
        Warnings = [Hostile],
        Invalid = [Hostile],
        Options = new Dictionary<string, string> { [Hostile] = Hostile, ["profile"] = Hostile },
    };
}
