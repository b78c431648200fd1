namespace LoadHarness.Core.Measurement;

/// <summary>
/// One scenario from the parts that several generators measured of it at the same time. Histograms are added bucket by bucket, so every
/// percentile is that of all requests; nothing is averaged.
/// </summary>
public static class ScenarioMerge
{
    /// <param name="parts">At least one, each with the name of its generator; all of the same scenario.</param>
    public static ScenarioResult Of(IReadOnlyList<(string Agent, ScenarioResult Result)> parts)
    {
        var results = parts.Select(part => part.Result).ToList();
        var measured = results.Max(result => result.Measured);
        return results[0] with
        {
            StartedUtc = results.Min(result => result.StartedUtc),
            Measured = measured,
            Users = Sum(results.Select(result => (long?)result.Users)) is { } users ? checked((int)users) : null,
            Operations = [.. results.SelectMany(result => result.Operations).GroupBy(operation => operation.Name)
                .Select(same => Operation([.. same], measured))],
            Timeline = Samples([.. results.Select(result => result.Timeline)]),
            Generator = Health([.. results.Select(result => result.Generator)]),
            AbortReason = Abort(parts),
            Notes = [.. parts.SelectMany(part => part.Result.Notes.Select(note => (part.Agent, Note: note))).GroupBy(said => said.Note)
                .Select(said => $"{string.Join(", ", said.Select(one => one.Agent))}: {said.Key}")],
        };
    }

    private static OperationResult Operation(IReadOnlyList<OperationResult> same, TimeSpan measured)
    {
        var accounting = same.Aggregate(Accounting.None, (sum, operation) => sum + operation.Accounting);
        return new(
            same[0].Name,
            accounting,
            Times(same.Select(operation => operation.Response)),
            Times(same.Select(operation => operation.Service)),
            Times(same.Select(operation => operation.Lag)),
            same.All(operation => operation.OfferedPerSecond is null) ? null : same.Sum(operation => operation.OfferedPerSecond),
            measured > TimeSpan.Zero ? accounting.Completed / measured.TotalSeconds : 0,
            Sum(same.Select(operation => operation.Items)),
            [.. same.SelectMany(operation => operation.Steps).GroupBy(step => step.Name)
                .Select(steps => new StepResult(steps.Key, Times(steps.Select(step => step.Duration))))],
            [.. same.SelectMany(operation => operation.Errors).GroupBy(error => (error.Code, error.Message))
                .Select(errors => new ErrorCount(errors.Key.Message, errors.Sum(error => error.Count), errors.Key.Code))
                .OrderByDescending(error => error.Message == ErrorCount.Unanswered).ThenByDescending(error => error.Count)])
        {
            Timeline = Stretches([.. same.Select(operation => operation.Timeline)]),
        };
    }

    // Lengths are powers of two, so shorter samples lie whole within a longer one.
    private static IReadOnlyList<SecondSample> Samples(IReadOnlyList<IReadOnlyList<SecondSample>> timelines)
    {
        var length = timelines.SelectMany(timeline => timeline).Select(sample => sample.Seconds).DefaultIfEmpty(1).Max();
        var even = timelines.Select(timeline => LongSamples.Widened(timeline, length)).ToList();
        var merged = Enumerable.Range(0, even.Max(timeline => timeline.Count)).Select(index => Sample(
            index * length, [.. even.Where(timeline => index < timeline.Count).Select(timeline => timeline[index])]));
        return LongSamples.Bounded([.. merged]);
    }

    private static SecondSample Sample(int second, IReadOnlyList<SecondSample> same)
    {
        var times = LatencyHistogram.DecodeAll(same.Select(sample => sample.Buckets).OfType<string>());
        return new(
            second,
            Sum(same.Select(sample => sample.Offered)),
            same.Sum(sample => sample.Completed),
            same.Sum(sample => sample.Failed),
            same.Sum(sample => sample.Skipped),
            same.Sum(sample => sample.InFlight),
            times.Percentile(50),
            times.Percentile(95),
            times.Percentile(99),
            // A sample keeps no histogram of its lag: the generator that was latest stands for all.
            same.Max(sample => sample.LagP99),
            times.Count == 0 ? null : times.Encode())
        { Seconds = same.Max(sample => sample.Seconds), Loaded = same.Max(sample => sample.Loaded) };
    }

    // Lengths are powers of two, so shorter stretches lie whole within a longer one.
    private static IReadOnlyList<OperationStretch> Stretches(IReadOnlyList<IReadOnlyList<OperationStretch>> series)
    {
        var length = series.SelectMany(stretches => stretches).Select(stretch => stretch.Seconds).DefaultIfEmpty(1).Max();
        return
        [
            .. series.SelectMany(stretches => stretches).GroupBy(stretch => stretch.Second / length).OrderBy(same => same.Key)
                .Select(same => new OperationStretch(
                    same.Key * length, length, same.Sum(stretch => stretch.Completed),
                    LatencyHistogram.DecodeAll(same.Select(stretch => stretch.Buckets)).Encode())),
        ];
    }

    private static GeneratorHealth Health(IReadOnlyList<GeneratorHealth> all) => new(
        all.Sum(one => one.CpuCores),
        all.Max(one => one.StolenShare),
        all.Sum(one => one.ManagedBytesAllocated),
        all.Sum(one => one.Gen2Collections),
        all.Max(one => one.GcPause));

    private static string? Abort(IReadOnlyList<(string Agent, ScenarioResult Result)> parts)
    {
        var reasons = parts.Where(part => part.Result.AbortReason is not null).GroupBy(part => part.Result.AbortReason!)
            .Select(same => (Reason: same.Key, Agents: same.Select(part => part.Agent).ToList())).ToList();
        return reasons switch
        {
            [] => null,
            [var only] when only.Agents.Count == parts.Count => only.Reason,
            _ => string.Join("; ", reasons.Select(one => $"agent {string.Join(", ", one.Agents)}: {one.Reason.TrimEnd('.')}")),
        };
    }

    private static LatencySummary Times(IEnumerable<LatencySummary> all) =>
        LatencySummary.Of(LatencyHistogram.DecodeAll(all.Select(times => times.Encoded)));

    /// <returns>Null when none is known.</returns>
    private static long? Sum(IEnumerable<long?> values)
    {
        var known = values.OfType<long>().ToList();
        return known.Count == 0 ? null : known.Sum();
    }
}
