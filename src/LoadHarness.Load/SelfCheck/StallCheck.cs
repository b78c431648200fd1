using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>
/// A stub that stands still for 2 s and blocks its callers' threads: reported percentiles against those that follow from the schedule.
/// </summary>
internal static class StallCheck
{
    private const double StallSeconds = 2;
    private const double Rate = 200;
    private const int Users = 20;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(Users / Rate);

    public static async Task<IReadOnlyList<Verdict>> RunAsync(TimeSpan during, CancellationToken cancellationToken)
    {
        var open = await Play(s => s.WithLoadSimulations(Simulation.Inject(Rate, TimeSpan.FromSeconds(1), during)), during,
            cancellationToken);
        var closed = await Play(s => s.WithPacing(Pace).WithLoadSimulations(Simulation.KeepConstant(Users, during)), during,
            cancellationToken);
        return [.. Judge("OPEN", "open", open, during), .. Judge("PACED", "paced closed", closed, during)];
    }

    private static async Task<OperationResult> Play(
        Func<ScenarioProps, ScenarioProps> load, TimeSpan during, CancellationToken cancellationToken)
    {
        var from = 0L;
        var stalls = TimeSpan.FromSeconds(during.TotalSeconds / 3);
        var scenario = Scenario.Create("stall", _ =>
        {
            Interlocked.CompareExchange(ref from, Stopwatch.GetTimestamp(), 0);
            var left = stalls + TimeSpan.FromSeconds(StallSeconds) - Stopwatch.GetElapsedTime(from);
            if (left > TimeSpan.Zero && left <= TimeSpan.FromSeconds(StallSeconds)) Thread.Sleep(left);
            return Response.OkTask();
        });
        using var clock = new SystemLoadClock();
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync([load(scenario)], null, cancellationToken);
        return results[0].Operations[0];
    }

    // Arrivals every 1/rate over the stall wait for its end: waits of 2 s down to 0, evenly, and nothing for all others. A paced user's
    // iterations have the same intended starts, and all that were owed are done when the stall ends.
    private static IEnumerable<Verdict> Judge(string id, string model, OperationResult operation, TimeSpan during)
    {
        var arrivals = Rate * during.TotalSeconds;
        foreach (var (name, percentile, reported, uncorrected) in new[]
        {
            ("P99", 0.99, operation.Response.P99, operation.Service.P99),
            ("P999", 0.999, operation.Response.P999, operation.Service.P999),
        })
        {
            var truth = (StallSeconds - (arrivals * (1 - percentile) / Rate)) * 1000;
            yield return Verdict.Counted(
                $"SELF-STALL-{id}-{name}", $"Error of the {name.ToLowerInvariant()} under a stall, {model} model",
                reported is { } value ? Math.Abs((value.TotalMilliseconds / truth) - 1) * 100 : null, Limit.AtMost(2, "%"),
                    operation.Response.Count,
                $"truth {truth:0} ms, reported {reported?.TotalMilliseconds:0} ms, "
                    + $"from the actual start {uncorrected?.TotalMilliseconds:0.0} ms");
        }
    }
}
