using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>A figure of the run's clock, told in words and as a table.</summary>
internal static class ClockFigure
{
    private const int MostRows = 40;

    public static Chart Of(
        string id, string title, string reading, IReadOnlyList<Series> lines, ClockAxis clock, IReadOnlyList<Phase> phases,
            Func<double, string> label, bool bytes = false, bool logarithmic = false)
    {
        var told = string.Join(" ", lines.Select(line => Told(line, label)));
        return new(
            id, title, reading, told,
            new TimelineChart(clock, lines)
            {
                Label = label,
                ClockName = "run",
                Phases = phases,
                Bytes = bytes,
                Logarithmic = logarithmic,
                Height = 120,
            }.ToSvg($"{title} over the run."),
            [.. lines.Select(line => new LegendEntry(line.Tone, line.Name))],
            Table(lines, label));
    }

    private static string Told(Series line, Func<double, string> label)
    {
        var values = line.Points.Select(point => point.Value).Where(Axis.Drawable).ToList();
        return values.Count == 0
            ? $"{line.Name}: not measured."
            : $"{line.Name}: highest {label(values.Max())}, lowest {label(values.Min())}.";
    }

    /// <summary>Of a long run only some points: the chart has more of them, run.json has each second.</summary>
    private static FigureTable Table(IReadOnlyList<Series> lines, Func<double, string> label)
    {
        var moments = lines.SelectMany(line => line.Points.Select(point => point.Second)).Distinct().Order().ToList();
        var every = Math.Max(1, (int)Math.Ceiling(moments.Count / (double)MostRows));
        var values = lines.Select(line => line.Points.GroupBy(point => point.Second)
            .ToDictionary(group => group.Key, group => group.First().Value)).ToList();
        return new(
            ["Second", .. lines.Select(line => line.Name)],
            [.. moments.Where((_, index) => index % every == 0).Select(moment => (IReadOnlyList<string>)
                [Format.Significant(Math.Round(moment)),
                    .. values.Select(line => line.TryGetValue(moment, out var value) && Axis.Drawable(value) ? label(value) : "–")])],
            every == 1 ? null : $"One row for each {every} drawn moments; run.json has each second.");
    }
}
