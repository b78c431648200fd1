using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Files;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Targets;

/// <summary>Random runs around every edge: what is met was shown, and every file says the same.</summary>
public sealed class OneTruthTests : IDisposable
{
    private static readonly Target[] Targets =
    [
        new("TQ-1", "Queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "s", null, 100, 2_000_000),
        new("TQ-2", "Import", Statistic.ResponseMean, 0.5, LimitDirection.AtMost, "s", "s", "b", 3),
        new("SC-2", "Users", Statistic.Users, 100, LimitDirection.AtLeast, "users", "s", null, 10),
        new("SC-3", "Rate", Statistic.CompletedPerMinute, 600, LimitDirection.AtLeast, "requests/min", "s", null, 10),
        new("RE-4", "Connections", Statistic.Comparison, 40, LimitDirection.AtLeast, "%", MinimumSamples: 3),
        new("MS-0", "Holds", Statistic.ContactsWithAllTargetsMet, 200_000, LimitDirection.AtLeast, "leads"),
    ];

    private static readonly Gen<double> Odd = Gen.OneOf(
        Gen.Double[30, 50], OneOf(40.0, 39.999999, 40.000001, 0, double.NaN, double.PositiveInfinity, double.NegativeInfinity));

    private static readonly Gen<OperationResult> Operation =
        from name in OneOf("a", "b")
        from count in Gen.OneOf(Gen.Int[0, 3], Gen.Int[90, 400])
        from center in Gen.OneOf(Gen.Double[1, 300], Gen.Double[480, 520], Gen.Double[600, 900])
        from width in OneOf(0.0, 1, 60)
        from failed in OneOf(0, 1, 2, 3, 4, 5, 100)
        from unanswered in OneOf(0, 0, 0, 1, 4, 200)
        from skipped in OneOf(0, 0, 1)
        select Measure(name, count, center, width, failed, skipped, unanswered);

    private static readonly Gen<ScenarioResult> Scenario =
        from operations in Operation.List[0, 3]
        from users in OneOf<int?>(null, 0, 99, 100, 101)
        from seconds in OneOf(0, 1, 4, 30)
        from perSecond in Gen.Int[0, 20].Array[30]
        select new ScenarioResult(
            "s", LoadModel.Closed, "KeepConstant", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.FromSeconds(seconds), users,
            [.. operations.DistinctBy(operation => operation.Name)], [.. perSecond.Take(seconds).Select(Second)],
                new(0, null, 0, 0, TimeSpan.Zero), null);

    private static readonly Gen<RunResult> Run =
        from scenarios in Scenario.List[0, 1]
        from figure in Odd
        from low in Odd
        from high in Odd
        from rounds in Gen.Long[0, 5]
        from contacts in OneOf(1_000L, 200_000, 2_000_000)
        from invalid in OneOf("", "", "", "The disk was full")
        from required in OneOf("", "TQ-1", "MS-0")
        from ended in OneOf("", "", "", "Interrupted.", "The disk is full.")
        from fault in OneOf(ExitCode.Fault, ExitCode.BadUsage)
        select SampleRunOf(scenarios, new("RE-4", figure, new(low, high), rounds, "in turns"), contacts, invalid, required) with
        {
            IncompleteReason = ended.Length == 0 ? null : ended,
            Fault = ended == "The disk is full." ? fault : null,
        };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_met_was_shown() => Run.Sample(
        run =>
        {
            foreach (var verdict in run.Verdicts.Where(verdict => verdict.Kind == VerdictKind.Met && verdict.Id != "MS-0"))
            {
                var target = Targets.Single(one => one.Id == verdict.Id);
                Assert.True(target.Bound.Allows(verdict.Figure!.Value), VerdictWords.Line(verdict));
                if (verdict.Checked is null)
                    Assert.True(target.Bound.Allows(verdict.Interval!.Low) && target.Bound.Allows(verdict.Interval.High),
                        VerdictWords.Line(verdict));
                if (target.Scenario is null) continue;
                var lost = run.Scenarios[0].Operations.Where(operation => target.Operation is null || operation.Name == target.Operation)
                    .Select(operation => operation.Accounting);
                Assert.True(target.Statistic is Statistic.ResponseP95 or Statistic.ResponseMean
                    ? lost.All(one => one.ErrorRate <= 0.01)
                    : run.Scenarios[0].Accounting.ErrorRate <= 0.01);
            }

            Assert.All(run.Verdicts.Where(verdict => !verdict.IsJudged), verdict => Assert.Null(verdict.Figure));
            Assert.All(run.Verdicts.Where(verdict => verdict is { Kind: VerdictKind.Missed, ByCause: false, Figure: not null }),
                verdict => Assert.False(verdict.Bound!.Allows(verdict.Figure!.Value), VerdictWords.Line(verdict)));
            Assert.All(run.Verdicts, verdict => Assert.True(verdict.Figure is null || double.IsFinite(verdict.Figure.Value)));
        },
        iter: 1000);

    [Fact]
    public void Every_file_says_the_same() => Run.Sample(
        run =>
        {
            RunVerdict outcome = RunVerdict.Of(run);
            var terminal = string.Join('\n', Summary.Lines(run, [], outcome.ExitCode));
            var junit = JUnitXml.Of(run).ToString();
            var summary = WebUtility.HtmlDecode(SummaryMarkdown.Of(run).Replace("\\", "", StringComparison.Ordinal));
            var markup = VerdictBand.Of(run)
                .Text + string.Concat(Scoreboard.Of(run, new(run, Companions.None))?.Parts.Select(part => part.Text) ?? []);
            var page = WebUtility.HtmlDecode(markup + Regex.Replace(markup, "<[^>]*>", ""));
            var cases = JUnitXml.Of(run).Descendants("testcase").ToList();

            Assert.Equal(run.Fault ?? ExitCodes.Of(run), outcome.ExitCode);
            Assert.Contains($"exit code {(int)outcome.ExitCode}", terminal, StringComparison.Ordinal);
            Assert.Contains($"exit code {(int)outcome.ExitCode}", summary, StringComparison.Ordinal);
            Assert.Contains($"\"exitCode\" value=\"{(int)outcome.ExitCode}\"", junit,
                StringComparison.Ordinal);
            Assert.Equal(outcome.ExitCode != ExitCode.AllMet,
                cases.Any(one => one.Element("failure") is not null || one.Element("error") is not null));
            RequireSame(run, outcome, Summary.Report(run, outcome.ExitCode).ToJson());
            Assert.All([terminal, summary, page], (string file) => Assert.Contains(outcome.Headline, file, StringComparison.Ordinal));
            foreach (var verdict in run.Verdicts)
            {
                var told = cases.Single(one => one.Attribute("name")!.Value.StartsWith(verdict.Id + " ", StringComparison.Ordinal))
                    .Element("system-out")!.Value;
                Assert.Contains(VerdictWords.Line(verdict), told, StringComparison.Ordinal);
                Assert.Contains($"is-{CheckReport.Word(verdict.Kind)}", page, StringComparison.Ordinal);
                Assert.Contains(verdict.Reason ?? "", page, StringComparison.Ordinal);
                Assert.Contains(VerdictWords.Figure(verdict), page, StringComparison.Ordinal);
                if (!verdict.IsJudged) continue;
                Assert.Contains(VerdictWords.Line(verdict), terminal, StringComparison.Ordinal);
                Assert.All([verdict.Reason ?? "", VerdictWords.Figure(verdict), VerdictWords.Interval(verdict)],
                    (string part) => Assert.Contains(part, summary, StringComparison.Ordinal));
            }
        },
        iter: 300);

    [Fact]
    public async Task A_run_json_gives_the_same_verdicts_and_exit_code_back()
    {
        var path = Path.Combine(_directory.Path, "run.json");
        foreach (var run in Run.Array[30].Single())
        {
            await RunJson.WriteAsync(run, path, TestContext.Current.CancellationToken);
            if (!run.Comparisons.All(IsFinite))
            {
                // Written as it is, so that nothing is lost; read by nobody who would take it for a figure.
                Assert.Null(RunJson.Find(path, out _));
                continue;
            }

            var back = await RunJson.ReadAsync(path, TestContext.Current.CancellationToken);

            Assert.Equal(run.Verdicts.Select(VerdictWords.Line), back.Verdicts.Select(VerdictWords.Line));
            Assert.Equal(RunVerdict.Of(run) with { Reasons = [] }, RunVerdict.Of(back) with { Reasons = [] });
        }
    }

    /// <summary>What <c>--json</c> prints: met and missed where the exit code says so, else the run's own word with its reasons.</summary>
    private static void RequireSame(RunResult run, RunVerdict outcome, string json)
    {
        using var told = JsonDocument.Parse(json);
        var verdict = told.RootElement.GetProperty("verdict").GetString();
        Assert.Equal(run.Verdicts.Select(one => CheckReport.Word(one.Kind)),
            told.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("verdict").GetString()));
        if (outcome.ExitCode is ExitCode.AllMet or ExitCode.TargetMissed)
        {
            Assert.Equal(outcome.ExitCode == ExitCode.AllMet ? "met" : "missed", verdict);
            Assert.False(told.RootElement.TryGetProperty("exitCode", out _));
            return;
        }

        Assert.Equal(outcome.Word, verdict);
        Assert.Equal((int)outcome.ExitCode, told.RootElement.GetProperty("exitCode").GetInt32());
        var reasons = told.RootElement.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()).ToList();
        Assert.Equal(outcome.Headline, reasons[0]);
        Assert.All(run.Invalid, doubt => Assert.Contains($"{doubt}.", reasons));
        Assert.Equal(run.Fault is null ? null : run.IncompleteReason,
            told.RootElement.TryGetProperty("error", out var error) ? error.GetString() : null);
        if (run.IncompleteReason is { } ended) Assert.Contains(ended, reasons);
    }

    private static bool IsFinite(Comparison comparison) => double.IsFinite(comparison.Figure) && comparison.Interval?.IsFinite != false;

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static RunResult SampleRunOf(
        List<ScenarioResult> scenarios, Comparison comparison, long contacts, string invalid, string required)
    {
        var run = new RunResult
        {
            Identity = new("r", DateTimeOffset.UnixEpoch, TimeSpan.FromHours(1), "c", "0", "Release", 0, null),
            Options = new Dictionary<string, string>(),
            Host = new("os", "cpu", 2, 0, "10", false),
            Seed = new(1, contacts, "x", 1, new(2026, 1, 1), [], [], [], TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, false),
            Scenarios = scenarios,
            Comparisons = [comparison],
            Invalid = invalid.Length == 0 ? [] : [invalid],
            Required = required.Length == 0 ? [] : [required],
        };
        return run with { Verdicts = TargetJudge.Decide(run, Targets) };
    }

    private static OperationResult Measure(string name, int count, double center, double width, int failed, int skipped, int unanswered)
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < count; i++)
            histogram.Record(TimeSpan.FromMilliseconds(Math.Max(0.001, center + (width * ((i % 21) - 10) / 10))));
        var summary = LatencySummary.Of(histogram);
        return new(name, new(count + failed + skipped + unanswered, count, failed, skipped, unanswered), summary, summary, summary, 10, 10,
            null, [],
            failed == 0 ? [] : [new("canceling statement due to statement timeout", failed, "57014")]);
    }

    private static SecondSample Second(int completed, int second) =>
        new(second, completed, completed, 0, 0, 1, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, null, null);
}
