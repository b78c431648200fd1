using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>Every scenario: what was offered, what came back, how long it took, what went wrong.</summary>
internal static class ScenarioSection
{
    public static Section? Of(RunResult run) => run.Scenarios.Count == 0
        ? null
        : new(
            "scenarios",
            "Scenarios",
            "Warm-up, set-up and clean-up are outside every figure. Each scheduled request is counted once: completed, failed, skipped at the limit in flight, or still in flight at the end.",
            [.. run.Scenarios.SelectMany(Parts)]);

    private static IEnumerable<Html> Parts(ScenarioResult scenario, int index)
    {
        var id = $"scenario-{index}";
        yield return Part.Heading(scenario.Name, Summary(scenario), id);
        if (scenario.ForeignEngine is { } engine)
            yield return Part.Notes([$"Started by {engine}, which does not say when it meant to start a request: response time is service time here, so a stall hides those that waited for it, and lag is not known."]);
        if (scenario.AbortReason is { } reason) yield return Part.Notes([$"Ended early: {reason}"]);
        yield return Part.Table($"Operations of {scenario.Name}", OperationHeaders, scenario.Operations.Select(Row));
        yield return Part.Grid(ScenarioFigures.Of(id, scenario));
        if (scenario.Operations.Any(operation => operation.Steps.Count > 0))
            yield return Part.Folded("Steps inside a request", Part.Table($"Steps of {scenario.Name}", ["Operation", "Step", "Samples", "p50", "p95", "p99", "longest"], Steps(scenario)));
        if (scenario.Operations.Any(operation => operation.Errors.Count > 0))
            yield return Part.Folded("Errors", Part.Table($"Errors of {scenario.Name}", ["Operation", "Error", "Times"], Errors(scenario)));
    }

    private static readonly string[] OperationHeaders =
        ["Operation", "Scheduled", "Completed", "Failed", "Skipped", "In flight", "Offered /s", "Done /s", "Response p50", "p95", "p99", "p99.9", "longest", "Service p95", "Lag p99"];

    private static IReadOnlyList<string> Row(OperationResult operation) =>
    [
        operation.Name,
        Wording.Count(operation.Accounting.Scheduled),
        Wording.Count(operation.Accounting.Completed),
        Wording.Count(operation.Accounting.Failed),
        Wording.Count(operation.Accounting.Skipped),
        Wording.Count(operation.Accounting.InFlight),
        operation.OfferedPerSecond is { } offered and > 0 ? Wording.Significant(offered) : "–",
        Wording.Significant(operation.ThroughputPerSecond),
        Wording.Duration(operation.Response.P50),
        Wording.Duration(operation.Response.P95),
        Wording.Duration(operation.Response.P99),
        Wording.Duration(operation.Response.P999),
        Wording.Duration(operation.Response.Maximum),
        Wording.Duration(operation.Service.P95),
        operation.Lag.Count == 0 ? "–" : Wording.Duration(operation.Lag.P99),
    ];

    private static string Summary(ScenarioResult scenario) =>
        $"{(scenario.Model == LoadModel.Open ? "Open model" : "Closed model")}: {scenario.LoadDescription}. " +
        $"Measured for {Wording.Duration(scenario.Measured)} after {Wording.Duration(scenario.WarmUp)} of warm-up. " +
        $"The generator kept {Wording.Significant(scenario.Generator.CpuCores)} cores busy and paused {Wording.Duration(scenario.Generator.GcPause)} for garbage collection" +
        (scenario.Generator.StolenShare is { } stolen ? $"; {Wording.Percent(stolen)} of CPU time was stolen." : ".");

    private static IEnumerable<IReadOnlyList<string>> Steps(ScenarioResult scenario) =>
        from operation in scenario.Operations
        from step in operation.Steps
        select (IReadOnlyList<string>)
        [
            operation.Name, step.Name, Wording.Count(step.Duration.Count),
            Wording.Duration(step.Duration.P50), Wording.Duration(step.Duration.P95), Wording.Duration(step.Duration.P99), Wording.Duration(step.Duration.Maximum),
        ];

    private static IEnumerable<IReadOnlyList<string>> Errors(ScenarioResult scenario) =>
        from operation in scenario.Operations
        from error in operation.Errors
        orderby error.Count descending
        select (IReadOnlyList<string>)[operation.Name, error.Message, Wording.Count(error.Count)];
}
