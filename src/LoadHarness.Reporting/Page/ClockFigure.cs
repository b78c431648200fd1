using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>A figure of the run's clock, told in words and as a table.</summary>
internal static class ClockFigure
{
    private const int MostRows = 40;

    public static Chart Of(
        string id, string title, string reading, IReadOnlyList<Series> lines, ClockAxis clock, IReadOnlyList<Phase> phases,
            Func<double, string> label, StretchFigure tabled, bool bytes = false, bool logarithmic = false)
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
            Table(lines, clock, label, tabled));
    }

    private static string Told(Series line, Func<double, string> label)
    {
        var values = line.Measured.Select(point => point.Value).Where(Axis.Drawable).ToList();
        return values.Count == 0
            ? $"{line.Name}: not measured."
            : $"{line.Name}: highest {label(values.Max())}, lowest {label(values.Min())}.";
    }

    /// <summary>
    /// Of everything that was measured, not of what is drawn: each line is drawn by points of its own. Of a long run a row is a stretch.
    /// </summary>
    private static FigureTable Table(IReadOnlyList<Series> lines, ClockAxis clock, Func<double, string> label, StretchFigure tabled)
    {
        var points = lines.Select(line => line.Measured.Where(point => Axis.Drawable(point.Value)).ToList()).ToList();
        // Also those at which there was nothing to measure: a row with dashes says so, and the row before does not stand for them.
        var moments = lines.SelectMany(line => line.Measured.Select(point => point.Second)).Distinct().Order().ToList();
        var stretch = moments.Count <= MostRows ? 0 : LengthOf((moments[^1] - moments[0]) / MostRows, clock);
        double Row(double second) => stretch == 0 ? second : Math.Floor(second / stretch) * stretch;
        IEnumerable<double> rows = stretch == 0 ? moments : Enumerable
            .Range(0, (int)Math.Round((Row(moments[^1]) - Row(moments[0])) / stretch) + 1)
            .Select(index => Row(moments[0]) + (index * stretch));

        var values = points.Select(line => line.ToLookup(point => Row(point.Second), point => point.Value)).ToList();
        IReadOnlyList<string> headers = stretch == 0
            ? ["Second", .. lines.Select(line => line.Name)]
            : ["From second", .. lines.Select(line => $"{line.Name} ({tabled.Word})")];
        return new(
            headers,
            [.. rows.Select(row => (IReadOnlyList<string>)
                [Format.Count((long)Math.Round(row)),
                    .. values.Select(line => line.Contains(row) ? label(tabled.Of(line[row])) : "–")])],
            stretch == 0 ? null : $"Each row is {Format.Duration(TimeSpan.FromSeconds(stretch))} and has the {tabled.Word} of what was "
                + "measured in it; run.json has each sample.");
    }

    /// <summary>At least so many seconds, and a length that a clock has.</summary>
    private static double LengthOf(double seconds, ClockAxis clock) =>
        clock.Steps?.Cast<double?>().FirstOrDefault(step => step >= seconds) ?? Math.Ceiling(seconds);
}

/// <summary>What a table says of a line in a stretch of time.</summary>
internal sealed record StretchFigure(string Word, Func<IEnumerable<double>, double> Of)
{
    public static StretchFigure Highest { get; } = new("highest", values => values.Max());

    public static StretchFigure Mean { get; } = new("mean", values => values.Average());
}
