using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>Everything over one clock, from the run's start: what was asked, what came back, what the server did meanwhile.</summary>
internal static class RunTimeline
{
    public static Section? Of(RunResult run)
    {
        var phases = Phases(run).ToList();
        var samples = run.Observation?.Samples ?? [];
        if (phases.Count == 0 && samples.Count < 3) return null;
        var ends = phases.SelectMany(phase => new[] { phase.From, phase.To }).Concat(samples.Select(sample => Since(run, sample.AtUtc)))
            .Where(second => second is >= 0 and < 1e8).DefaultIfEmpty(0).ToList();
        var clock = new ClockAxis(ends.Min(), Math.Max(ends.Max(), ends.Min() + 1));
        var figures = LoadFigures.Of(run, clock, phases).Concat(samples.Count > 2 ? DatabaseFigures.Of(run, clock, phases) : []);
        return new(
            "timeline",
            "Timeline",
            "All charts have one clock: time since the run began. Shaded bands are the scenarios, hatched their warm-up. With scripts on: "
                + "point at a moment to read all charts there, drag across one to zoom all, double-click to see all again.",
            [Ribbon(run, clock, phases), HtmlComponents.Grid(figures)]);
    }

    public static double Since(RunResult run, DateTimeOffset moment) => (moment - run.Identity.StartedUtc).TotalSeconds;

    /// <summary>Scenarios that ran at one time are one phase.</summary>
    private static IEnumerable<Phase> Phases(RunResult run)
    {
        var strong = false;
        foreach (var together in run.Scenarios.GroupBy(scenario => scenario.StartedUtc).OrderBy(group => group.Key))
        {
            var start = Since(run, together.Key);
            var warmUp = together.Max(scenario => scenario.WarmUp.TotalSeconds);
            var name = string.Join(" + ", together.Select(scenario => scenario.Name));
            strong = !strong;
            if (warmUp > 0) yield return new(start - warmUp, start, name, Hatched: true, strong);
            yield return new(start, start + together.Max(scenario => scenario.Measured.TotalSeconds), name, Hatched: false, strong);
        }
    }

    private static Html Ribbon(RunResult run, ClockAxis clock, IReadOnlyList<Phase> phases)
    {
        var drawing = new Drawing(30, clock, new LinearAxis(0, 1, Format.Significant));
        var measured = phases.Where(phase => !phase.Hatched).ToList();
        foreach (var phase in phases) drawing.Band(phase.From, phase.To, Tone.Muted, phase.Strong ? 0.35 : 0.18, phase.Hatched);
        for (var i = 0; i < measured.Count && measured.Count <= 20; i++)
            drawing.Words((measured[i].From + measured[i].To) / 2, 0.35, $"{i + 1}", Tone.Ink);
        return Html.Of($"""
            <div class="ribbon">{Html.Trusted(drawing.Ticks().ToSvg("When each scenario ran.", "run"))}</div>
            <ol class="phases">{measured.Select(phase => Html.Of($"""
                <li>{Names(run, phase)}: {ClockAxis.Words(Math.Round(phase.From))} to {ClockAxis.Words(Math.Round(phase.To))}</li>
                """))}</ol>
            """);
    }

    private static Html Names(RunResult run, Phase phase) => HtmlComponents.Links(
        run.Scenarios.Select((scenario, index) => (scenario, index)).Where(entry => phase.Name.Split(" + ").Contains(entry.scenario.Name))
            .Select(entry => HtmlComponents.Link($"scenario-{entry.index}", entry.scenario.Name)));
}
