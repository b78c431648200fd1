using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;
using ExitCodes = LoadHarness.Core.Verdicts.ExitCodes;
using RunVerdict = LoadHarness.Core.Verdicts.RunVerdict;

namespace LoadHarness.UnitTests.Cli;

/// <summary>A run is the records of its stages, and those that were given stay, whatever ends the run.</summary>
public sealed class PipelineTests
{
    private static readonly RunResult Sample = SampleRun.Create(seconds: 3);

    private static readonly HarnessOptions Options = OptionsCheck.Check(new(), []);

    [Fact]
    public async Task A_fault_keeps_the_records_before_it_and_says_what_it_was()
    {
        var run = await CollectAsync(GiveAsync(
            Timed(new Migrated(Sample.Schema!)), new HarnessException("The disk is full.", ExitCode.BadUsage)));

        Assert.Equal(Sample.Schema, run.ToResult().Schema);
        Assert.Equal("The disk is full.", run.ToResult().IncompleteReason);
        Assert.Equal(ExitCode.BadUsage, run.Fault);
    }

    [Theory]
    [InlineData(ExitCode.Fault)]
    [InlineData(ExitCode.BadUsage)]
    public async Task After_a_fault_every_file_and_a_later_report_say_the_exit_code_of_the_process(ExitCode code)
    {
        using var directory = new TemporaryDirectory();
        var options = Options with { OutputDirectory = directory.Path };
        var measured = await CollectAsync(GiveAsync(
            Timed(new Migrated(Sample.Schema!)), new HarnessException("The disk of postgres://a:secret@b is full.", code)));

        var ended = await Ending.ReportAsync(StageContext.Of(options), Ending.Judge(measured with { Options = options }));

        var folder = Assert.Single(Directory.GetDirectories(directory.Path));
        var kept = await RunJson.ReadAsync(Path.Combine(folder, RunFiles.Name), TestContext.Current.CancellationToken);
        Assert.Equal(code, ended);
        Assert.Equal((code, code), (ExitCodes.Of(kept), RunVerdict.Of(kept).ExitCode));
        Assert.Contains($"exit code {(int)code}:", await TextAsync("summary.md"), StringComparison.Ordinal);
        Assert.Contains($"name=\"exitCode\" value=\"{(int)code}\"", await TextAsync("junit.xml"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", await TextAsync(RunFiles.Name), StringComparison.Ordinal);

        Task<string> TextAsync(string file) => File.ReadAllTextAsync(Path.Combine(folder, file), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_run_that_cannot_be_judged_ends_by_a_fault()
    {
        // Two targets of one id are refused where they are read.
        var twice = Options with { Targets = [.. Options.Targets, Options.Targets[0]] };

        var run = Ending.Judge(PartialRun.Begin(Options).With(new Measured(Sample.Scenarios)) with { Options = twice });

        Assert.Equal(ExitCode.Fault, ExitCodes.Of(run));
        Assert.StartsWith("It could not be judged: ", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Equal(Sample.Scenarios, run.Scenarios);
    }

    [Fact]
    public async Task An_interruption_keeps_the_records_before_it_and_names_the_last_stage_that_ended()
    {
        using var stop = new CancellationTokenSource();
        var run = await CollectAsync(
            GiveAsync(Timed(new Seeded(Sample.Seed!)), new Measured(Sample.Scenarios), stop, new OperationCanceledException(stop.Token)),
            CancellationToken.None, stop.Token);

        Assert.Equal(Sample.Scenarios, run.ToResult().Scenarios);
        Assert.Contains("Interrupted after the stage 'a stage'", run.IncompleteReason, StringComparison.Ordinal);
        Assert.Null(run.Fault);
    }

    [Fact]
    public async Task A_stage_that_hangs_is_left_behind_with_what_it_had_given()
    {
        using var stop = new CancellationTokenSource();
        using var abandoned = new CancellationTokenSource();
        var run = await CollectAsync(
            GiveAsync(new Measured(Sample.Scenarios), stop, abandoned, new TaskCompletionSource()), abandoned.Token, stop.Token);

        Assert.Equal(Sample.Scenarios, run.ToResult().Scenarios);
        Assert.Contains("Interrupted before the first stage ended", run.IncompleteReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_always_comes_last_comes_after_a_fault_too_and_the_fault_goes_on()
    {
        bool? ended = null;
        var stages = GiveAsync(new Measured(Sample.Scenarios), new HarnessException("lost")).ThenAlways(whole =>
        {
            ended = whole;
            return Task.FromResult<StageRecord>(new Observed(Sample.Observation!));
        });

        var run = await CollectAsync(stages);

        Assert.False(ended);
        Assert.Equal(Sample.Observation, run.ToResult().Observation);
        Assert.Equal(Sample.Scenarios, run.ToResult().Scenarios);
        Assert.Equal("lost", run.IncompleteReason);
    }

    [Fact]
    public void A_later_record_of_a_scenario_takes_the_place_of_the_earlier_one()
    {
        var (first, second) = (Sample.Scenarios[0], Sample.Scenarios[1]);
        var lost = first with { AbortReason = "The server was lost with it" };

        var run = PartialRun.Begin(Options).With(new Measured([first]), new Measured([second]), new Measured([lost])).ToResult();

        Assert.Equal([lost, second], run.Scenarios);
    }

    [Fact]
    public void What_each_verb_finds_stays_in_its_run()
    {
        foreach (var kept in SampleCompared.All)
        {
            var run = PartialRun.Begin(Options).With(new Findings(kept.Findings!)).ToResult();

            Assert.Equal((kept.Proof, kept.Growth, kept.Headroom, kept.Ledger, kept.GateRates, kept.Arms, kept.Gate),
                (run.Proof, run.Growth, run.Headroom, run.Ledger, run.GateRates, run.Arms, run.Gate));
        }
    }

    [Fact]
    public async Task A_run_holds_what_each_kind_of_record_gives()
    {
        await using var database = new Database("", Sample.Server!, null);
        var verified = Sample.Checklist;
        var compared = new Comparison("RE-4", 40, null, 3, "in turns");
        var agent = new AgentRecord("1/2", "host", 4711, 2, 0, TimeSpan.Zero, []);
        StageRecord[] records =
        [
            new Done { Timing = new("keep", TimeSpan.FromSeconds(1), "there"), Warnings = ["done"] },
            new Provisioned(database) { Warnings = ["no pg_cron"] },
            new Migrated(Sample.Schema!),
            new Seeded(Sample.Seed!),
            new Measured([Sample.Scenarios[0] with { Notes = ["slow"] }]),
            new Observed(Sample.Observation!),
            new SharedLoad([agent]),
            new Compared(compared),
            new Judged(Sample.Verdicts),
            new Verified(verified),
            new Findings(SampleCompared.Gate.Findings!),
        ];

        var run = PartialRun.Begin(Options with { Command = ["run"] }).With(records).ToResult();

        Assert.Equal(typeof(StageRecord).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(StageRecord))).ToHashSet(),
            records.Select(record => record.GetType()).ToHashSet());
        Assert.Equal(["done", "no pg_cron", $"{Sample.Scenarios[0].Name}: slow"], run.Warnings);
        Assert.Equal([new("keep", TimeSpan.FromSeconds(1), "there")], run.Stages);
        Assert.Equal([compared], run.Comparisons);
        Assert.Equal([agent], run.Agents);
        Assert.Same(verified, run.Checklist);
        // Judging fills these, and an earlier run.
        string[] later = ["Baseline", "Verdicts", "Invalid", "Required", "TargetsChecksum", "Rejudged", "IncompleteReason", "Fault"];
        string[] ofOtherVerbs = ["Proof", "Growth", "Headroom", "Ledger", "GateRates"];
        Assert.All(typeof(RunResult).GetProperties().Where(property => !later.Concat(ofOtherVerbs).Contains(property.Name)),
            property => Assert.False(property.GetValue(run) is null or System.Collections.ICollection { Count: 0 }, property.Name));
    }

    [Fact]
    public void The_options_of_a_run_are_kept_as_baselines_know_them() => Assert.Equal(
        [
            new("contacts", "200000"), new("profile", "standard"),
            new("profile checksum", LoadHarness.Scenarios.Profiles.ProfileCatalog.Read("standard").Checksum(12)),
            new("database", "auto"), new("seed", "42"), new("settings", "checklist"),
            new("engine", "loadharness"), new("pooler", "none"), new("reuse", "no"),
        ],
        (IEnumerable<KeyValuePair<string, string>>)AskedOptions.Of(Options));

    [Fact]
    public void A_given_database_has_its_own_settings_whatever_the_usual_ones_are() => Assert.Equal(
        "as given", AskedOptions.Of(Options with { Database = new DatabaseTarget.Given("Host=localhost") })["settings"]);

    [Fact]
    public void Evidence_that_is_judged_again_has_no_settings_of_this_program() =>
        Assert.DoesNotContain("settings", AskedOptions.Of(Options with { FromEvidence = true }).Keys);

    [Fact]
    public void Two_profiles_of_one_name_are_two_and_one_written_otherwise_is_the_same()
    {
        using var directory = new TemporaryDirectory();
        var (slow, same, fast) = (Checksum("a", 5, "\n"), Checksum("b", 5, "  "), Checksum("c", 6, ""));

        Assert.Equal(slow, same);
        Assert.NotEqual(slow, fast);

        string Checksum(string folder, int rate, string space)
        {
            var file = Path.Combine(Directory.CreateDirectory(Path.Combine(directory.Path, folder)).FullName, "mine.json");
            File.WriteAllText(file, $$"""
                { "name": "mine", "description": "",{{space}} "leadQueries":
                    { "ratePerSecond": {{rate}}, "warmUp": "1s", "during": "2s", "maxInFlight": 9 } }
                """);
            var asked = AskedOptions.Of(OptionsCheck.Check(new() { Profile = file }, []));
            Assert.Equal("mine", asked["profile"]);
            return asked["profile checksum"];
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_rows_are_asked_for_once_and_as_the_options_say(bool isGiven)
    {
        var asked = Options with { Contacts = 1_234, Seed = 7, Spread = new(8, 0.5), Force = true };
        // A private server has only rows of the harness, which --reuse starts from.
        if (isGiven) asked = asked with { Database = new DatabaseTarget.Given("Host=localhost") };

        var rows = StageContext.Of(asked).Rows;

        Assert.Equal((1_234, 7ul, new WorkspaceSpread(8, 0.5), isGiven, false),
            (rows.Contacts, rows.Seed, rows.Spread, rows.Replace, rows.ReplaceForeignRows));
    }

    private static StageRecord Timed(StageRecord record) => record with { Timing = new("a stage", TimeSpan.FromSeconds(1), "done") };

    private static Task<PartialRun> CollectAsync(IAsyncEnumerable<StageRecord> stages) =>
        CollectAsync(stages, CancellationToken.None, TestContext.Current.CancellationToken);

    private static Task<PartialRun> CollectAsync(
        IAsyncEnumerable<StageRecord> stages, CancellationToken abandoned, CancellationToken cancellationToken) =>
        RunGuard.CollectAsync(PartialRun.Begin(Options), stages, abandoned, cancellationToken);

    // Records are given, faults thrown, sources cancelled, and what never ends is waited for.
    private static async IAsyncEnumerable<StageRecord> GiveAsync(params object[] steps)
    {
        foreach (var step in steps)
        {
            if (step is StageRecord record) yield return record;
            else if (step is CancellationTokenSource source) await source.CancelAsync();
            else if (step is TaskCompletionSource never) await never.Task;
            else throw (Exception)step;
        }
    }
}
