using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>What went wrong, by its SQLSTATE or kind, most frequent first: a bounded list, however many there were.</summary>
internal static class ErrorList
{
    private const int LongestMessage = 400;

    public static Html Of(IEnumerable<OperationResult> operations, string caption)
    {
        var failing = operations.Where(operation => operation.Errors.Count > 0).ToList();
        if (failing.Count == 0) return Html.Nothing;
        var groups = ErrorGroups.Of(failing.SelectMany(operation => operation.Errors));
        return Html.Of($"""
            {HtmlComponents.Table(caption, ["Code", "Times", "In", "First text"], groups.Groups.Select(group => Row(failing, group)))}
            {(groups.Others == 0
                ? null
                : Html.Of($"""<p class="note">{Format.Count(groups.Others)} more errors of other kinds are in run.json.</p>"""))}
            """);
    }

    private static IReadOnlyList<Cell> Row(List<OperationResult> failing, ErrorGroup group)
    {
        var names = failing.Where(operation =>
            operation.Errors.Any(error => (error.Code ?? error.Message) == (group.Code ?? group.FirstText)))
            .Select(operation => operation.Name).Take(8);
        return [Html.Of($"{group.Code ?? "–"}"), Format.Count(group.Count),
            HtmlComponents.Links(names.Select(name => Html.Of($"{new Name(name)}"))),
            Html.Of($"{Plain.Cut(group.FirstText, LongestMessage)}")];
    }
}
