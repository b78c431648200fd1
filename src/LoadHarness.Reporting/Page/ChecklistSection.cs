using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>One cell for each requirement, grouped by the letters of its id, then every row with its evidence.</summary>
internal static class ChecklistSection
{
    public static Section? Of(RunResult run)
    {
        if (run.Checklist.Count == 0) return null;
        var groups = run.Checklist.GroupBy(check => check.Id.Split('-')[0])
            .Select(group => new Group(group.Key, [.. group.Select(check => new Cell(check.Id, check.Title, CheckReport.Word(check.Kind), RunOutcome.SymbolOf(check.Kind)))]))
            .ToList();
        return new(
            "checklist",
            "Checklist",
            $"Every line of the requirements: {string.Join(", ", run.Checklist.GroupBy(check => check.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {CheckReport.Word(group.Key)}"))}.",
            [
                Template.Render("checklist", new { Groups = groups }),
                Part.Folded("Every line with its evidence", Part.Table("Checklist", ["Id", "Claim", "Verdict", "Evidence"], run.Checklist.Select(Row))),
            ]);
    }

    private static IReadOnlyList<string> Row(Verdict check) =>
        [check.Id, check.Title, $"{RunOutcome.SymbolOf(check.Kind)} {CheckReport.Word(check.Kind)}", string.Join("; ", [check.Evidence, .. check.Caveats])];

    private sealed record Group(string Name, IReadOnlyList<Cell> Cells);

    private sealed record Cell(string Id, string Title, string Word, string Symbol);
}
