using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Proving;

/// <summary>A level of load, and what breaks it: requests without an answer, or a response time above its target.</summary>
internal static class LevelTrial
{
    private const double MostFailed = 0.01;

    private static readonly ValidityLimits Fit = new();

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

    /// <summary>
    /// A late or busy generator spoils a level as it does a run, and so does CPU time that a neighbour takes: also where the generator is
    /// on the machine of what it loads. What such a level broke shows nothing of the server.
    /// </summary>
    /// <param name="cores">Of the machine that offers the load.</param>
    /// <param name="more">Says what broke besides response times and answers; null where nothing else can.</param>
    /// <returns>Null where every operation held, else what broke first, or what spoilt the level that broke.</returns>
    public static LevelFault? Of(
        IReadOnlyList<ScenarioResult> results, Func<string, IReadOnlyList<ScaleTarget>> targetsOf, int cores,
        Func<IReadOnlyList<ScenarioResult>, string?>? more = null)
    {
        if (Broke(results) is not { } broke) return null;
        return SpoiltBy(results, targetsOf, cores, served => Broke(served) is not null) is { } spoilt
            ? new LevelFault(spoilt.TrimEnd('.'), IsSpoilt: true)
            : new LevelFault(broke);

        string? Broke(IReadOnlyList<ScenarioResult> played) => FaultOf(played, targetsOf) ?? more?.Invoke(played);
    }

    /// <param name="targetsOf">Of an operation, by its name; where it has none, it only has to answer.</param>
    /// <returns>Null where every operation held, else what broke first.</returns>
    public static string? FaultOf(IEnumerable<ScenarioResult> results, Func<string, IReadOnlyList<ScaleTarget>> targetsOf) => results
        .SelectMany(result => result.Operations).Select(operation => FaultOf(operation, targetsOf(operation.Name)))
        .FirstOrDefault(fault => fault is not null);

    /// <param name="breaks">Whether results would break the level.</param>
    private static string? SpoiltBy(
        IReadOnlyList<ScenarioResult> results, Func<string, IReadOnlyList<ScaleTarget>> targetsOf, int cores,
        Func<IReadOnlyList<ScenarioResult>, bool> breaks) =>
        First(results.Select(result => GeneratorChecks.Stolen(result.Name, result.Generator, Fit)))
            ?? First(results.Select(result => GeneratorChecks.Saturated(result.Name, result.Generator.CpuCores, cores, Fit)))
            ?? (breaks([.. results.Select(Served)]) ? null : LateOf(results, targetsOf));

    // Response times count from the intended start. What its service time would break is broken by the server, however late it began.
    private static ScenarioResult Served(ScenarioResult result) => result with
    {
        Measured = result.Measured - result.Operations.Select(operation => operation.Lag.Maximum ?? TimeSpan.Zero).DefaultIfEmpty().Max(),
        Operations = [.. result.Operations.Select(operation => operation with { Response = operation.Service })],
    };

    private static string? LateOf(IReadOnlyList<ScenarioResult> results, Func<string, IReadOnlyList<ScaleTarget>> targetsOf) => First(
        from result in results
        from operation in result.Operations
        select GeneratorChecks.Late(
            OperationPath.Of(result.Name, operation.Name), result.Model, operation.Lag.P99 ?? operation.Lag.Maximum,
            LimitOf(targetsOf(operation.Name)), Fit));

    private static TimeSpan LimitOf(IReadOnlyList<ScaleTarget> targets) => targets
        .Select(target => TimeSpan.FromMilliseconds(target.Milliseconds)).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    private static string? First(IEnumerable<string?> words) => words.FirstOrDefault(one => one is not null);

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
