using LoadHarness.Cli.Pipeline;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>
/// What takes long is waited for while it goes on, and while it takes little longer than others did. What hangs ends in a known time.
/// </summary>
public sealed class PatienceTests
{
    private static readonly Task<IResponse> Never = new TaskCompletionSource<IResponse>().Task;

    private static LoadRunnerOptions OfWorkload => EngineCatalog.RunnerOptions(seed: 7, WorkloadStages.DrainTime);

    [Fact]
    public async Task A_long_iteration_that_goes_on_from_step_to_step_is_not_stuck()
    {
        var result = await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            for (var step = 0; step < 15; step++) await context.Step("chunk", () => context.Delay(Seconds(60)));
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(1, 2)));

        Assert.Null(result.AbortReason);
        Assert.Equal(new Accounting(2, 2, 0, 0, 0), result.Accounting);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(0, 8)]
    public async Task An_iteration_is_not_stuck_that_takes_thrice_what_one_took_or_what_is_expected(int minutesOfFirst, int expectedMinutes)
    {
        var result = await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            await context.Delay(TimeSpan.FromMinutes(context.InvocationNumber == 0 ? minutesOfFirst : 20));
            return Response.Ok();
        }).WithExpectedTime(TimeSpan.FromMinutes(expectedMinutes)).WithLoadSimulations(Simulation.IterationsForConstant(1, 2)));

        Assert.Null(result.AbortReason);
        Assert.Equal(new Accounting(2, 2, 0, 0, 0), result.Accounting);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(20, 60)]
    [InlineData(1_000, 120)]
    public async Task An_iteration_that_hangs_ends_its_load_in_ten_minutes_or_thrice_what_is_expected_but_no_later_than_asked_for(
        int expectedMinutes, int minutes)
    {
        var run = new VirtualRun { Options = new() { MostStuckTime = TimeSpan.FromHours(2) } };

        var result = await run.Play(Scenario.Create("s", _ => Never).WithExpectedTime(TimeSpan.FromMinutes(expectedMinutes))
            .WithLoadSimulations(Simulation.IterationsForConstant(1, 2)));

        Assert.Contains($"No iteration ended for {minutes} min", result.AbortReason, StringComparison.Ordinal);
        Assert.InRange(run.Elapsed, minutes * 60, (minutes * 60) + 10);
    }

    [Theory]
    // Answers had come before the load ended; none had.
    [InlineData(600)]
    [InlineData(20)]
    public async Task Requests_in_flight_as_a_load_ends_are_waited_for_as_long_as_others_took(int seconds)
    {
        var run = new VirtualRun { Options = OfWorkload };

        var result = await run.Play(run.Scenario(at => Seconds(at < 5 ? 25 : 45))
            .WithLoadSimulations(Simulation.Inject(0.1, Seconds(1), Seconds(seconds))));

        Assert.Equal(new Accounting(seconds / 10, seconds / 10, 0, 0, 0), result.Accounting);
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(120, 360)]
    [InlineData(7_200, 3_600)]
    public async Task Requests_that_hang_as_a_load_ends_are_given_up_after_thrice_what_is_expected_and_within_an_hour(
        int expected, int drain)
    {
        var run = new VirtualRun { Options = OfWorkload };

        var result = await run.Play(Scenario.Create("s", _ => Never).WithExpectedTime(Seconds(expected))
            .WithLoadSimulations(Simulation.Inject(1, Seconds(1), Seconds(10))));

        Assert.Equal(new Accounting(10, 0, 0, 0, 10), result.Accounting);
        Assert.InRange(run.Elapsed, 10 + drain, 10 + drain + 10);
    }

    // At ten million leads an import of ten million rows takes 15 to 26 minutes.
    [Fact]
    public async Task Large_imports_and_campaigns_are_expected_to_take_long()
    {
        var load = new MixedLoad(1, Seconds(1), 1, ImportRows: 10_000_000, 1, CampaignRecipients: 10_000_000, TimeSpan.Zero, Seconds(1));
        await using var environment = ScenarioEnvironment.Open(
            (_, _, _, _) => throw new InvalidOperationException("no server is asked"),
            new(42, 1_000, "", 1, new DateOnly(2026, 10, 1), [], [], [], default, default, default, Reused: false),
            new LoadProfile("mine", "", BulkImport: new(10_000_000, 2), CampaignSend: new(10_000_000, 4, 2), MixedUsers: load));

        var expected = ScenarioCatalog.All.SelectMany(scenario => scenario.Build(environment))
            .ToDictionary(scenario => scenario.Name, scenario => scenario.ExpectedTime.TotalMinutes);

        Assert.Equal((25.0, 25.0), (expected["bulk-import"], expected["mixed-imports"]));
        Assert.Equal((30.0, 30.0), (expected["campaign-send"], expected["mixed-campaigns"]));
    }
}
