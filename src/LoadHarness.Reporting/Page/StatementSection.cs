using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>The statements that the server spent its time on, whole, and the plans of those under test.</summary>
internal static partial class StatementSection
{
    private const int LongestStatement = 8_200;
    private const int LongestPlan = 16_000;
    private const int LongestInnerPlan = 6_000;
    private const int LongestWord = 80;

    public static Section? Of(RunResult run, Trail trail)
    {
        if (run.Observation is not { } seen || seen.Statements.Count + seen.Plans.Count == 0) return null;
        var parts = new List<Html>();
        if (trail.Statements.Count > 0)
        {
            parts.Add(HtmlComponents.Heading("Statements by time",
                $"From pg_stat_statements, by total time: {trail.Statements.Count} of the {seen.Statements.Count} in "
                    + $"run.json."
                    + (seen.Watched.Count == 0 ? " Warm-up and set-up are in the calls of this run, recorded by an older version." : "")
                    + " Open one for its whole text."));
            var (own, others) = (Indexes(trail, own: true), Indexes(trail, own: false));
            if (own.Count > 0) parts.Add(Table("Statements", run, trail, own));
            if (others.Count > 0)
                parts.Add(HtmlComponents.Folded($"Statements of other sessions, such as scheduled jobs: {others.Count}",
                    Table("Statements of other sessions", run, trail, others)));
        }
        if (seen.Plans.Count > 0)
        {
            parts.Add(HtmlComponents.Heading("Plans", "Taken outside the measured time. Another fingerprint is another plan.", "plans"));
            parts.AddRange(seen.Plans.Select((plan, index) => Plan(run, trail, plan, index)));
        }
        return new("statements", "Statements", null, parts);
    }

    private static List<int> Indexes(Trail trail, bool own) => [.. Enumerable.Range(0, trail.Statements.Count)
        .Where(index => own == (trail.Statements[index].Scenario != StatementStatistics.OtherSessions))];

    private static Html Table(string caption, RunResult run, Trail trail, IEnumerable<int> indexes) => HtmlComponents.Table(
        caption, ["Statement", "Scenario", "Calls", "Total", "Mean", "Rows a call", "I/O time", "Cache hit", "WAL"],
        indexes.Select(index => Row(run, trail.Statements[index], index)), "sortable statements");

    private static IReadOnlyList<Cell> Row(RunResult run, StatementStatistics statement, int index)
    {
        var blocks = statement.SharedBlocksHit + statement.SharedBlocksRead;
        return
        [
            Html.Of($"""<details class="statement"><summary><code>{index + 1}<span class="brief"> """
                + $"""{StatementText.Short(statement.Statement)}</span></code></summary><pre """
                + $"""id="statement-{index}">{Plain.Cut(statement.Statement, LongestStatement)}</pre></details>"""),
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
        {Earlier(run, plan, index)}
        <div class="inner">{plan.Inner.Take(12).Select((inner, number) => Inner(plan, inner, $"{index}.{number}"))}</div>
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
        {Text($"Statement inside {plan.Query}, {number}", Plain.Cut(Shortened(inner.Statement), LongestStatement))}
        {Text($"Its plan, {plan.Query}, {number}", Plain.Cut(Shortened(inner.Text), LongestInnerPlan))}
        """);

    /// <summary>The plan; where the baseline had another, that one stands next to it.</summary>
    private static Html Earlier(RunResult run, QueryPlan plan, int index)
    {
        var now = Text($"Plan of {plan.Query}, {index}", Plain.Cut(Shortened(plan.Text), LongestPlan));
        if (PlanWords.EarlierOf(run, plan) is not { } then) return now;
        return then.Fingerprint == plan.Fingerprint
            ? Html.Of($"""{now}<p class="note">The baseline had the same plan ({Format.Duration(then.ExecutionTime)} then).</p>""")
            : Html.Of($"""<div class="pair"><div><h4>In this run</h4>{now}</div><div><h4>Another in the baseline: """
                + $"""{PlanWords.Of(then)}</h4>"""
                + $"""{Text($"Baseline's plan of {plan.Query}, {index}", Plain.Cut(Shortened(then.Text), LongestPlan))}</div></div>""");
    }

    private static Html Text(string label, string text) => Html.Of($"""<pre class="scroll" role="region" tabindex="0" """
        + $"""aria-label="{label}">{text}</pre>""");

    /// <summary>A literal without an end, such as a set of bits, would fill pages.</summary>
    private static string Shortened(string plan) => LongWord().Replace(plan, match => Plain.Cut(match.Value, LongestWord));

    [GeneratedRegex(@"\S{300,}")]
    private static partial Regex LongWord();
}
