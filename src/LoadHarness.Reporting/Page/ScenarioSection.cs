using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>Every scenario: what was offered, what came back, how long it took, what went wrong.</summary>
internal static class ScenarioSection
{
    /// <summary>Points of all scenarios together, so that sixty of them still make a page that a browser opens at once.</summary>
    private const int PointsOfAll = 600;

    private const int MostWithSteps = OperationCharts.MostScenarios;

    public static Section? Of(RunResult run, Trail trail) => run.Scenarios.Count == 0
        ? null
        : new(
            "scenarios",
            "Scenarios",
            "Warm-up, set-up and clean-up are outside every figure here. Each scheduled request is counted once: completed, failed, "
                + "skipped at the limit in flight, or still in flight at the end. A percentile that the samples do not reach is “–”.",
            [.. run.Scenarios.SelectMany((scenario, index) => Parts(run, trail, scenario, index))]);

    private static IEnumerable<Html> Parts(RunResult run, Trail trail, ScenarioResult scenario, int index)
    {
        var id = $"scenario-{index}";
        yield return HtmlComponents.Heading(scenario.Name, Summary(scenario), id);
        if (scenario.ForeignEngine is { } engine)
            yield return HtmlComponents.Notes(
                [$"Started by {engine}, which does not say when it meant to start a request: "
                    + "response time is service time here, so a stall hides those that waited for it, and lag is not known."]);
        if (scenario.Notes.Count > 0) yield return HtmlComponents.Notes(scenario.Notes);
        if (scenario.AbortReason is { } reason) yield return HtmlComponents.Notes([$"Ended early: {reason}"]);
        yield return Judged(trail, scenario);
        yield return OperationTable.Of(trail, scenario, scenario.Operations, $"Operations of {scenario.Name}");
        yield return ErrorList.Of(scenario.Operations, $"Errors of {scenario.Name}");
        yield return Causes(trail, scenario, index);
        yield return HtmlComponents.Grid(ScenarioFigures.Of(
            id, scenario, trail.LimitOf(scenario), Math.Clamp(PointsOfAll / run.Scenarios.Count, 10, ScenarioFigures.MostPoints)));
        if (OperationCharts.Of(run, scenario, index) is { } operations) yield return operations;
        yield return HtmlComponents.Folded($"More figures of {scenario.Name}", OperationTable.More(scenario));
        if (run.Scenarios.Count > MostWithSteps && index == 0)
            yield return HtmlComponents.Notes(
                [$"This run has {run.Scenarios.Count} scenarios: "
                    + "the steps inside their requests, and each operation over time, are in run.json."]);
        if (run.Scenarios.Count <= MostWithSteps && scenario.Operations.Any(operation => operation.Steps.Count > 0))
            yield return HtmlComponents.Folded($"Steps inside a request of {scenario.Name}",
                HtmlComponents.Table($"Steps of {scenario.Name}", ["Operation", "Step", "Samples", "p50", "p95", "p99", "longest"],
                    Steps(scenario)));
    }

    private static Html Judged(Trail trail, ScenarioResult scenario)
    {
        var targets = trail.TargetsOf(scenario).ToList();
        return targets.Count == 0 ? Html.Nothing : Html.Of(
            $"""<p>Judged by {HtmlComponents.Links(targets.Select(target => HtmlComponents.Link(Trail.Place(target), target.Id)))}.</p>""");
    }

    /// <summary>What each operation sent and how it was planned: the places that the operations' names lead to.</summary>
    private static Html Causes(Trail trail, ScenarioResult scenario, int index) => Html.Of($"""
        <ul class="causes">{scenario.Operations.Select((operation, number) => Html.Of($"""
            <li id="{Trail.OperationPlace(index, number)}">{new Name(operation.Name)}: {Cause(trail, scenario, operation)}</li>
            """))}
        <li id="waits-{index}">Waits: {WaitWords.Of(trail, scenario)}</li>
        <li>All statements: {Statements(trail, scenario)}</li></ul>
        """);

    private static Html Statements(Trail trail, ScenarioResult scenario)
    {
        var own = trail.StatementsOf(scenario).Take(12)
            .Select(statement => HtmlComponents.Link($"statement-{statement}", $"{statement + 1}"))
            .ToList();
        return own.Count == 0 ? Html.Of($"none on record") : HtmlComponents.Links(own);
    }

    private static Html Cause(Trail trail, ScenarioResult scenario, OperationResult operation)
    {
        IEnumerable<Html> links =
        [
            .. trail.TargetsOf(scenario, operation).Where(target => target.Source != scenario.Name)
                .Select(target => HtmlComponents.Link(Trail.Place(target), target.Id)),
            .. trail.StatementsOf(scenario, operation).Take(3)
                .Select(statement => HtmlComponents.Link($"statement-{statement}", $"statement {statement + 1}")),
            .. trail.PlansOf(scenario, operation).Select(plan => HtmlComponents.Link($"plan-{plan}", $"plan {trail.Plans[plan].Query}")),
        ];
        return links.Any() ? HtmlComponents.Links(links) : Html.Of($"no statement or plan on record");
    }

    private static string Summary(ScenarioResult scenario) =>
        $"{LoadWords.Of(scenario)}. Measured for {Format.Duration(scenario.Measured)}" +
        (scenario.WarmUp > TimeSpan.Zero ? $" after {Format.Duration(scenario.WarmUp)} of warm-up. " : ", without warm-up. ") +
        $"The generator kept {Format.Significant(scenario.Generator.CpuCores)} cores busy" +
        (scenario.Generator.GcPause > TimeSpan.Zero
            ? $" and paused {Format.Duration(scenario.Generator.GcPause)} for garbage collection"
            : "") +
        (scenario.Generator.StolenShare is > 0.0005
            ? $"; {Format.Percent(Math.Round(scenario.Generator.StolenShare.Value, 4))} of CPU time was stolen."
            : ".");

    private static IEnumerable<IReadOnlyList<Cell>> Steps(ScenarioResult scenario) =>
        from operation in scenario.Operations
        from step in operation.Steps
        select (IReadOnlyList<Cell>)
        [
            new Name(operation.Name), new Name(step.Name), Format.Count(step.Duration.Count),
            Charts.Percentiles.Words(step.Duration.Count, 50, step.Duration.P50),
                Charts.Percentiles.Words(step.Duration.Count, 95, step.Duration.P95),
            Charts.Percentiles.Words(step.Duration.Count, 99, step.Duration.P99),
                step.Duration.Count == 0 ? "–" : Format.Duration(step.Duration.Maximum),
        ];
}
