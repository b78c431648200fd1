using LoadHarness.Core.Measurement;

namespace LoadHarness.TestSupport;

/// <summary>Scenarios whose times are drawn from log-normal distributions by a fixed seed.</summary>
public static class SampleScenario
{
    private static readonly DateTimeOffset Start = new(2025, 3, 14, 2, 9, 0, TimeSpan.Zero);
    private static readonly GeneratorHealth Healthy = new(0.31, 0.002, 84L << 20, 1, TimeSpan.FromMilliseconds(11));

    public static ScenarioResult Open(string name, int rate, int seconds, IReadOnlyList<(string Name, double MedianMs)> operations) =>
        Sampled(name, LoadModel.Open, $"Inject {rate}/s for {seconds} s", rate, seconds, 100, operations);

    public static ScenarioResult Closed(string name, int users, int seconds, IReadOnlyList<(string Name, double MedianMs)> operations) =>
        Sampled(name, LoadModel.Closed, $"KeepConstant {users} users for {seconds} s", 90, seconds, users, operations);

    public static ScenarioResult Repeated(string name, string operation, IReadOnlyList<double> repetitions, long items)
    {
        var histogram = new LatencyHistogram();
        foreach (var repetition in repetitions) histogram.Record(TimeSpan.FromSeconds(repetition));
        var latency = LatencySummary.Of(histogram);
        var result = new OperationResult(
            operation, new(repetitions.Count, repetitions.Count, 0, 0, 0), latency, latency, LatencySummary.Of(new()), 0,
                repetitions.Count / repetitions.Sum(), items * repetitions.Count, [], []);
        return new(name, LoadModel.Closed, $"IterationsForConstant 1 user, {repetitions.Count} iterations", Start, TimeSpan.Zero,
            TimeSpan.FromSeconds(repetitions.Sum()), 1, [result], [.. Ends(repetitions)], Healthy, null);
    }

    /// <summary>One after another: in most seconds none ends.</summary>
    private static IEnumerable<SecondSample> Ends(IReadOnlyList<double> repetitions)
    {
        var ends = repetitions.Select((took, index) => (Took: TimeSpan.FromSeconds(took), Second: (int)repetitions.Take(index + 1).Sum()))
            .ToLookup(end => end.Second, end => end.Took);
        for (var second = 0; second <= (int)repetitions.Sum(); second++)
        {
            var inSecond = new LatencyHistogram();
            foreach (var took in ends[second]) inSecond.Record(took);
            yield return new(second, null, inSecond.Count, 0, 0, 1, inSecond.Percentile(50), inSecond.Percentile(95),
                inSecond.Percentile(99), null, inSecond.Count == 0 ? null : inSecond.Encode())
            {
                Loaded = TimeSpan.FromSeconds(Math.Min(1, repetitions.Sum() - second)),
            };
        }
    }

    private static ScenarioResult Sampled(
        string name, LoadModel model, string load, int rate, int seconds, int users,
        IReadOnlyList<(string Name, double MedianMs)> operations)
    {
        var random = new Random(name.Length * 7919);
        var whole = operations.ToDictionary(operation => operation.Name, _ => new LatencyHistogram());
        var (width, stretches) = ((seconds + OperationStretch.Most - 1) / OperationStretch.Most,
            new Dictionary<(string, int), LatencyHistogram>());
        var timeline = new List<SecondSample>();
        for (var second = 0; second < seconds; second++)
        {
            var inSecond = new LatencyHistogram();
            // A stall of the server a third of the way through: requests behind it wait for its end.
            var stall = second >= seconds / 3 && second < (seconds / 3) + 2 ? 900.0 : 0;
            for (var i = 0; i < rate; i++)
            {
                var (operation, median) = operations[random.Next(operations.Count)];
                var response = TimeSpan.FromMilliseconds((median * Math.Exp(0.42 * Normal(random))) + (stall * random.NextDouble()));
                inSecond.Record(response);
                whole[operation].Record(response);
                if (!stretches.TryGetValue((operation, second / width), out var stretch))
                    stretches[(operation, second / width)] = stretch = new();
                stretch.Record(response);
            }
            timeline.Add(new(second, rate + (stall > 0 ? 3 : 0), rate, stall > 0 ? 2 : 0, stall > 0 ? 1 : 0, (int)(3 + (stall / 20)),
                inSecond.Percentile(50), inSecond.Percentile(95), inSecond.Percentile(99),
                    TimeSpan.FromMilliseconds(0.15 + (random.NextDouble() / 5) + (stall / 400)), inSecond.Encode()));
        }
        return new(name, model, load, Start, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(seconds), users,
            [.. operations.Select((operation, index) =>
                Operation(operation.Name, whole[operation.Name], model == LoadModel.Open ? (double)rate / operations.Count : 0, seconds,
                index == 0) with { Timeline = [.. Over(operation.Name)] })], timeline, Healthy, null);

        IEnumerable<OperationStretch> Over(string operation) => stretches.Where(entry => entry.Key.Item1 == operation)
            .OrderBy(entry => entry.Key.Item2)
            .Select(entry => new OperationStretch(entry.Key.Item2 * width, width, entry.Value.Count, entry.Value.Encode()));
    }

    private static OperationResult Operation(string name, LatencyHistogram response, double offered, int seconds, bool withFaults)
    {
        var lag = new LatencyHistogram();
        for (var i = 1; i <= Math.Min(200, response.Count); i++) lag.Record(TimeSpan.FromMicroseconds(60 + (i * 2)));
        var (failed, skipped) = withFaults ? (4, 2) : (0, 0);
        var summary = LatencySummary.Of(response);
        return new(name, new(response.Count + failed + skipped, response.Count, failed, skipped, 0), summary, summary,
            LatencySummary.Of(lag), offered, (double)response.Count / seconds, null,
            [new("connection", LatencySummary.Of(lag)), new("query", summary)],
            withFaults ? [new("57014: canceling statement due to statement timeout", failed)] : []);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
