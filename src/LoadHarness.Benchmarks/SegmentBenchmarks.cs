using BenchmarkDotNet.Attributes;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Benchmarks;

/// <summary>
/// A segment's conditions compiled to SQL by the server's <c>compile_segment</c>, called by a prepared statement on a private cluster;
/// next to
/// the same round trip without it. The difference is the compiler.
/// </summary>
[MemoryDiagnoser]
public class SegmentBenchmarks
{
    private SegmentServer _server = null!;
    private Func<string, Task<object?>> _echo = null!;
    private Func<string, Task<object?>> _compile = null!;
    private int _next;

    [GlobalSetup]
    public async Task StartServer()
    {
        _server = await SegmentServer.StartAsync();
        _echo = await _server.PrepareAsync("select $1::jsonb is null");
        _compile = await _server.PrepareAsync("select compile_segment($1) is null");
    }

    [GlobalCleanup]
    public async Task StopServer() => await _server.DisposeAsync();

    [Benchmark(Baseline = true)]
    public Task<object?> RoundTrip() => _echo(Next());

    [Benchmark]
    public Task<object?> CompileASegment() => _compile(Next());

    private string Next() => SegmentCorpus.Conditions[_next++ % SegmentCorpus.Conditions.Count];
}
