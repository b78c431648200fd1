using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>What the database was filled with, and what it looks like.</summary>
internal static class SeedSection
{
    /// <summary>A longer series is drawn as columns along an axis, where its labels fit below one.</summary>
    private const int MostRows = 12;

    public static Section? Of(RunResult run)
    {
        if (run.Seed is not { } seed) return null;
        var parts = new List<Html>
        {
            HtmlComponents.Facts(
            [
                ("Seed", seed.Seed.ToString()),
                ("Leads", seed.Found is { } found
                    ? $"{Format.Count(seed.Contacts)} seeded; {Format.Count(found.LeadsOfLargest)} in the largest workspace before the load"
                    : Format.Count(seed.Contacts)),
                ("Workspaces", seed.Spread.IsOne() ? "one, and fifty small ones on top"
                    : $"{Format.Count(seed.Spread.Workspaces)}, drawn for each request by their leads; the largest holds "
                        + $"{Format.Count(seed.LeadsOfLargest())}"),
                ("Skew of the workspaces", seed.Spread.IsOne()
                    ? "–"
                    : seed.Spread.Skew.ToString()),
                ("Checksum", seed.Checksum),
                ("Newest month", seed.SeededAtMonth.ToString("yyyy-MM")),
                ("Rows loaded in", seed.Reused ? "reused, nothing was generated" : Format.Duration(seed.LoadTime)),
                ("Indexes built in", Format.Duration(seed.IndexTime)),
                ("Analyzed in", Format.Duration(seed.AnalyzeTime)),
            ]),
            HtmlComponents.Table("Tables", ["Table", "Rows", "Time", "Rows a second"],
                seed.Tables.Select(t => (IReadOnlyList<Cell>)[new Name(t.Table), Format.Count(t.Rows), Format.Duration(t.Duration),
                Format.Count((long)t.RowsPerSecond)])),
        };
        if (seed.Invariants.Count > 0)
            parts.Add(HtmlComponents.Folded("Checks of the content",
                HtmlComponents.Table("Checks of the content", ["Check", "Holds", "Evidence"],
                seed.Invariants.Select(invariant => (IReadOnlyList<Cell>)
                    [invariant.Name, invariant.Holds ? "✓ holds" : "✕ broken", Html.Of($"{invariant.Evidence}")]))));
        var drawn = seed.Distributions.Where(sample => sample.Labels.Count > 0 && sample.Labels.Count == sample.Shares.Count).ToList();
        if (drawn.Count > 0)
            parts.Add(HtmlComponents.Folded($"Shape of the data: {drawn.Count} distributions", HtmlComponents.Grid(drawn.Select(Picture))));
        return new("seed", "Data", "Every value is a pure function of the seed, the table, the field and the row: the same seed gives "
            + "the same checksum anywhere.", parts);
    }

    private static Chart Picture(DistributionSample sample, int index)
    {
        var bars = sample.Labels.Zip(sample.Shares).ToList();
        return new(
            $"seed-{index}",
            sample.Name,
            "Share of the rows.",
            string.Join(", ", bars.Take(5).Select(bar => $"{bar.First} {Format.Percent(bar.Second)}"))
                + (bars.Count > 5 ? $", and {bars.Count - 5} more." : "."),
            bars.Count <= MostRows || bars.Any(bar => bar.First.Length > BarsChart.ShortLabel)
                ? BarsChart.Rows([.. bars.Select(bar => (bar.First, bar.Second, Format.Percent(bar.Second)))], $"{sample.Name}.")
                : BarsChart.Columns(bars, $"{sample.Name}."),
            [],
            new(["Value", "Share"], [.. bars.Select(bar => new[] { bar.First, Format.Percent(bar.Second) })]));
    }
}
