using LoadHarness.Core.Measurement;

namespace LoadHarness.TestSupport;

/// <summary>Runs like the sample, with one thing changed.</summary>
public static class OtherRun
{
    private static readonly RunResult Sample = SampleRun.Create(seconds: 5);

    /// <summary>Of the given night, every response time of <paramref name="operation"/> multiplied.</summary>
    public static RunResult Of(int night, double factor = 1, string operation = "deep-page", int noise = 0) => Sample with
    {
        Identity = Sample.Identity with
        {
            Id = $"night-{night:000}",
            StartedUtc = Sample.Identity.StartedUtc.AddDays(night),
            Commit = $"c{night:000000}",
        },
        Observation = Sample.Observation! with
        {
            Samples = [.. Sample.Observation.Samples.Select(sample => sample with { AtUtc = sample.AtUtc.AddDays(night) })],
        },
        Scenarios = [.. Sample.Scenarios.Select(scenario => scenario with
        {
            StartedUtc = scenario.StartedUtc.AddDays(night),
            Operations = [.. scenario.Operations.Select(
                each => Times(each, each.Name == operation ? factor : 1, noise == 0 ? null : new(noise)))],
        })],
    };

    /// <summary>So large a share of the operation's requests failed: beside those of its histogram, or all of them.</summary>
    public static RunResult Failing(this RunResult run, double share, string operation = "deep-page") => run with
    {
        Scenarios = [.. run.Scenarios.Select(scenario => scenario with
        {
            Operations = [.. scenario.Operations.Select(each => each.Name == operation ? Failing(each, share) : each)],
        })],
    };

    public static RunResult OnOtherMachine(this RunResult run) => run with
    {
        Host = run.Host with { Cpu = "another processor", Cores = 4 },
    };

    private static OperationResult Failing(OperationResult operation, double share)
    {
        var (all, none) = (operation.Response.Count, LatencySummary.Of(new()));
        var failed = share < 1 ? (long)Math.Round(all * share / (1 - share)) : all;
        return share < 1
            ? operation with { Accounting = new(all + failed, all, failed, 0, 0) }
            : operation with { Accounting = new(all, 0, all, 0, 0), Response = none, Service = none };
    }

    private static OperationResult Times(OperationResult operation, double factor, Random? noise)
    {
        var all = noise is null ? factor : factor * (0.98 + (0.04 * noise.NextDouble()));
        if (all == 1) return operation;
        var (response, service) = (Scaled(operation.Response, all), Scaled(operation.Service, all));
        return operation with { Response = response, Service = service };
    }

    private static LatencySummary Scaled(LatencySummary times, double factor)
    {
        var scaled = new LatencyHistogram();
        foreach (var (nanoseconds, count) in LatencyHistogram.Decode(times.Encoded).Counts())
            scaled.RecordNanoseconds((long)(nanoseconds * factor), count);
        return LatencySummary.Of(scaled);
    }
}
