using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Agents;

/// <summary>Each generator's own fitness counts, and a lost one is named wherever the run is shown.</summary>
public sealed class AgentChecksTests
{
    private static readonly GeneratorHealth Fit = new(0.4, 0.001, 1_000, 0, TimeSpan.Zero);

    [Fact]
    public void Fit_generators_raise_no_doubt() => Assert.Empty(Doubts(Run(Agent("1/2"), Agent("2/2"))));

    [Fact]
    public void One_that_starts_requests_late_does() =>
        Assert.Contains("agent 2/2, lead-queries/email_lookup: the generator started requests late by 80.0 ms",
            Assert.Single(Doubts(Run(Agent("1/2"), Agent("2/2", lag: TimeSpan.FromMilliseconds(80))))), StringComparison.Ordinal);

    [Fact]
    public void One_whose_machine_was_taken_away_does() =>
        Assert.Contains("agent 1/2, lead-queries: the hypervisor took 9.0%",
            Assert.Single(Doubts(Run(Agent("1/2", Fit with { StolenShare = 0.09 }), Agent("2/2")))), StringComparison.Ordinal);

    [Fact]
    public void One_that_began_after_the_others_does() =>
        Assert.Contains("began 700 ms after the others",
            Assert.Single(Doubts(Run(Agent("1/2"), Agent("2/2", late: TimeSpan.FromMilliseconds(700))))), StringComparison.Ordinal);

    [Fact]
    public void Generators_that_fill_one_machine_together_do_although_none_does_alone()
    {
        var busy = Fit with { CpuCores = 0.9 };

        Assert.Contains("agents 1/2, 2/2 on host-a, lead-queries: the generator itself kept 1.8 of 2 cores busy",
            Assert.Single(Doubts(Run(Agent("1/2", busy), Agent("2/2", busy)))), StringComparison.Ordinal);
        Assert.Empty(Doubts(Run(Agent("1/2", busy), Agent("2/2", busy) with { Host = "host-b" })));
    }

    [Fact]
    public void One_without_a_share_of_a_load_says_nothing_of_the_machine()
    {
        var idle = Agent("2/2", Fit with { CpuCores = 37, StolenShare = 1 });
        idle = idle with
        {
            Loads = [.. idle.Loads.Select(load => load with { Operations = [new("email_lookup", Accounting.None, null, null)] })],
        };

        Assert.Empty(Doubts(Run(Agent("1/2"), idle)));
        Assert.Empty(Doubts(Run(Agent("1/2"), idle with { Loads = [idle.Loads[0] with { Operations = [] }] })));
    }

    [Fact]
    public void A_lost_one_makes_the_run_invalid_and_is_named_in_headline_reasons_and_report()
    {
        var lost = Agent("2/2") with
        {
            Loss = new("lead-queries", new(2025, 3, 14, 2, 9, 30, TimeSpan.Zero), "nothing was heard of it for 5.1 s", 138),
        };
        var run = Run(Agent("1/2"), lost);

        var invalid = run with { Invalid = [.. Doubts(run)] };

        var verdict = RunVerdict.Of(invalid);
        Assert.Equal((RunState.Invalid, ExitCode.Inconclusive), (verdict.State, verdict.ExitCode));
        Assert.Equal("Agent 2/2 on host-a was lost: its share, 138 requests, is missing", verdict.Headline);
        Assert.Contains(
            "(process 7) was lost in lead-queries at 02:09:30 UTC: nothing was heard of it for 5.1 s. "
                + "Its share, 138 requests, is booked as skipped",
            verdict.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_generators_stand_in_run_json_and_on_the_page()
    {
        using var folder = new TemporaryDirectory();
        var run = Run(Agent("1/2"), Agent("2/2") with { ClockAheadSeconds = -4, Host = "<b>evil" });

        await RunReport.WriteAsync(run, folder.Path, TestContext.Current.CancellationToken);

        var read = await RunJson.ReadAsync(Path.Combine(folder.Path, "run.json"), TestContext.Current.CancellationToken);
        Assert.Equal([0.00007, -4], read.Agents.Select(agent => agent.ClockAheadSeconds));
        var page = await File.ReadAllTextAsync(Path.Combine(folder.Path, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains(" s behind, known to", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>evil", page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Doubts(RunResult run) => RunChecks.Doubts(
        run, [new Target("TQ-1", "Lead queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "lead-queries")]);

    private static RunResult Run(params AgentRecord[] agents) => SampleRun.Create(seconds: 10) with { Agents = agents };

    private static AgentRecord Agent(
        string name, GeneratorHealth? health = null, TimeSpan lag = default, TimeSpan late = default) => new(
        name, "host-a", 7, 2, 0.00007, TimeSpan.FromMilliseconds(0.2),
        [new("lead-queries", LoadModel.Open, late, health ?? Fit,
            [new("email_lookup", new(10, 10, 0, 0, 0), TimeSpan.FromMilliseconds(3), lag)], null)]);
}
