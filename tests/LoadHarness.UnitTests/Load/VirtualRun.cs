using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.UnitTests.Load;

/// <summary>One scenario on a virtual clock, and when its iterations began.</summary>
internal sealed class VirtualRun
{
    private readonly List<double> _starts = [];

    public VirtualClock Clock { get; } = new();

    public LoadRunnerOptions Options { get; init; } = new() { Seed = 7 };

    public CancellationToken Interrupted { get; init; } = CancellationToken.None;

    public IProgress<LoadSnapshot>? Progress { get; init; }

    /// <summary>Seconds since the load began.</summary>
    public IReadOnlyList<double> Starts => _starts;

    public double Elapsed => (Clock.Now.Nanoseconds - LoadRunner.Headstart) / 1e9;

    /// <summary>Iterations that take so long, each noted in <see cref="Starts"/>.</summary>
    public ScenarioProps Scenario(TimeSpan service) => Scenario(_ => service);

    public ScenarioProps Scenario(Func<double, TimeSpan> serviceAt) => LoadHarness.Load.Scenario.Create("s", async context =>
    {
        _starts.Add(Math.Round(Elapsed, 9));
        var service = serviceAt(Elapsed);
        if (service > TimeSpan.Zero) await context.Delay(service);
        return Response.Ok();
    });

    public async Task<ScenarioResult> Play(ScenarioProps scenario) =>
        (await new LoadRunner(Clock, Options).RunAsync([scenario], Progress, Interrupted))[0];

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public static TimeSpan Milliseconds(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
