using System.Text.Json.Nodes;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Files;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>prove, scale, ledger, gate selftest, compare and gate keep what they found as a run does.</summary>
public sealed class ComparedRunTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<int> Runs => [0, 1, 2, 3, 4, 5];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task What_was_found_is_read_back_from_run_json_as_it_was(int which)
    {
        var run = SampleCompared.All[which];

        var files = await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        var again = RunJson.Find(files[0], out var faults);

        Assert.Equal("", string.Join('\n', faults));
        Assert.Equal(await File.ReadAllTextAsync(files[0], TestContext.Current.CancellationToken), await Written(again!));
        var node = JsonNode.Parse(await File.ReadAllTextAsync(files[0], TestContext.Current.CancellationToken));
        Assert.Empty(SchemaCheck.Faults(JsonNode.Parse(RunJsonSchema.Text())!, node));
        Assert.Contains(files, file => file.EndsWith("report.html", StringComparison.Ordinal));
    }

    public static TheoryData<string> Scattered => ["x", "%", "growth", "headroom"];

    [Theory]
    [MemberData(nameof(Scattered))]
    public async Task What_scatters_beyond_all_reason_is_written_as_it_can_be_read(string which)
    {
        var run = which switch
        {
            "growth" => SampleCompared.Growth with
            {
                Growth = SampleCompared.Growth.Growth! with
                {
                    Operations = [OperationScale.Of("a/b", OperationScale.Mean,
                        [new(100_000, 1e-3), new(200_000, 1e6), new(400_000, 2e-3), new(800_000, 3)], null)],
                },
            },
            "headroom" => SampleCompared.Headroom with
            {
                Headroom = new(1_000, 42, DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1), "15", TimeSpan.FromSeconds(1),
                    [new("a", 0.001, [new(0.001, SearchEnd.Found, "x"), new(6_400, SearchEnd.Found, "x")])]),
            },
            _ => SampleCompared.Proof with
            {
                Proof = SampleCompared.Proof.Proof! with { Claims = [Wide(SampleCompared.Targets[2] with { Unit = which })] },
            },
        };
        run = run with { Verdicts = TargetJudge.Decide(run, SampleCompared.Targets) };

        var files = await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);

        RunJson.Find(files[0], out var faults);
        Assert.Empty(faults);
    }

    private static ProvenClaim Wide(Target target)
    {
        HeldLevel Held(double level) => new(level, SearchEnd.Found, "slow") { BrokeAt = level * 1.4 };
        return ClaimJudge.Decide(
            new("ER-6", "5x concurrent users", "d", "C", ClaimStatistic.BoundedSearch, [], "n"), target, new()
            {
                Searches = new Dictionary<string, SearchedLevels>
                {
                    ["ER-6"] = new("users", "users", [Held(1e-6), Held(1), Held(1e9)], [Held(1e9), Held(1), Held(1e-6)]),
                },
            });
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_judged_again_comes_to_the_same(int which)
    {
        var run = SampleCompared.All[which];
        Assert.Equal(Told(run.Verdicts), Told(TargetJudge.Decide(run, SampleCompared.Targets)));
        Assert.NotEmpty(run.Verdicts);
        Assert.Equal(run.Gate is null ? ExitCodes.Of(run.Verdicts) : ExitCode.Regression, RunVerdict.Of(run).ExitCode);
    }

    [Fact]
    public void A_stricter_target_changes_the_verdict_on_a_recorded_claim()
    {
        var strict = SampleCompared.Targets.Select(target => target.Id == "RE-2" ? target with { Limit = -500 } : target).ToList();
        Assert.Equal(VerdictKind.Missed, Of(SampleCompared.Targets));
        Assert.Equal(VerdictKind.Met, Of(strict));

        static VerdictKind Of(IReadOnlyList<Target> targets) =>
            TargetJudge.Decide(SampleCompared.Proof, targets).Single(verdict => verdict.Id == "RE-2").Kind;
    }

    [Fact]
    public async Task The_summary_holds_every_operation_of_a_claim_and_what_got_worse_in_bold()
    {
        var summary = await Summary(SampleCompared.Proof);
        Assert.Contains("**lead-queries/lead_with_activities**", summary, StringComparison.Ordinal);
        Assert.Contains("| lead-queries/recent_leads |", summary, StringComparison.Ordinal);
        Assert.Contains("Geometric mean of the ratios", summary, StringComparison.Ordinal);
        Assert.Contains("1/100 of the claimed scale", RunScope.Words(SampleCompared.Proof), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_and_junit_name_profile_servers_and_machine_as_the_page_does()
    {
        foreach (var run in SampleCompared.All)
            Assert.DoesNotContain("no server", await Summary(run), StringComparison.Ordinal);
        Assert.Contains("profile none, PostgreSQL 15.18, copies of one cluster, AMD EPYC 7763, 8 cores, 32 GiB, commit `3f2c1ab`",
            await Summary(SampleCompared.Proof), StringComparison.Ordinal);
        var earlier = SampleCompared.Proof.Proof! with
        {
            StartedUtc = new(2024, 12, 1, 3, 4, 0, TimeSpan.Zero),
            Machine = "POWER9, 20 cores, 64 GiB",
        };
        var judged = SampleCompared.Proof with { Proof = earlier };
        Assert.Contains("POWER9, 20 cores, 64 GiB, measured 2024-12-01 03:04 UTC, judged again at commit `3f2c1ab`, 9 min 0 s",
            await Summary(judged), StringComparison.Ordinal);
        Assert.Equal(
            [("profile", "none"), ("machine", "POWER9, 20 cores, 64 GiB"), ("server", "PostgreSQL 15.18, copies of one cluster")],
            JUnitXml.Of(judged).Descendants("property")
                .Select(property => (property.Attribute("name")!.Value, property.Attribute("value")!.Value))
                .Where(property => property.Item1 is "profile" or "machine" or "server"));
    }

    [Fact]
    public void The_junit_of_evidence_that_was_judged_again_has_the_time_and_the_program_of_the_measurement()
    {
        var earlier = SampleCompared.Proof.Proof! with
        {
            StartedUtc = new(2024, 12, 1, 3, 4, 5, TimeSpan.Zero),
            Duration = TimeSpan.FromSeconds(540),
        };

        var junit = JUnitXml.Of(SampleCompared.Proof with { Proof = earlier });

        var suite = junit.Descendants("testsuite").Single();
        Assert.Equal(("2024-12-01T03:04:05", "540"), (suite.Attribute("timestamp")!.Value, suite.Attribute("time")!.Value));
        Assert.Equal("540", junit.Descendants("testcase").Last().Attribute("time")!.Value);
        Assert.Equal("not on record (judged again at 3f2c1ab)", junit.Descendants("property")
            .Single(property => property.Attribute("name")!.Value == "commit").Attribute("value")!.Value);
    }

    [Fact]
    public async Task The_summary_holds_growth_ledger_and_error_rates()
    {
        Assert.Contains("0.70 (", await Summary(SampleCompared.Growth), StringComparison.Ordinal);
        Assert.Contains("**leads_unused_idx**", await Summary(SampleCompared.Ledger), StringComparison.Ordinal);
        Assert.Contains("leads_old_idx", await Summary(SampleCompared.Ledger), StringComparison.Ordinal);
        Assert.Contains("| identical arms | 0 | 20 | 0 to 16.8% | – |", await Summary(SampleCompared.Rates), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_summary_holds_both_arms_with_causes_and_what_the_gate_knew()
    {
        var compared = await Summary(SampleCompared.Arms);
        Assert.Contains("| traffic/latest_orders | mean | 0.21 | 9.8 | B is 46.70x slower (44.00 to 49.00) | 8 |", compared,
            StringComparison.Ordinal);
        Assert.Contains("B has no index orders_customer_id_placed_idx.", compared, StringComparison.Ordinal);
        Assert.Contains("workload shop 0a1b2c3d4e5f", compared, StringComparison.Ordinal);
        Assert.Contains("known since 2025-03-12: traffic/latest_orders 203.00 times", await Summary(SampleCompared.Gate),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_is_judged_by_whether_it_was_decided_and_the_gate_by_what_got_worse()
    {
        var compared = SampleCompared.Arms;
        Assert.Equal(ExitCode.Inconclusive, RunVerdict.Of(compared).ExitCode);
        Assert.Equal("Compared: on B 1 operations are worse, 1 better; 2 figures are undecided", RunVerdict.Of(compared).Headline);
        var decided = compared with { Arms = compared.Arms! with { Undecided = [], Times = [] } };
        decided = decided with { Verdicts = TargetJudge.Decide(decided, []) };
        Assert.Equal((ExitCode.AllMet, "compared"), (RunVerdict.Of(decided).ExitCode, RunVerdict.Of(decided).Word));
        Assert.Equal((ExitCode.Regression, "Gate: 1 known regressions, none new"),
            (RunVerdict.Of(SampleCompared.Gate).ExitCode, RunVerdict.Of(SampleCompared.Gate).Headline));
    }

    [Fact]
    public void Hostile_names_end_no_cell_and_open_no_tag()
    {
        const string hostile = "a|b<script>`[x](y)\nc";
        var ledger = SampleCompared.Ledger.Ledger!;
        var index = ledger.Entries[0].Index with { Name = hostile, Table = hostile };
        var texts = new[]
        {
            LedgerText.Of(ledger with { Arm = hostile, Entries = [ledger.Entries[0] with { Index = index }], StaleReasons = [hostile] }),
            ProofText.Of(SampleCompared.Proof.Proof! with { Machine = hostile, Command = hostile }),
            GateRatesText.Of(SampleCompared.Rates.GateRates! with { Machine = hostile }),
            ComparisonText.Of(SampleCompared.Arms.Arms! with
            {
                A = hostile, B = hostile, Workload = hostile, Undecided = [hostile], Plans = [new(hostile, [hostile], [hostile])],
                Indexes = [new(hostile, 1, null)],
                Times = [SampleCompared.Arms.Arms!.Times[0] with { Operation = hostile, Metric = hostile }],
                Counters = [SampleCompared.Arms.Arms!.Counters[0] with { Operation = hostile, Counter = hostile, Statement = hostile }],
            }),
            ScaleText.Of(SampleCompared.Growth.Growth! with
            {
                Server = hostile,
                Operations = [SampleCompared.Growth.Growth!.Operations[0] with { Operation = hostile, Metric = hostile }],
            }),
        };
        Assert.All(texts, text =>
        {
            Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
            Assert.DoesNotContain("a|b", text, StringComparison.Ordinal);
            Assert.DoesNotContain("[x](", text.Replace("\\[x](", "", StringComparison.Ordinal), StringComparison.Ordinal);
        });
    }

    private async Task<string> Summary(RunResult run)
    {
        await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(Path.Combine(_directory.Path, "summary.md"), TestContext.Current.CancellationToken);
    }

    private async Task<string> Written(RunResult run)
    {
        var path = Path.Combine(_directory.Path, "again.json");
        await RunJson.WriteAsync(run, path, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
    }

    private static IEnumerable<string> Told(IReadOnlyList<Verdict> verdicts) => verdicts.Select(VerdictWords.Line);
}
