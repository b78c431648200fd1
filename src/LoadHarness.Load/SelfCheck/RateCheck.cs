using System.Diagnostics;
using System.Globalization;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>Starts of the open model against the even schedule, by the stub's own clock.</summary>
internal static class RateCheck
{
    public static async Task<IReadOnlyList<Verdict>> RunAsync(double rate, TimeSpan during, CancellationToken cancellationToken)
    {
        var starts = new long[(int)Math.Round(rate * during.TotalSeconds)];
        var scenario = Scenario.Create("rate", context =>
        {
            if (context.InvocationNumber < starts.Length) starts[context.InvocationNumber] = Stopwatch.GetTimestamp();
            return Response.OkTask();
        });
        using var clock = new SystemLoadClock();
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync(
            [scenario.WithLoadSimulations(Simulation.Inject(rate, TimeSpan.FromSeconds(1), during))], null, cancellationToken).ConfigureAwait(false);
        return [.. Judge(rate, starts, results[0])];
    }

    private static IEnumerable<Verdict> Judge(double rate, long[] starts, ScenarioResult result)
    {
        var name = rate.ToString("0", CultureInfo.InvariantCulture);
        var seconds = starts.Select(s => (s - starts[0]) / (double)Stopwatch.Frequency).ToArray();
        var deviations = Deviations(seconds, rate);
        var lag = result.Operations[0].Lag;
        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"{starts.Length} arrivals; reported lag p50 {lag.P50.TotalMilliseconds:0.000}, p99 {lag.P99.TotalMilliseconds:0.000}, most {lag.Maximum.TotalMilliseconds:0.0} ms; generator {result.Generator.CpuCores:0.000} cores");
        var error = Math.Abs((((starts.Length - 1) / (seconds[^1] - seconds[0])) / rate) - 1) * 100;
        yield return Judgement.AtMost($"SELF-RATE-{name}", $"Rate error at {name}/s", error, 0.1, "%", starts.Length, evidence);
        yield return Judgement.AtMost($"SELF-SECOND-{name}", $"Worst second at {name}/s", WorstSecond(seconds, rate), 2, "%", starts.Length, evidence);
        yield return Judgement.AtMost($"SELF-START-P50-{name}", $"Start deviation (p50) at {name}/s", deviations[deviations.Length / 2] * 1000, 0.1, "ms", starts.Length, evidence);
        yield return Judgement.AtMost($"SELF-START-P99-{name}", $"Start deviation (p99) at {name}/s", deviations[(int)(deviations.Length * 0.99)] * 1000, 1, "ms", starts.Length, evidence);
        if (rate == 500)
            yield return Judgement.AtMost("SELF-CPU-500", "Generator CPU at 500/s", result.Generator.CpuCores * 100, 5, "% of a core", starts.Length, evidence);
    }

    // The stub does not know when the schedule began: the median start says it, so that half of the starts are before and half after.
    private static double[] Deviations(double[] seconds, double rate)
    {
        var offsets = seconds.Select((s, k) => s - (k / rate)).Order().ToArray();
        var middle = offsets[offsets.Length / 2];
        return [.. offsets.Select(o => Math.Abs(o - middle)).Order()];
    }

    private static double WorstSecond(double[] seconds, double rate)
    {
        var half = 0.5 / rate;
        return seconds.GroupBy(s => (int)(s + half)).Max(g => Math.Abs((g.Count() / rate) - 1)) * 100;
    }
}
