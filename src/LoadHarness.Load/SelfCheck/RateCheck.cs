using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Running;

namespace LoadHarness.Load.SelfCheck;

/// <summary>Starts of the open model against the even schedule, by the stub's own stamps.</summary>
internal static class RateCheck
{
    public static async Task<IReadOnlyList<Verdict>> RunAsync(double rate, TimeSpan during, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var (starts, beginning) = (new long[(int)Math.Round(rate * during.TotalSeconds)], 0L);
        var scenario = Scenario.Create("rate", context =>
        {
            if (context.InvocationNumber < starts.Length) starts[context.InvocationNumber] = clock.Now.Nanoseconds;
            if (context is OpenRequest { InvocationNumber: 0 } first) beginning = first.Intended.Nanoseconds;
            return Response.OkTask();
        });
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync(
            [scenario.WithLoadSimulations(Simulation.Inject(rate, TimeSpan.FromSeconds(1), during))], null, cancellationToken);
        return [.. Judge(rate, new StartTimes(rate, starts, beginning), results[0])];
    }

    public static Verdict LeftOut(double rate) => Verdict.Unavailable(
        $"SELF-RATE-{rate:0}", $"Arrivals at {rate:0}/s", "Left out by --quick; run selfcheck without it.");

    private static IEnumerable<Verdict> Judge(double rate, StartTimes times, ScenarioResult result)
    {
        var name = rate.ToString("0");
        var (lag, arrivals) = (result.Operations[0].Lag, result.Accounting.Completed);
        var evidence = $"{arrivals} arrivals; reported lag p50 {Format.Duration(lag.P50)}, p99 {Format.Duration(lag.P99)}, "
            + $"p99.9 {Format.Duration(lag.P999)}, most {Format.Duration(lag.Maximum)}; "
            + $"generator {result.Generator.CpuCores:0.000} cores, {result.Generator.GcPause.TotalMilliseconds:0.0} ms collecting";
        yield return Verdict.Counted($"SELF-RATE-{name}", $"Rate error at {name}/s",
            times.RateError, Limit.AtMost(0.1, "%"), arrivals,
            evidence);
        yield return Verdict.Counted(
            $"SELF-SECOND-{name}", $"Worst second at {name}/s",
            times.WorstSecond, Limit.AtMost(2, "%"), arrivals,
            evidence);
        yield return Verdict.Counted(
            $"SELF-START-P50-{name}", $"Start against the intended one (p50) at {name}/s",
            times.Deviation(0.5), Limit.AtMost(0.1, "ms"), arrivals,
            evidence);
        yield return Verdict.Counted(
            $"SELF-START-P99-{name}", $"Start against the intended one (p99) at {name}/s",
            times.Deviation(0.99), Limit.AtMost(1, "ms"), arrivals,
            evidence);
        if (rate == 500)
            yield return Verdict.Counted(
                "SELF-CPU-500", "Generator CPU at 500/s",
                result.Generator.CpuCores * 100, Limit.AtMost(5, "% of a core"), arrivals,
                evidence);
    }
}
