using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Validity;

/// <summary>What makes a whole run untrustworthy, besides what <see cref="GeneratorChecks"/> finds in one scenario.</summary>
public sealed class RunChecksTests
{
    [Fact]
    public void A_sound_run_raises_no_doubt() => Assert.Empty(Doubts(SampleRun.Create()));

    [Fact]
    public void A_debug_build_does() =>
        Assert.Contains("Debug build", Assert.Single(Doubts(SampleRun.Create() is var run ? run with
        {
            Identity = run.Identity with { Configuration = "Debug" },
        } : run)), StringComparison.Ordinal);

    [Theory]
    [InlineData("fsync")]
    [InlineData("full_page_writes")]
    [InlineData("synchronous_commit")]
    public void A_server_that_may_lose_commits_does(string setting)
    {
        var run = SampleRun.Create();
        var lax = run with
        {
            Server = run.Server! with { Settings = new Dictionary<string, string>(run.Server.Settings) { [setting] = "off" } },
        };

        Assert.Contains($"{setting} = off", Assert.Single(Doubts(lax)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tmpfs", true)]
    [InlineData("ramfs", true)]
    [InlineData("ext4", false)]
    [InlineData("overlay", false)]
    [InlineData(null, false)]
    public void A_server_whose_data_is_in_memory_does(string? fileSystem, bool isDoubted)
    {
        var run = SampleRun.Create();
        List<string> expected = isDoubted
            ? ["The server's data is in memory: a commit waits for no disk. Set TMPDIR to a directory on a disk."]
            : [];

        Assert.Equal(expected, Doubts(run with { Server = run.Server! with { FileSystem = fileSystem } }));
    }

    [Fact]
    public void Times_of_comparing_verbs_that_were_taken_in_memory_do_and_counters_do_not()
    {
        var (empty, proof, arms) = (SampleCompared.Ledger, SampleCompared.Proof.Proof!, SampleCompared.Arms.Arms!);
        var (growth, headroom, ledger) = (
            SampleCompared.Growth.Growth! with { FileSystem = "tmpfs" }, SampleCompared.Headroom.Headroom! with { FileSystem = "tmpfs" },
            empty.Ledger! with { FileSystem = "tmpfs" });
        var compared = arms with { ServerA = arms.ServerA with { FileSystem = "tmpfs" } };
        // A given server's disk is not known: B alone may be a private one.
        var given = arms with { ServerA = arms.ServerA with { FileSystem = null }, ServerB = arms.ServerB with { FileSystem = "tmpfs" } };
        var one = arms with { ServerA = arms.ServerA with { FileSystem = "ext4" }, ServerB = arms.ServerB with { FileSystem = "tmpfs" } };
        IFindings[] timed =
        [
            proof with { Optimized = proof.Optimized with { FileSystem = "tmpfs" } }, growth, headroom, new FoundArms(compared, null),
            new FoundArms(given, null), new FoundArms(one, null),
        ];
        Assert.All(timed, found => Assert.Contains("in memory", Doubts(empty.Holding(found))[^1], StringComparison.Ordinal));

        var blocks = growth.Operations.Where(operation => operation.Metric == OperationScale.Blocks);
        IFindings[] counted = [ledger, growth with { Operations = [.. blocks] }, new FoundArms(compared with { Times = [] }, null)];
        Assert.All(counted, found => Assert.Empty(Doubts(empty.Holding(found))));

        Assert.Equal("tmpfs", new FoundArms(given, null).FileSystem);
        Assert.Equal("ext4 and tmpfs", new FoundArms(one, null).FileSystem);
    }

    [Fact]
    public void Seeded_rows_that_are_gone_do_and_rows_that_came_since_do_not()
    {
        var run = SampleRun.Create();
        RunResult With(params FoundTable[] tables) => run with { Seed = run.Seed! with { Found = new(2_000_000, tables) } };

        Assert.Empty(Doubts(With(new("leads", 2_100_000, 2_100_000, 500_000), new("email_sends", 3, 3, 0))));
        Assert.Contains("1,050,000 rows of leads instead of 2,100,000. Give --force", Assert.Single(Doubts(
            With(new("leads", 2_100_000, 1_050_000, 9_000_000), new("email_sends", 3, 3, 0)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_was_ended_early_does() =>
        Assert.Contains("error rate above 5%", Assert.Single(Doubts(WithFirst(scenario => scenario with
        {
            AbortReason = "Threshold passed: error rate above 5%",
        }))), StringComparison.Ordinal);

    [Fact]
    public void A_baseline_of_another_scale_does_and_one_of_the_same_kind_does_not()
    {
        var run = SampleRun.Create();

        Assert.Empty(Doubts(run.ComparedWith(run)));
        Assert.Contains("leads: 200000 then, 2000000 now", Assert.Single(Doubts(run.ComparedWith(run with
        {
            Seed = run.Seed! with { Contacts = 200_000 },
        }))), StringComparison.Ordinal);
    }

    [Fact]
    public void Lag_is_held_against_the_tightest_limit_of_the_scenario()
    {
        var late = new LatencyHistogram();
        late.Record(TimeSpan.FromMilliseconds(30));
        var run = WithFirst(scenario => scenario with { Operations = [scenario.Operations[0] with { Lag = LatencySummary.Of(late) }] });

        Assert.Empty(Doubts(run, Limit(500), Limit(400)));
        Assert.Contains("30.0 ms", Assert.Single(Doubts(run, Limit(500), Limit(200))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_generator_that_keeps_nine_tenths_of_the_machine_busy_does() =>
        Assert.Contains("measured its own limit", Assert.Single(Doubts(WithFirst(scenario => scenario with
        {
            Generator = scenario.Generator with { CpuCores = 7.2 },
        }))), StringComparison.Ordinal);

    [Fact]
    public void Stolen_processor_time_does() =>
        Assert.Contains("hypervisor", Assert.Single(Doubts(WithFirst(scenario => scenario with
        {
            Generator = scenario.Generator with { StolenShare = 0.06 },
        }))), StringComparison.Ordinal);

    private static RunResult WithFirst(Func<ScenarioResult, ScenarioResult> change)
    {
        var run = SampleRun.Create();
        return run with { Scenarios = [change(run.Scenarios[0])] };
    }

    private static List<string> Doubts(RunResult run, params Target[] targets) => [.. RunChecks.Doubts(run, targets)];

    private static Target Limit(double milliseconds) =>
        new("TQ-1", "Lead queries", Statistic.ResponseP95, milliseconds, LimitDirection.AtMost, "ms", "lead-queries");
}
