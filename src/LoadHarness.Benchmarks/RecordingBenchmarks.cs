using BenchmarkDotNet.Attributes;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Benchmarks;

/// <summary>One sample recorded, and one second's histogram put away.</summary>
[MemoryDiagnoser]
public class RecordingBenchmarks
{
    private readonly LatencyHistogram _histogram = new();
    private long _next = 1;

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < 100_000; i++) RecordASample();
    }

    [Benchmark]
    public void RecordASample()
    {
        _next = (_next * 6364136223846793005) + 1442695040888963407;
        _histogram.RecordNanoseconds(1_000_000 + (long)((ulong)_next >> 44));
    }

    [Benchmark]
    public string EncodeASecond() => _histogram.Encode();
}
