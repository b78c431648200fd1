using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.SelfCheck;

/// <summary>Percentiles against exact sorting, and what recording costs in memory.</summary>
internal static class HistogramCheck
{
    private const int Samples = 1_000_000;
    private static readonly double[] Percentiles = [50, 90, 95, 99, 99.9, 99.99];

    public static IEnumerable<Verdict> Errors()
    {
        yield return Error("UNIFORM", r => 1_000 + (r.NextDouble() * 1e8));
        yield return Error("EXPONENTIAL", r => 10_000 + (-Math.Log(1 - r.NextDouble()) * 5e6));
        yield return Error("LOGNORMAL",
            r => Math.Exp(15 + (1.5 * Math.Sqrt(-2 * Math.Log(1 - r.NextDouble())) * Math.Cos(2 * Math.PI * r.NextDouble()))));
        yield return Error("BIMODAL", r => r.NextDouble() < 0.97 ? 1e6 + (r.NextDouble() * 1e5) : 5e8 + (r.NextDouble() * 1e9));
    }

    public static IEnumerable<Verdict> Memory(IReadOnlyList<long> counts)
    {
        var bytes = counts.Select(count => (Count: count, Bytes: BytesOf(count))).ToList();
        var (few, many) = (bytes[0], bytes[^1]);
        yield return Verdict.Counted("SELF-MEMORY",
            $"More memory for {many.Count:N0} samples than for {few.Count:N0}",
            (many.Bytes - few.Bytes) / 1e6, Limit.AtMost(10, "MB"), many.Count,
            string.Join(", ", bytes.Select(
                b => $"{b.Count:N0} samples {b.Bytes / 1e3:0} kB")));
    }

    private static Verdict Error(string name, Func<SeededRandom, double> draw)
    {
        var random = new SeededRandom(1);
        var exact = new long[Samples];
        var histogram = new LatencyHistogram();
        for (var i = 0; i < Samples; i++) histogram.RecordNanoseconds(exact[i] = (long)draw(random));
        Array.Sort(exact);
        var worst = Percentiles.Max(p =>
        {
            var truth = exact[(int)Math.Ceiling(Math.Round(Samples * p / 100, 6)) - 1];
            return Math.Abs(((double)histogram.NanosecondsAtPercentile(p) / truth) - 1);
        });
        return Verdict.Counted(
            $"SELF-PERCENTILE-{name}", $"Worst percentile error, {name.ToLowerInvariant()}",
            worst * 100, Limit.AtMost(0.1, "%"), Samples,
            "p50, p90, p95, p99, p99.9 and p99.99 against exact sorting");
    }

    private static long BytesOf(long count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var histogram = new LatencyHistogram();
        var random = new SeededRandom(1);
        for (var i = 0L; i < count; i++) histogram.RecordNanoseconds(1_000 + (long)(random.NextBits() >> 36));
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(histogram);
        return bytes;
    }
}
