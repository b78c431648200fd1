using BenchmarkDotNet.Attributes;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Benchmarks;

/// <summary>A target's chart for the report: as SVG, and the table behind it.</summary>
[MemoryDiagnoser]
public class ChartBenchmarks
{
    private static readonly Verdict Met = Verdict.Judged(
        "TQ-1", "Lead queries < 500 ms", new(41, new(40, 42), 100_000), Limit.AtMost(500, "ms"), "");
    private readonly LatencyHistogram _histogram = new();

    [GlobalSetup]
    public void Record()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
            _histogram.Record(TimeSpan.FromMilliseconds(Math.Exp(3 + (0.5 * (random.NextDouble() + random.NextDouble() - 1)))));
    }

    [Benchmark]
    public object RenderAChart() => DistributionChart.Of("chart", Met, _histogram, limit: 500);
}
