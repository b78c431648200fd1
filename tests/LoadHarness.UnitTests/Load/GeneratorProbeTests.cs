using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Running;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>The generator's own use is that of the load, whatever waits before it and after it.</summary>
public sealed class GeneratorProbeTests
{
    private static readonly TimeSpan Busy = Milliseconds(300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Neither_a_request_that_never_ends_nor_a_common_start_makes_a_busy_generator_look_idle(bool startsTogether)
    {
        VirtualRun? run = null;
        run = new()
        {
            Options = new() { DrainTime = Seconds(30), Together = startsTogether ? new InAMinute(() => run!.Clock.UtcNow) : null },
        };
        var result = await run.Play(Scenario.Create("s", context =>
        {
            if (context.InvocationNumber == 0) return new TaskCompletionSource<IResponse>().Task;
            // The time of a processor is real, that of the load is virtual.
            for (var begun = Environment.CpuUsage.TotalTime; Environment.CpuUsage.TotalTime - begun < Busy;) Thread.SpinWait(1_000);
            return Response.OkTask();
        }).WithLoadSimulations(Simulation.Inject(2, Seconds(1), Seconds(1))));

        Assert.Equal(1, result.Accounting.InFlight);
        Assert.True(result.Generator.CpuCores >= Busy.TotalSeconds, $"{result.Generator.CpuCores} cores");
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(500, true)]
    public async Task A_load_that_was_over_at_once_says_nothing_of_busy_cores(int milliseconds, bool says)
    {
        var result = await new VirtualRun().Play(Scenario.Create("s", _ =>
        {
            for (var begun = Environment.CpuUsage.TotalTime; Environment.CpuUsage.TotalTime - begun < Busy;) Thread.SpinWait(1_000);
            return Response.OkTask();
        }).WithLoadSimulations(Simulation.Inject(1, Milliseconds(milliseconds), Milliseconds(milliseconds))));

        Assert.Equal(1, result.Accounting.Completed);
        Assert.Equal(says, result.Generator.CpuCores > 0);
        if (!says) Assert.Null(result.Generator.StolenShare);
    }

    [Theory]
    [InlineData(150, 2_000, 0.05)]
    [InlineData(100, 2_000, 0.0)]
    // Of a machine that moved to another host.
    [InlineData(40, 2_000, null)]
    [InlineData(150, 1_000, null)]
    [InlineData(150, 1_020, null)]
    public void A_stolen_share_is_known_only_where_no_counter_went_back(long stolen, long total, double? share)
    {
        var health = Reading(1_000_000_000, stolen, total).Since(Reading(0, 100, 1_000));
        Assert.Equal(share, health.StolenShare);

        static GeneratorReading Reading(long nanoseconds, long stolen, long total) =>
            new(new Instant(nanoseconds), TimeSpan.Zero, 0, 0, TimeSpan.Zero, (stolen, total));
    }

    private sealed class InAMinute(Func<DateTimeOffset> now) : IStartTogether
    {
        public Task<DateTimeOffset> WaitAsync(PhaseKind phase, CancellationToken cancellationToken) =>
            Task.FromResult(now() + Seconds(60));
    }
}
