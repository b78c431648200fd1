using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>Machine, server, settings, load and schema of every run: what differs first, what is the same folded.</summary>
internal static class CircumstanceSection
{
    public static Section Of(IReadOnlyList<RunResult> runs, IReadOnlyList<ComparedPair> pairs)
    {
        var facts = runs.Select(run => BaselineFit.Facts(run).GroupBy(fact => fact.Name)
            .ToDictionary(group => group.Key, group => group.First())).ToList();
        var rows = facts.SelectMany(fact => fact.Keys).Distinct()
            .Select(name => (Name: name, Facts: facts.Select(fact => fact.GetValueOrDefault(name)).ToList()))
            .ToLookup(row => row.Facts.Any(fact => !RunFact.AreAlike(row.Facts[0], fact)));
        var notes = pairs.Where(pair => pair.Comparison.Differences.Count > 0)
            .Select(pair => $"{pair.B} differs from A: {string.Join("; ", pair.Comparison.Differences)}.").ToList();
        return new(
            "circumstances",
            "What differs",
            rows[true].Any()
                ? "Any of this may be the cause of a difference below, instead of the code."
                : "Nothing that is on record: machine, server, settings, load and schema are the same.",
            [
                rows[true].Any() ? Table("What differs", runs, rows[true]) : Html.Nothing,
                notes.Count > 0 ? HtmlComponents.Folded("In sentences", HtmlComponents.Notes(notes)) : Html.Nothing,
                HtmlComponents.Folded($"What is the same: {rows[false].Count()} facts", Table("What is the same", runs, rows[false])),
            ]);
    }

    private static Html Table(string caption, IReadOnlyList<RunResult> runs, IEnumerable<(string Name, List<RunFact?> Facts)> rows) =>
        HtmlComponents.Table(caption, ["What", .. RunLetters.Headers(runs)],
            rows.Select(row => (IReadOnlyList<Cell>)[Html.Of($"{row.Name}"),
                .. row.Facts.Select(fact => (Cell)Html.Of($"{Plain.Cut(fact?.Value ?? "none", 200)}"))]));
}
