using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Files;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Cli;

/// <summary><c>report RUN</c> says that it judged again only where it did, and refuses targets that it cannot apply.</summary>
public sealed class RunJudgeTests : IDisposable
{
    private static readonly string Targets = Repository.File("scenarios", "targets.json");

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> JudgedWhileMeasured => ["scale", "headroom", "ledger", "gate selftest", "compare", "gate"];

    private string Out => Path.Combine(_directory.Path, "out");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(JudgedWhileMeasured))]
    public void What_was_judged_while_it_was_measured_keeps_its_targets_and_refuses_others(string verb)
    {
        var recorded = SampleCompared.All.Single(run => run.Findings!.Verb == verb) with { TargetsChecksum = "of that day" };

        var again = RunJudge.Again(recorded, OptionsCheck.Check(new(), []));
        var refused = Assert.Throws<HarnessException>(
            () => RunJudge.Again(recorded, OptionsCheck.Check(new() { Targets = Targets }, [])));

        Assert.Equal(("of that day", null), (again.TargetsChecksum, again.Rejudged));
        Assert.Equal(recorded.Verdicts.Select(VerdictWords.Line), again.Verdicts.Select(VerdictWords.Line));
        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains(Targets, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"run {verb} again", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_and_loads_are_judged_by_the_targets_that_are_given()
    {
        foreach (var recorded in (RunResult[])[SampleCompared.Proof, SampleRun.Create()])
            Assert.NotNull(RunJudge.Again(recorded, OptionsCheck.Check(new() { Targets = Targets }, [])).Rejudged);
    }

    /// <summary>The headline said "missed, at least 98%", and the chapter of the same page "met, at least 95%".</summary>
    [Fact]
    public void Claims_judged_again_say_the_same_in_the_headline_and_in_their_chapter()
    {
        var lenient = SampleCompared.Targets.Select(target => target.Id == "RE-2" ? target with { Limit = -500 } : target).ToList();

        var again = RunJudge.Judge(SampleCompared.Proof, OptionsCheck.Check(new(), []) with { Targets = lenient });

        Assert.Equal(again.Proof!.Claims.Select(claim => claim.Verdict), again.Verdicts);
        Assert.Contains("| RE-2 | Index size down 25% | met |", SummaryMarkdown.Of(again), StringComparison.Ordinal);
        foreach (var text in (string[])[SummaryMarkdown.Of(again), ReportPage.Render(again)])
        {
            Assert.Contains("RE-2 met: ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("RE-2 missed", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_claim_that_is_no_target_any_more_is_not_judged_and_its_figures_stay()
    {
        var recorded = SampleCompared.Proof;
        var without = SampleCompared.Targets.Where(target => target.Id != "RE-2").ToList();

        var again = RunJudge.Again(recorded, OptionsCheck.Check(new(), []) with { Targets = without });
        var back = RunJudge.Again(again, OptionsCheck.Check(new(), []) with { Targets = SampleCompared.Targets });

        Assert.Equal(VerdictKind.Unavailable, again.Verdicts.Single(verdict => verdict.Id == "RE-2").Kind);
        Assert.Contains("RE-2 was missed, is unavailable by the targets of today.", Rejudgement.Words(again));
        Assert.Equal(recorded.Verdicts.Select(VerdictWords.Line), back.Verdicts.Select(VerdictWords.Line));
    }

    /// <summary>"No verdict changed", and the exit code said that a target was missed.</summary>
    [Fact]
    public void A_target_that_was_added_is_told_as_a_change()
    {
        var options = OptionsCheck.Check(new() { Targets = Targets }, []);
        var recorded = RunJudge.Judge(SampleRun.Create(seconds: 3), options);
        var added = options.Targets.Single(target => target.Id == "TQ-1") with { Id = "OWN-1", Limit = 1e-6 };

        var again = RunJudge.Again(recorded, options with { Targets = [.. options.Targets, added] });

        var words = Rejudgement.Words(again).ToList();
        Assert.EndsWith(": 1 changed.", words[0], StringComparison.Ordinal);
        Assert.Equal(["OWN-1 was no target, is missed by the targets of today."], words.Skip(1));
        Assert.EndsWith(
            ": no verdict changed.", Assert.Single(Rejudgement.Words(RunJudge.Again(recorded, options))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_cannot_be_given_for_a_workload_whose_folder_is_not()
    {
        var file = await KeptAsync(OfWorkload());

        var refused = await Assert.ThrowsAsync<HarnessException>(() => ReportAsync(file, "--targets", Targets));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains("Give --workload DIR too", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("SHOP-1", ExitCode.AllMet)]
    [InlineData("shop-1,SHOP-2", ExitCode.Inconclusive)]
    [InlineData("all", ExitCode.Inconclusive)]
    public async Task What_is_required_of_a_recorded_workload_has_to_be_judged(string required, ExitCode expected)
    {
        var file = await KeptAsync(OfWorkload());

        Assert.Equal(expected, await ReportAsync(file, "--require", required));

        var again = await RunJson.ReadAsync(Path.Combine(Out, RunFiles.Name), Stop);
        Assert.Equal(required.Contains("1,", StringComparison.Ordinal) || required == "all" ? 2 : 1, again.Required.Count);
        Assert.Null(again.Rejudged);
    }

    [Fact]
    public async Task What_the_workload_does_not_have_cannot_be_required()
    {
        var file = await KeptAsync(OfWorkload());

        var refused = await Assert.ThrowsAsync<HarnessException>(() => ReportAsync(file, "--require", "TQ-1"));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains("Give all, or ids such as SHOP-1,SHOP-2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_required_stays_required_and_unknown_ids_of_a_load_are_refused()
    {
        var file = await KeptAsync(OfWorkload() with { Required = ["SHOP-2"] });

        Assert.Equal(ExitCode.Inconclusive, await ReportAsync(file));
        var load = await KeptAsync(SampleRun.Create());
        Assert.Contains("'SHOP-1'", (await Assert.ThrowsAsync<HarnessException>(
            () => ReportAsync(load, "--require", "SHOP-1"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Fault)]
    [InlineData(ExitCode.BadUsage)]
    public async Task A_run_that_a_fault_ended_keeps_its_exit_code(ExitCode code)
    {
        foreach (var recorded in (RunResult[])[OfWorkload(), SampleRun.Create(seconds: 3)])
        {
            var file = await KeptAsync(recorded with { IncompleteReason = "The disk is full.", Fault = code });

            Assert.Equal(code, await ReportAsync(file));
            Directory.Delete(Out, recursive: true);
        }
    }

    private static RunResult OfWorkload()
    {
        var run = SampleRun.Create(seconds: 3);
        return run with
        {
            Seed = null,
            Options = new Dictionary<string, string> { [OptionNames.Workload] = "shop 0a1b", [OptionNames.Seed] = "42" },
            Invalid = [],
            Verdicts = [Verdict.Looked("SHOP-1", "one", true, "seen"), Verdict.Unavailable("SHOP-2", "two", "It did not run.")],
        };
    }

    private async Task<string> KeptAsync(RunResult run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory.Path, $"run-{Guid.NewGuid():N}")).FullName;
        await RunJson.WriteAsync(run, Path.Combine(folder, RunFiles.Name), Stop);
        return folder;
    }

    private async Task<ExitCode> ReportAsync(string run, params string[] options)
    {
        var words = new CommandLineOptions();
        var verb = ReportVerb.Create(words);
        foreach (var option in verb.Options) verb.Command.Options.Add(option);
        return await verb.ExecuteAsync(new RootCommand { verb.Command }.Parse(["report", run, "--out", Out, .. options]), Stop);
    }
}
