using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Proving;

/// <summary>A level of load, and what breaks it: requests without an answer, or a response time above its target.</summary>
internal static class LevelTrial
{
    private const double MostFailed = 0.01;

    /// <summary>What has no answer so long after the load has ended is lost: its level does not hold.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Cancel = TimeSpan.FromSeconds(1);

    /// <param name="scenarios">Played at once, with the load of the level.</param>
    /// <param name="drain">How long what has no answer may take once the load has ended; null for as long as usual.</param>
    public static async Task<IReadOnlyList<ScenarioResult>> PlayAsync(
        IReadOnlyList<ScenarioProps> scenarios, ulong seed, CancellationToken cancellationToken, TimeSpan? drain = null)
    {
        using var clock = new SystemLoadClock();
        var options = new LoadRunnerOptions { Seed = seed, DrainTime = drain ?? Drain, CancelTime = Cancel };
        var results = await new LoadRunner(clock, options).RunAsync(scenarios, null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return results;
    }

    /// <param name="targetsOf">Of an operation, by its name; where it has none, it only has to answer.</param>
    /// <returns>Null where every operation held, else what broke first.</returns>
    public static string? FaultOf(IEnumerable<ScenarioResult> results, Func<string, IReadOnlyList<ScaleTarget>> targetsOf) => results
        .SelectMany(result => result.Operations).Select(operation => FaultOf(operation, targetsOf(operation.Name)))
        .FirstOrDefault(fault => fault is not null);

    private static string? FaultOf(OperationResult operation, IReadOnlyList<ScaleTarget> targets)
    {
        var accounting = operation.Accounting;
        if (accounting.ErrorRate > MostFailed)
        {
            var lost = accounting.Failed + accounting.Skipped + accounting.InFlight;
            var error = operation.Errors.Count > 0 ? $": {operation.Errors[0].Message}" : "";
            return $"{operation.Name}: {lost} of {accounting.Scheduled} failed, were skipped or had no answer{error}";
        }

        return targets.Select(target => FaultOf(operation, target)).FirstOrDefault(fault => fault is not null);
    }

    private static string? FaultOf(OperationResult operation, ScaleTarget target)
    {
        var (times, response) = (new ResponseTimes(operation), operation.Response);
        // Few calls have no percentile: then the slowest has to hold.
        var (statistic, figure) = target.Target.Statistic switch
        {
            Statistic.ResponseMean => ("mean", response.Mean),
            Statistic.ResponseP99 => ("p99", times.Percentile(99) ?? response.Maximum),
            _ => ("p95", times.Percentile(95) ?? response.Maximum),
        };
        return figure is { } time && time.TotalMilliseconds > target.Milliseconds
            ? $"{operation.Name} {statistic} {time.TotalMilliseconds:0} ms, above {target.Milliseconds:0} ms of {target.Target.Id}"
            : null;
    }
}
