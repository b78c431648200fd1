using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page.Compared;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// From a target to its cause: the operation, its times, what it waited for, what it sent, how that was planned, and the settings that bear
/// on it.
/// </summary>
internal static class DrillDown
{
    private const int MostStatements = 5;

    public static Html Of(RunResult run, Trail trail, Verdict verdict)
    {
        var (scenario, operation) = trail.SourceOf(verdict);
        if (!verdict.IsJudged || scenario is null) return Html.Of($"""<div id="{Trail.Place(verdict)}">{Why(verdict)}"""
            + $"""{Comparison(run, trail, verdict)}</div>""");
        return Html.Of($"""
            <details class="drill"><summary>{Why(verdict)} <span class="more">Figures and cause<span class="hidden"> of
                {verdict.Id}</span></span></summary><div id="{Trail.Place(verdict)}">
            {Times(trail, verdict, scenario, operation)}
            {HtmlComponents.Grid(TargetFigures.Of(trail, verdict, scenario, operation))}
            {ErrorList.Of(operation is null ? scenario.Operations : [operation], $"Errors behind {verdict.Id}")}
            {Waits(trail, scenario)}
            {Statements(trail, scenario, operation)}
            {Plans(run, trail, scenario, operation)}
            {Settings(trail, scenario)}
            </div></details>
            """);
    }

    /// <summary>The cause first, then what was measured, then what qualifies it, then what would judge it.</summary>
    private static Html Why(Verdict verdict) => Html.Of(
        $"""{(verdict.Reason is { } reason && verdict.IsJudged ? Html.Of($"""<strong>{Plain.Cut(reason, 600)}.</strong> """) : null)}"""
            + $"""<span class="evidence">{Evidence(verdict)}</span>"""
            + $"""{verdict.Caveats.Select(caveat => Html.Of($""" <span class="caveat">Note: {Plain.Cut(caveat, 300)}.</span>"""))}""");

    /// <summary>The command that would judge it is marked where the sentence names it.</summary>
    private static Html Evidence(Verdict verdict)
    {
        var words = LoadWords.InWords(Plain.Cut(verdict.Evidence, 600));
        if (verdict.Command is not { } command) return Html.Of($"{words}");
        var at = words.IndexOf(command, StringComparison.Ordinal);
        return at < 0
            ? Html.Of($"{words} <code>{command}</code>")
            : Html.Of($"{words[..at]}<code>{command}</code>{words[(at + command.Length)..]}");
    }

    /// <summary>What another run on the page found is said here, with its verdict; this run's own stays as it is.</summary>
    private static Html Comparison(RunResult run, Trail trail, Verdict verdict)
    {
        if (trail.ProvedIn(verdict) is not { } record)
            return run.Comparisons.Any(comparison => comparison.Id == verdict.Id)
                ? Html.Of($"""<p><a href="#claims">Before and after</a></p>""")
                : Html.Nothing;
        var claim = record.Proof!.Claims.First(claim => claim.Verdict.Id == verdict.Id);
        var found = ReferenceEquals(record, run)
            ? null
            : Html.Of($""" in {new Name(record.Identity.Id)}: {Scoreboard.Badge(claim.Verdict.Kind)} """
                + $"""{Plain.Cut(VerdictWords.Line(claim.Verdict), 300)}""");
        return Html.Of($"""<p><a href="#{ProofSection.Place(verdict)}">Before and after</a>{found}</p>""");
    }

    private static Html Times(Trail trail, Verdict verdict, ScenarioResult scenario, OperationResult? operation)
    {
        var index = trail.IndexOf(scenario);
        IReadOnlyList<OperationResult> shown = operation is null ? scenario.Operations : [operation];
        return Html.Of($"""
            <p>Measured in <a href="#scenario-{index}">{new Name(scenario.Name)}</a>. {LoadWords.Of(scenario)}.</p>
            {OperationTable.Of(trail, scenario, shown, $"Operations behind {verdict.Id}")}
            """);
    }

    private static Html Waits(Trail trail, ScenarioResult scenario) => Html.Of(
        $"""
        <p class="step"><strong>Waits:</strong> {WaitWords.Of(trail, scenario)} <a href="#waits-{trail.IndexOf(scenario)}">all waits of
            <bdi>{scenario.Name}</bdi></a></p>
        """);

    private static Html Statements(Trail trail, ScenarioResult scenario, OperationResult? operation)
    {
        var own = operation is null ? [] : trail.StatementsOf(scenario, operation);
        var whole = own.Count == 0;
        if (whole) own = trail.StatementsOf(scenario);
        if (own.Count == 0)
            return Html.Of(
                $"""<p class="step"><strong>Statements:</strong> none on record; pg_stat_statements was not there, or nothing ran.</p>""");
        var total = own.Sum(index => trail.Statements[index].TotalTime.TotalSeconds);
        return Html.Of($"""
            <p class="step"><strong>Statements</strong> of {(whole ? "the whole scenario" : "this operation")}, by time on the server:</p>
            <ol class="causes">{own.Take(MostStatements).Select(index => Statement(trail, index, total))}</ol>
            """);
    }

    private static Html Statement(Trail trail, int index, double total)
    {
        var statement = trail.Statements[index];
        var share = total > 0 ? Format.Percent(Math.Round(statement.TotalTime.TotalSeconds / total, 3)) : "–";
        return Html.Of($"""<li><a href="#statement-{index}"><code>{StatementText.Short(statement.Statement)}</code></a> {share} of """
            + $"""these, {Format.Counted(statement.Calls, "call")} of {Format.Duration(statement.MeanTime)}</li>""");
    }

    private static Html Plans(RunResult run, Trail trail, ScenarioResult scenario, OperationResult? operation)
    {
        var own = trail.PlansOf(scenario, operation);
        return own.Count == 0
            ? Html.Of($"""<p class="step"><strong>Plan:</strong> none was taken of this operation.</p>""")
            : Html.Of($"""
                <p class="step"><strong>Plan:</strong></p><ul class="causes">{own.Select(index => Html.Of($"""
                    <li><a href="#plan-{index}">{new Name(trail.Plans[index].Query)}</a> {PlanWords.Of(trail.Plans[index])}
                    {PlanWords.Change(run, trail.Plans[index])}</li>
                    """))}</ul>
                """);
    }

    private static Html Settings(Trail trail, ScenarioResult scenario)
    {
        var names = trail.SettingsOf(scenario).ToList();
        return names.Count == 0
            ? Html.Nothing
            : Html.Of($"""
                <p class="step"><strong>Settings that bear on it:</strong>
                {HtmlComponents.Links(names.Select(name => Html.Of($"""
                    <a href="#{Trail.SettingPlace(name)}">{name} = {trail.SettingOf(name)}</a>
                    """)))}</p>
                """);
    }
}
