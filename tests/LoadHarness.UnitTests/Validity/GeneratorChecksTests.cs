using LoadHarness.Core.Measurement;
using LoadHarness.Core.Validity;
using LoadHarness.Load;
using LoadHarness.UnitTests.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Validity;

public sealed class GeneratorChecksTests
{
    private static readonly GeneratorHealth Healthy = new(0.1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_punctual_unhurried_run_is_valid() => Assert.Empty(Check(await Run()));

    [Fact]
    public async Task A_late_generator_makes_a_run_invalid()
    {
        var run = await Run();
        var late = new LatencyHistogram();
        late.Record(Milliseconds(30));

        var reasons = Check(run with { Operations = [run.Operations[0] with { Lag = LatencySummary.Of(late) }] });

        Assert.Contains("started requests late by 30.0 ms", Assert.Single(reasons), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generator_that_fills_the_machine_makes_a_run_invalid() =>
        Assert.Contains("1.9 of 2 cores", Assert.Single(Check(await Run() with
        {
            Generator = Healthy with { CpuCores = 1.9 },
        })), StringComparison.Ordinal);

    [Fact]
    public async Task Stolen_time_makes_a_run_invalid_and_unknown_does_not()
    {
        var run = await Run();

        Assert.Contains("hypervisor", Assert.Single(Check(run with
        {
            Generator = Healthy with { StolenShare = 0.2 },
        })), StringComparison.Ordinal);
        Assert.Empty(Check(run with { Generator = Healthy with { StolenShare = null } }));
    }

    [Fact]
    public async Task Too_few_samples_make_a_run_invalid()
    {
        var run = new VirtualRun();
        var result = await run.Play(run.Scenario(Milliseconds(1)).WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(1)))) with
        {
            Generator = Healthy,
        };

        Assert.Contains("10 requests completed, fewer than the 20", Assert.Single(Check(result)), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Check(ScenarioResult result) =>
        GeneratorChecks.Check(result, Milliseconds(200), 2, new ValidityLimits());

    private static async Task<ScenarioResult> Run()
    {
        var run = new VirtualRun();
        return await run.Play(run.Scenario(Milliseconds(1)).WithLoadSimulations(Simulation.Inject(100, Seconds(1), Seconds(1)))) with
        {
            Generator = Healthy,
        };
    }
}
