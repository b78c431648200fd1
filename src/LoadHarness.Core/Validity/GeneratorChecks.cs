using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Validity;

/// <summary>Whether the generator was fit to measure what it reports. Each reason is a sentence; any one makes a run invalid.</summary>
public static class GeneratorChecks
{
    /// <param name="limit">The response time that the scenario is judged by.</param>
    /// <param name="machineCores">Cores of the machine that the generator ran on.</param>
    public static IReadOnlyList<string> Check(ScenarioResult scenario, TimeSpan limit, int machineCores, ValidityLimits limits) =>
        [.. scenario.Operations
            .Select(o => Late(OperationPath.Of(scenario.Name, o.Name), scenario.Model, o.Lag.P99 ?? o.Lag.Maximum, limit, limits))
            .Append(Saturated(scenario.Name, scenario.Generator.CpuCores, machineCores, limits))
            .Append(Stolen(scenario.Name, scenario.Generator, limits))
            .Append(Unbalanced(scenario))
            .Concat(scenario.Operations.Select(o => TooFew(scenario, o, limits)))
            .OfType<string>()];

    /// <summary>What of a scenario that several generators ran is judged of all of them together.</summary>
    public static IReadOnlyList<string> CheckTogether(ScenarioResult scenario, ValidityLimits limits) =>
        [.. scenario.Operations.Select(o => TooFew(scenario, o, limits)).Prepend(Unbalanced(scenario)).OfType<string>()];

    /// <param name="lag">The p99; of few requests the latest stands for it.</param>
    public static string? Late(string subject, LoadModel model, TimeSpan? lag, TimeSpan limit, ValidityLimits limits) =>
        // Paced users are late when the server is slow: that lag belongs to the server.
        model == LoadModel.Open && lag > limit * limits.LagShare
            ? $"{subject}: the generator started requests late by {lag.Value.TotalMilliseconds:0.0} ms (p99), "
                + $"more than {limits.LagShare:0%} of the limit of {limit.TotalMilliseconds:0.#} ms. "
                + "Offer less, or run it on another machine than the server."
            : null;

    public static string? Saturated(string subject, double busyCores, int machineCores, ValidityLimits limits) =>
        busyCores > machineCores * limits.CpuShare
            ? $"{subject}: the generator itself kept {busyCores:0.0} of {machineCores} cores busy, so it measured its own limit. "
                + "Offer less, or use a machine with more cores."
            : null;

    public static string? Stolen(string subject, GeneratorHealth generator, ValidityLimits limits) =>
        generator.StolenShare > limits.StolenShare
            ? $"{subject}: the hypervisor took {generator.StolenShare:0.0%} of the CPU time, more than {limits.StolenShare:0%}. "
                + "Run again when the host is quieter."
            : null;

    private static string? TooFew(ScenarioResult scenario, OperationResult operation, ValidityLimits limits) =>
        operation.Accounting.Completed < limits.FewestSamples
            ? $"{scenario.Name}/{operation.Name}: {operation.Accounting.Completed} requests completed, "
                + $"fewer than the {limits.FewestSamples} that a figure needs. Run longer, or look at its errors."
            : null;

    private static string? Unbalanced(ScenarioResult scenario) => scenario.Accounting.Balances
        ? null
        : $"{scenario.Name}: requests went missing ({scenario.Accounting}). This is a defect of the engine: report it with run.json.";
}

/// <param name="LagShare">Schedule lag (p99) as a share of the limit judged by.</param>
/// <param name="CpuShare">Of all cores, kept busy by the generator.</param>
/// <param name="StolenShare">Of all CPU time.</param>
/// <param name="FewestSamples">Completed requests of each operation. Twenty leave one beyond the p95.</param>
public sealed record ValidityLimits(double LagShare = 0.1, double CpuShare = 0.8, double StolenShare = 0.05, long FewestSamples = 20);
