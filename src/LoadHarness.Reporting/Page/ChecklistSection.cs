using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>One cell for each requirement, grouped by the letters of its id, then every row with its evidence.</summary>
internal static class ChecklistSection
{
    public static Section? Of(RunResult run)
    {
        if (run.Checklist.Count == 0) return null;
        return new(
            "checklist",
            "Checklist",
            $"Every line of the requirements: {CheckReport.Tally(run.Checklist)}.",
            [
                Html.Of($"""<dl class="matrix">{run.Checklist.GroupBy(check => check.Id.Split('-')[0]).Select(Group)}</dl>"""),
                Part.Folded("Every line with its evidence", Part.Table("Checklist", ["Id", "Claim", "Verdict", "Evidence"], run.Checklist.Select(Row))),
            ]);
    }

    private static IReadOnlyList<string> Row(Verdict check) =>
        [check.Id, check.Title, $"{RunOutcome.SymbolOf(check.Kind)} {CheckReport.Word(check.Kind)}", string.Join("; ", [check.Evidence, .. check.Caveats])];

    private static Html Group(IGrouping<string, Verdict> group) => Html.Of($"""<div><dt>{group.Key}</dt><dd><ul>{group.Select(Cell)}</ul></dd></div>{"\n"}""");

    private static Html Cell(Verdict check) => Html.Of(
        $"""<li class="badge is-{CheckReport.Word(check.Kind)}" title="{check.Title}">{Part.Symbol(RunOutcome.SymbolOf(check.Kind))} {check.Id}<span class="hidden"> {CheckReport.Word(check.Kind)}</span></li>""");
}
