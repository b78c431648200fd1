using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>Three times the requests that a server can do: what is reported against what the server itself counted.</summary>
internal static class OverloadCheck
{
    private const double Capacity = 1000;
    private const double Offered = 3 * Capacity;
    private const int MostInFlight = 2000;

    public static async Task<IReadOnlyList<Verdict>> RunAsync(TimeSpan during, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var server = new SlowServer(clock, Capacity);
        var planned = (long)Math.Round(Offered * during.TotalSeconds);
        var (early, late) = (0L, 0L);
        var scenario = Scenario.Create("overload", async context =>
        {
            if (context.InvocationNumber >= planned / 4 && Interlocked.CompareExchange(ref early, -1, 0) == 0) early = HeapBytes();
            if (context.InvocationNumber >= planned * 19 / 20 && Interlocked.CompareExchange(ref late, -1, 0) == 0) late = HeapBytes();
            await server.ServeAsync();
            return Response.Ok();
        });
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync(
            [scenario.WithMaxInFlight(MostInFlight).WithLoadSimulations(Simulation.Inject(Offered, TimeSpan.FromSeconds(1), during))], null,
                cancellationToken);
        return [.. Judge(results[0], server, planned, late - early)];
    }

    private static IEnumerable<Verdict> Judge(ScenarioResult result, SlowServer server, long planned, long grown)
    {
        var (account, reported) = (result.Accounting, result.Operations[0].ThroughputPerSecond);
        var truth = server.Served / server.Seconds;
        var evidence = $"offered {planned} at {Offered:0}/s; completed {account.Completed}, skipped {account.Skipped}, "
            + $"failed {account.Failed}, in flight {account.InFlight}; the server counted {server.Served} in {server.Seconds:0.00} s; "
            + $"reported {reported:0.0}/s";
        yield return Verdict.Counted("SELF-OVERLOAD-RATE", "Error of the throughput reported under three times the load",
            Math.Abs((reported / truth) - 1) * 100, Limit.AtMost(1, "%"), account.Completed,
            evidence);
        yield return Verdict.Counted(
            "SELF-OVERLOAD-LOST", "Requests that are counted nowhere under three times the load",
            Math.Abs(planned - account.Completed - account.Failed - account.Skipped - account.InFlight) + Math.Abs(
                server.Served - account.Completed), Limit.AtMost(0, "requests"), planned,
            evidence);
        yield return Verdict.Counted(
            "SELF-OVERLOAD-MEMORY", "Heap grown from a quarter of an overload to its end",
            grown / 1e6, Limit.AtMost(10, "MB"), planned,
            $"at most {result.Users} of {MostInFlight} requests in flight");
    }

    private static long HeapBytes() => GC.GetTotalMemory(forceFullCollection: true);

    /// <summary>One request after the other, each as long.</summary>
    private sealed class SlowServer(LoadClock clock, double capacity)
    {
        private readonly Lock _lock = new();
        private Instant? _first;
        private Instant _last;
        private Instant _freeAt;

        public long Served { get; private set; }

        public double Seconds => (_last - _first.GetValueOrDefault()) / 1e9;

        public async Task ServeAsync()
        {
            TimeSpan wait;
            lock (_lock)
            {
                var now = clock.Now;
                _first ??= now;
                _freeAt = Instant.Later(_freeAt, now) + (long)(1e9 / capacity);
                wait = TimeSpan.FromTicks((_freeAt - now) / TimeSpan.NanosecondsPerTick);
            }

            await Task.Delay(wait);
            lock (_lock)
            {
                Served++;
                _last = clock.Now;
            }
        }
    }
}
