using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>The judged targets. On a narrow page each row becomes a card.</summary>
internal static class TargetTable
{
    public static Html Of(IEnumerable<Verdict> judged, IReadOnlySet<string> charted) => Html.Of($"""
        <div class="scroll" role="region" tabindex="0" aria-label="Judged targets">
        <table class="targets">
        <caption class="hidden">Judged targets</caption>
        <thead><tr><th scope="col">Target</th><th scope="col">Verdict</th><th scope="col" class="number">Measured</th><th scope="col" class="number">Limit</th><th scope="col" class="number">Margin</th><th scope="col" class="number">95% interval</th><th scope="col" class="number">Samples</th></tr></thead>
        {judged.Select(verdict => Row(verdict, charted.Contains(verdict.Id)))}</table>
        </div>
        """);

    private static Html Row(Verdict verdict, bool hasChart) => Html.Of($"""
        <tbody>
        <tr id="row-{Slug.Of(verdict.Id)}">
        <th scope="row"><span class="id">{verdict.Id}</span> {(hasChart ? Html.Of($"""<a href="#{TargetFigure.IdOf(verdict)}">{verdict.Title}</a>""") : Html.Of($"{verdict.Title}"))}</th>
        <td data-label="Verdict"><span class="badge is-{CheckReport.Word(verdict.Kind)}">{Part.Symbol(RunOutcome.SymbolOf(verdict.Kind))} {CheckReport.Word(verdict.Kind)}</span></td>
        <td data-label="Measured" class="number figure-value">{VerdictWords.Figure(verdict)}</td>
        <td data-label="Limit" class="number">{Wording.Limit(verdict)}</td>
        <td data-label="Margin" class="number">{Wording.Margin(verdict)}</td>
        <td data-label="95% interval" class="number">{VerdictWords.Interval(verdict)}</td>
        <td data-label="Samples" class="number">{Wording.Count(verdict.Samples)}</td>
        </tr>
        <tr class="remarks"><td colspan="7">{(verdict.Reason is { } reason ? Html.Of($"<strong>{reason}.</strong> ") : null)}{Html.Of($"{verdict.Evidence}")}{verdict.Caveats.Select(caveat => Html.Of($"""<span class="caveat">{caveat}</span>"""))}</td></tr>
        </tbody>

        """);
}
