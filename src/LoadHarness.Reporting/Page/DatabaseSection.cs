using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>What the server waited for, and what it holds: relations and single indexes with their growth.</summary>
internal static class DatabaseSection
{
    /// <summary>Smaller relations are put together: they say nothing of where the space went.</summary>
    private const long SmallestShown = 64 * 1024;

    private const int MostRows = 150;

    private const int MostBars = 8;

    public static Section? Of(RunResult run, Trail trail)
    {
        if (run.Observation is not { } seen) return null;
        var parts = new List<Html>();
        if (seen.Notes.Count > 0) parts.Add(HtmlComponents.Notes(seen.Notes));
        if (seen.WaitEvents.Count > 0 || seen.Watched.Count > 0)
        {
            parts.Add(HtmlComponents.Heading("What sessions waited for",
                "Share of the samples of active sessions, for each scenario, with the number of samples. CPU is the name for not waiting. "
                    + "Below 30 samples the shares are not drawn."));
            parts.Add(HtmlComponents.Table("Waits of scenarios", ["Scenario", "Waits", "Active samples"],
                run.Scenarios.Select(scenario => Waits(trail, scenario))));
            parts.Add(HtmlComponents.Grid(run.Scenarios.Select(scenario => WaitFigure(trail, scenario)).OfType<Chart>()));
        }
        if (seen.Indexes.Count > 0)
        {
            parts.Add(HtmlComponents.Heading("Indexes",
                "Each with its bytes, its growth during the scenarios, how often it was read, and the plans that read it.", "indexes"));
            parts.Add(HtmlComponents.Table(
                "Indexes by size", ["Index", "Table", "Before", "After", "Growth", "Scans", "Plans that read it"],
                seen.Indexes.OrderByDescending(index => index.BytesAfter).Take(MostRows).Select(index => Index(trail, index)), "sortable"));
        }
        if (seen.Sizes.Count > 0) parts.AddRange(Sizes(seen.Sizes));
        return parts.Count == 0 ? null
            : new("database", "Database",
                "Sampled while the scenarios ran. Waiting for the sampler's answers took "
                    + $"{Format.Percent(Math.Round(seen.SamplingCost, 5))} of the observed time.", parts);
    }

    private static IReadOnlyList<Cell> Waits(Trail trail, ScenarioResult scenario) =>
        [HtmlComponents.Link($"scenario-{trail.IndexOf(scenario)}", scenario.Name), Html.Of($"{WaitWords.Of(trail, scenario)}"),
            WaitWords.Samples(trail, scenario) is { } samples ? Format.Count(samples) : "–"];

    private static Chart? WaitFigure(Trail trail, ScenarioResult scenario)
    {
        var waits = trail.WaitsOf(scenario);
        var samples = WaitWords.Samples(trail, scenario);
        if (waits.Count < 2 || samples < WaitWords.FewSamples) return null;
        return new(
            $"wait-figure-{trail.IndexOf(scenario)}",
            $"Waits of {scenario.Name}",
            $"Share of active-session samples, and their number; {WaitWords.SampleWords(samples)}.",
            waits.Count > MostBars ? $"{waits.Count - MostBars} more are in the table." : "",
            BarsChart.Rows([.. waits.Take(MostBars)
                .Select(wait => (wait.WaitEvent, wait.Share,
                $"{Format.Percent(Math.Round(wait.Share, 3))}{(wait.Samples is { } n ? $" ({Format.Count(n)})" : "")}"))],
                $"Waits of {scenario.Name}."),
            [],
            new(["Wait event", "Share", "Samples"],
                [.. waits.Select(wait => new[] { wait.WaitEvent, Format.Percent(Math.Round(wait.Share, 4)),
                wait.Samples is { } n ? Format.Count(n) : "–" })]));
    }

    private static IReadOnlyList<Cell> Index(Trail trail, IndexUse index)
    {
        var plans = Enumerable.Range(0, trail.Plans.Count).Where(plan => trail.Plans[plan].Indexes.Contains(index.Index))
            .Select(plan => HtmlComponents.Link($"plan-{plan}", trail.Plans[plan].Query)).ToList();
        return
        [
            new Name(index.Index), new Name(index.Table), Format.Bytes(index.BytesBefore), Format.Bytes(index.BytesAfter),
                Format.Bytes(index.BytesAfter - index.BytesBefore), Format.Count(index.Scans),
            plans.Count == 0 ? Html.Of($"none of those taken") : HtmlComponents.Links(plans),
        ];
    }

    private static IEnumerable<Html> Sizes(IReadOnlyList<RelationSize> sizes)
    {
        var shown = sizes.Where(size => size.BytesAfter >= SmallestShown).OrderByDescending(size => size.BytesAfter).Take(MostRows)
            .ToList();
        var others = sizes.Except(shown).ToList();
        var rest = others.Count > 0
            ? $" {others.Count} more relations hold {Format.Bytes(others.Sum(size => size.BytesAfter))} together."
            : "";
        yield return HtmlComponents.Heading("Sizes", $"Bytes on disk before and after the scenarios, largest first.{rest}", "sizes");
        yield return HtmlComponents.Table("Sizes of relations", ["Relation", "Kind", "Before", "After", "Growth"],
            shown.Select(size => (IReadOnlyList<Cell>)
            [new Name(size.Relation), size.Kind, Format.Bytes(size.BytesBefore), Format.Bytes(size.BytesAfter),
                Format.Bytes(size.BytesAfter - size.BytesBefore)]), "sortable");
    }
}
