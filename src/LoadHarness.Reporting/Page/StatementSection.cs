using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>The statements that the server spent its time on, whole, and the plans of those under test.</summary>
internal static class StatementSection
{
    private const int LongestStatement = 8_200;
    private const int LongestPlan = 16_000;
    private const int LongestInnerPlan = 6_000;

    public static Section? Of(RunResult run, Trail trail)
    {
        if (run.Observation is not { } seen || seen.Statements.Count + seen.Plans.Count == 0) return null;
        var parts = new List<Html>();
        if (trail.Statements.Count > 0)
        {
            var older = seen.Watched.Count == 0
                ? " Warm-up and set-up are in the calls of this run, recorded by an older version."
                : "";
            parts.Add(HtmlComponents.Heading("Statements by time",
                $"From pg_stat_statements, by total time: {trail.Statements.Count} of the {seen.Statements.Count} in run.json.{older} "
                    + "Open one for its whole text."));
            parts.Add(HtmlComponents.Table("Statements",
                ["Statement", "Scenario", "Calls", "Total", "Mean", "Rows a call", "I/O time", "Cache hit", "WAL"],
                trail.Statements.Select((statement, index) => Row(run, statement, index)), "sortable statements"));
        }
        if (seen.Plans.Count > 0)
        {
            parts.Add(HtmlComponents.Heading("Plans", "Taken outside the measured time. Another fingerprint is another plan.", "plans"));
            parts.AddRange(seen.Plans.Select((plan, index) => Plan(run, trail, plan, index)));
        }
        return new("statements", "Statements", null, parts);
    }

    private static IReadOnlyList<Cell> Row(RunResult run, StatementStatistics statement, int index)
    {
        var blocks = statement.SharedBlocksHit + statement.SharedBlocksRead;
        return
        [
            Html.Of($"""
                <details class="statement"><summary><code>{index + 1} {StatementText.Short(statement.Statement)}</code></summary>
                <pre id="statement-{index}">{Plain.Cut(statement.Statement, LongestStatement)}</pre></details>
                """),
            Scenarios(run, statement),
            Format.Count(statement.Calls),
            Format.Duration(statement.TotalTime),
            Format.Duration(statement.MeanTime),
            statement.Calls == 0 ? "–" : Format.Significant((double)statement.Rows / statement.Calls),
            statement.IoTime is { } io ? Format.Duration(io) : "–",
            blocks == 0 ? "–" : Format.Percent(Math.Round((double)statement.SharedBlocksHit / blocks, 4)),
            Format.Bytes(statement.WalBytes),
        ];
    }

    private static Html Scenarios(RunResult run, StatementStatistics statement)
    {
        var links = run.Scenarios.Select((scenario, index) => (scenario.Name, index))
            .Where(entry => statement.Scenario.Split(" + ").Contains(entry.Name))
            .Select(entry => HtmlComponents.Link($"scenario-{entry.index}", entry.Name)).ToList();
        return links.Count == 0 ? Html.Of($"{new Name(statement.Scenario)}") : HtmlComponents.Links(links);
    }

    private static Html Plan(RunResult run, Trail trail, QueryPlan plan, int index) => Html.Of($"""
        <details class="folded plan"><summary>{new Name(plan.Query)} <span class="aside">{PlanWords.Of(plan)}</span></summary>
        <div id="plan-{index}">
        <p class="note">Fingerprint {plan.Fingerprint}. {Sight(plan)} {Back(trail, plan)}</p>
        {Text($"Plan of {plan.Query}, {index}", Plain.Cut(plan.Text, LongestPlan))}
        {plan.Inner.Take(12).Select((inner, number) => Inner(plan, inner, $"{index}.{number}"))}
        {Earlier(run, plan, index)}
        </div></details>

        """);

    private static string Sight(QueryPlan plan) => plan.Sight switch
    {
        PlanSight.Whole => plan.Inner.Count > 0 ? "Functions inside were looked into." : "Nothing in it is hidden.",
        PlanSight.Opaque => $"Opaque: {plan.OpaqueReason ?? "a function in it could not be looked into"}.",
        _ => "Functions inside were not looked into when this was recorded.",
    };

    private static Html Back(Trail trail, QueryPlan plan)
    {
        var operations = trail.OperationsOf(plan).ToList();
        var links = operations.Select(
            entry => HtmlComponents.Link(Trail.OperationPlace(
            trail.IndexOf(entry.Scenario), entry.Scenario.Operations.TakeWhile(other => !ReferenceEquals(other, entry.Operation))
            .Count()), $"{entry.Scenario.Name}/{entry.Operation.Name}"))
            .Concat(operations.SelectMany(entry => trail.TargetsOf(entry.Scenario, entry.Operation)).Distinct()
                .Select(target => HtmlComponents.Link(Trail.Place(target), target.Id))).ToList();
        return links.Count == 0 ? Html.Nothing : Html.Of($"Back to {HtmlComponents.Links(links)}.");
    }

    private static Html Inner(QueryPlan plan, InnerPlan inner, string number) => Html.Of($"""
        <h4>Inside: {inner.Executions} executions, {Format.Duration(inner.Time)}</h4>
        {Text($"Statement inside {plan.Query}, {number}", Plain.Cut(inner.Statement, LongestStatement))}
        {Text($"Its plan, {plan.Query}, {number}", Plain.Cut(inner.Text, LongestInnerPlan))}
        """);

    private static Html Earlier(RunResult run, QueryPlan plan, int index)
    {
        if (run.Baseline?.Plans.FirstOrDefault(earlier => earlier.Query == plan.Query) is not { } then) return Html.Nothing;
        return then.Fingerprint == plan.Fingerprint
            ? Html.Of($"""<p class="note">The baseline had the same plan ({Format.Duration(then.ExecutionTime)} then).</p>""")
            : Html.Of(
                $"""
                <h4>Another plan in the baseline:
                    {PlanWords.Of(then)}</h4>{Text($"Baseline's plan of {plan.Query}, {index}", Plain.Cut(then.Text, LongestPlan))}
                """);
    }

    private static Html Text(string label, string text) =>
        Html.Of($"""<pre class="scroll" role="region" tabindex="0" aria-label="{label}">{text}</pre>""");
}
