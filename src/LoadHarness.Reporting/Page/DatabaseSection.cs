using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>What the server did while the scenarios ran.</summary>
internal static class DatabaseSection
{
    public static Section? Of(RunResult run)
    {
        if (run.Observation is not { } seen) return null;
        var parts = new List<Html>();
        if (seen.Samples.Count > 2)
            parts.Add(Part.Grid(DatabaseFigures.Of(seen.Samples)));
        if (seen.WaitEvents.Count > 0)
        {
            parts.Add(Part.Heading("What sessions waited for", "Share of the samples of active sessions, for each scenario. CPU is the name for not waiting."));
            parts.Add(Part.Grid(seen.WaitEvents.GroupBy(wait => wait.Scenario).Select(Waits)));
        }
        if (seen.Sizes.Count > 0)
        {
            parts.Add(Part.Heading("Sizes", "Bytes on disk before and after the scenarios, largest first."));
            parts.Add(Part.Table("Sizes of relations", ["Relation", "Kind", "Before", "After", "Growth"], seen.Sizes.OrderByDescending(size => size.BytesAfter).Select(Size)));
        }
        return new(
            "database",
            "Database",
            $"Sampled once a second. Answering the sampler took {Wording.Percent(seen.SamplingCost)} of the observed time.",
            parts);
    }

    private static Figure Waits(IGrouping<string, WaitEventShare> scenario, int index)
    {
        var bars = scenario.OrderByDescending(wait => wait.Share).Take(8).Select(wait => (wait.WaitEvent, wait.Share)).ToList();
        var id = $"waits-{index}";
        return new(
            id,
            $"Waits of {scenario.Key}",
            "Share of active-session samples.",
            string.Join(", ", bars.Select(bar => $"{bar.WaitEvent} {Wording.Percent(bar.Share)}")) + ".",
            BarsChart.Rows(id, bars),
            [],
            new(["Wait event", "Share"], [.. scenario.OrderByDescending(wait => wait.Share).Select(wait => new[] { wait.WaitEvent, Wording.Percent(wait.Share) })]));
    }

    private static IReadOnlyList<string> Size(RelationSize size) =>
        [size.Relation, size.Kind, Wording.Bytes(size.BytesBefore), Wording.Bytes(size.BytesAfter), Wording.Bytes(size.BytesAfter - size.BytesBefore)];
}
