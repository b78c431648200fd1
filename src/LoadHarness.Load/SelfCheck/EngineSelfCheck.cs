using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Load.SelfCheck;

/// <summary>The engine measured against known truths on this machine. What needs a server is in LoadHarness.Postgres.</summary>
public static class EngineSelfCheck
{
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        SelfCheckScale scale, IStageProgress progress, CancellationToken cancellationToken)
    {
        var verdicts = new List<Verdict>();
        // First, so that the memory is theirs and not what other checks left.
        progress.Note("Iterations that do nothing, 16 users.");
        verdicts.AddRange(await ThroughputCheck.RunAsync(scale.ThroughputTime, cancellationToken));
        progress.Note("Percentiles against exact sorting, and memory.");
        verdicts.AddRange(HistogramCheck.Errors());
        verdicts.AddRange(HistogramCheck.Memory(scale.MemorySamples));
        foreach (var rate in scale.Rates)
        {
            progress.Note($"{rate} arrivals a second for {scale.RateTime.TotalSeconds} s.");
            verdicts.AddRange(await RateCheck.RunAsync(rate, scale.RateTime, cancellationToken));
        }

        foreach (var rate in SelfCheckScale.Full.Rates.Except(scale.Rates)) verdicts.Add(RateCheck.LeftOut(rate));
        progress.Note("A stall of 2 s that blocks the callers, in the open and in the paced closed model.");
        verdicts.AddRange(await StallCheck.RunAsync(scale.StallTime, cancellationToken));
        progress.Note("Three times the requests that the server can do.");
        verdicts.AddRange(await OverloadCheck.RunAsync(scale.OverloadTime, cancellationToken));
        progress.Note("Requests that never return, iterations that throw, and a server that stands still.");
        verdicts.AddRange(await UnansweredCheck.RunAsync(cancellationToken));
        verdicts.Add(await FailedShareCheck.RunAsync(cancellationToken));
        return verdicts;
    }
}
