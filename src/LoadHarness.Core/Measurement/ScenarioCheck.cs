using System.Numerics;
using LoadHarness.Core.Input;

namespace LoadHarness.Core.Measurement;

/// <summary>Whether the counts, histograms and seconds of one scenario agree.</summary>
internal static class ScenarioCheck
{
    public static IEnumerable<InputFault> Faults(string path, ScenarioResult scenario)
    {
        foreach (var twice in RunCheck.Twice(scenario.Operations, operation => operation.Name))
            yield return RunCheck.Double($"{path}.operations", twice);
        foreach (var (index, operation) in scenario.Operations.Index())
            foreach (var fault in OfOperation($"{path}.operations[{index}]", operation).Concat(
                StretchCheck.Faults($"{path}.operations[{index}].timeline", operation, End(scenario.Timeline)))) yield return fault;
        foreach (var fault in OfTimeline($"{path}.timeline", scenario.Timeline)) yield return fault;
    }

    /// <summary>Where the last sample ends.</summary>
    private static long End(IReadOnlyList<SecondSample> timeline) =>
        timeline.Count == 0 ? 0 : (long)timeline[^1].Second + timeline[^1].Seconds;

    private static IEnumerable<InputFault> OfTimeline(string path, IReadOnlyList<SecondSample> timeline)
    {
        var next = 0L;
        foreach (var (index, sample) in timeline.Index())
        {
            if (!IsLength(sample.Seconds, timeline[0].Seconds, isLast: index == timeline.Count - 1))
                yield return new($"{path}[{index}].seconds", $"it is {sample.Seconds}",
                    $"Allowed: a power of two up to {SecondSample.Longest}, the same for all; the last may be shorter");
            foreach (var fault in OfSample($"{path}[{index}]", next, sample)) yield return fault;
            next = (long)sample.Second + Math.Max(1, sample.Seconds);
        }
    }

    private static bool IsLength(int seconds, int others, bool isLast) => seconds is >= 1 and <= SecondSample.Longest
        && (isLast ? seconds <= others : seconds == others && BitOperations.IsPow2(seconds));

    private static IEnumerable<InputFault> OfOperation(string path, OperationResult operation)
    {
        var accounting = operation.Accounting;
        if (!accounting.Balances)
            yield return new($"{path}.accounting",
                $"scheduled is {accounting.Scheduled}, "
                    + $"and the other four make {accounting.Completed + accounting.Failed + accounting.Skipped + accounting.InFlight}",
                "Allowed: scheduled = completed + failed + skipped + inFlight");
        foreach (var fault in OfTimes($"{path}.response", operation.Response, accounting.Completed, exactly: true)) yield return fault;
        foreach (var fault in OfTimes($"{path}.service", operation.Service, accounting.Completed, exactly: true)) yield return fault;
        foreach (var fault in OfTimes($"{path}.lag", operation.Lag, accounting.Scheduled, exactly: false)) yield return fault;
        foreach (var (index, step) in operation.Steps.Index())
            foreach (var fault in OfTimes($"{path}.steps[{index}].duration", step.Duration, long.MaxValue, exactly: false))
                yield return fault;
    }

    private static IEnumerable<InputFault> OfTimes(string path, LatencySummary times, long requests, bool exactly)
    {
        if (Attempt($"{path}.encoded", () => LatencyHistogram.Decode(times.Encoded), out var histogram) is { } fault) return [fault];
        if (histogram!.Count > requests || (exactly && histogram.Count != requests))
            return [new(path, $"it holds {histogram.Count} times for {requests} requests", "Allowed: one for each of them")];
        // The summary is taken from the histogram: one that says something else was changed since.
        return Agree(times, LatencySummary.Of(histogram))
            ? []
            : [new(path, "its percentiles are not those of its histogram", "Allowed: what 'encoded' holds")];
    }

    private static bool Agree(LatencySummary recorded, LatencySummary held) =>
        recorded.Count == held.Count
        && Same(recorded.Minimum, held.Minimum) && Same(recorded.Mean, held.Mean) && Same(recorded.P50, held.P50)
            && Same(recorded.P90, held.P90)
        && Same(recorded.P95, held.P95) && Same(recorded.P99, held.P99) && Same(recorded.P999, held.P999)
            && Same(recorded.Maximum, held.Maximum);

    // A version may state fewer percentiles of few samples than another.
    private static bool Same(TimeSpan? recorded, TimeSpan? held) => recorded is null || held is null || recorded == held;

    private static IEnumerable<InputFault> OfSample(string path, long next, SecondSample sample)
    {
        if (sample.Second != next)
            yield return new($"{path}.second", $"it is {sample.Second}", $"Allowed: {next}, the end of the one before");
        if (sample.Buckets is not { } buckets) yield break;
        if (Attempt($"{path}.buckets", () => HistogramCodec.CountOf(buckets), out var count) is { } fault) yield return fault;
        else if (count > sample.Completed)
            yield return new($"{path}.buckets", $"they hold {count} times for {sample.Completed} completed requests",
                "Allowed: at most one for each");
    }

    internal static InputFault? Attempt<T>(string path, Func<T> read, out T? value)
    {
        try
        {
            value = read();
            return null;
        }
        catch (FormatException damaged)
        {
            value = default;
            return new(path, damaged.Message.TrimEnd('.'), "Allowed: a histogram as a run writes it");
        }
    }
}
