using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Proving;

/// <summary>A level of load, and what breaks it: requests without an answer, or a percentile above its target.</summary>
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

    /// <param name="targetOf">Of an operation, by its name; null where it has none: then it only has to answer.</param>
    /// <returns>Null where every operation held, else what broke.</returns>
    public static string? FaultOf(IEnumerable<ScenarioResult> results, Func<string, ScaleTarget?> targetOf) => results
        .SelectMany(result => result.Operations).Select(operation => FaultOf(operation, targetOf(operation.Name)))
        .FirstOrDefault(fault => fault is not null);

    private static string? FaultOf(OperationResult operation, ScaleTarget? target)
    {
        var accounting = operation.Accounting;
        if (accounting.ErrorRate > MostFailed)
        {
            var lost = accounting.Failed + accounting.Skipped + accounting.InFlight;
            var error = operation.Errors.Count > 0 ? $": {operation.Errors[0].Message}" : "";
            return $"{operation.Name}: {lost} of {accounting.Scheduled} failed, were skipped or had no answer{error}";
        }

        // Few calls have no percentile: then the slowest has to hold.
        if (target is null || (operation.Response.P95 ?? operation.Response.Maximum) is not { } p95) return null;
        return p95.TotalMilliseconds <= target.Milliseconds
            ? null
            : $"{operation.Name} p95 {p95.TotalMilliseconds:0} ms, above {target.Milliseconds:0} ms of {target.Target.Id}";
    }
}
