using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Running;

namespace LoadHarness.Load.OtherEngines;

/// <summary>
/// A user of another engine's closed model, and the pause behind each of its iterations: as on the engine here, but that paced users who
/// begin together stay together.
/// </summary>
internal sealed class ForeignUser(int number, ScenarioProps scenario, LoadClock clock)
{
    private readonly bool _isPaused = LoadPlan.ModelOf(scenario) == LoadModel.Closed
        && (scenario.Pace > TimeSpan.Zero || scenario.ThinkTime > TimeSpan.Zero);
    private long _late;

    public int Number => number;

    /// <param name="begun">When its iteration began. What a slow one is late by, the next ones make up for.</param>
    public async Task Rest(Instant begun, CancellationToken cancellationToken)
    {
        if (!_isPaused) return;
        var isPaced = scenario.Pace > TimeSpan.Zero;
        var next = isPaced ? begun - _late + scenario.Pace.ToNanoseconds() : clock.Now + scenario.ThinkTime.ToNanoseconds();
        if (next > clock.Now)
            await clock.Delay(TimeSpan.FromTicks((next - clock.Now) / 100), cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _late = isPaced ? Math.Max(0, clock.Now - next) : 0;
    }
}
