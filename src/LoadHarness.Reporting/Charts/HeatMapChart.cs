using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>Where response times lay, second by second: a stall shows as a slanting streak that percentiles would hide.</summary>
internal static class HeatMapChart
{
    private const int RowsPerDecade = 10;

    /// <summary>Where a page has so many scenarios that each has few columns.</summary>
    private const int CoarseRowsPerDecade = 6;
    private const int FewColumns = 40;

    /// <summary>Of fewer columns none is the middle one.</summary>
    private const int FewColumnsTold = 3;

    /// <summary>From few requests in a cell to most.</summary>
    private static readonly double[] Shades = [0.2, 0.36, 0.52, 0.68, 0.84, 1];

    /// <summary>Of all operations of a scenario together.</summary>
    public static Chart? Of(string id, ScenarioResult scenario, int mostColumns, TimeSpan? limit) => Of(
        id, scenario.Name, "Response times over time", "All operations together.",
        Stretch.Of(scenario, mostColumns, leastRequests: 1, drained: true), mostColumns, limit, []);

    /// <param name="of">Whose response times they are.</param>
    /// <param name="reading">What the cells are of.</param>
    /// <param name="over">Lines above the cells, in milliseconds, with a point for each column; no number where the line is broken.</param>
    public static Chart? Of(
        string id, string of, string title, string reading, IReadOnlyList<Stretch> columns, int mostColumns, TimeSpan? limit,
        IReadOnlyList<Series> over)
    {
        var filled = columns.Where(column => !column.IsEmpty).ToList();
        if (filled.Count == 0) return null;

        var slowest = filled.MaxBy(column => column.Histogram.Maximum)!;
        var perDecade = mostColumns < FewColumns ? CoarseRowsPerDecade : RowsPerDecade;
        var (cells, most) = Cells(columns, perDecade);
        return new(
            id,
            title,
            $"{reading} Each cell holds those of {Format.Duration(TimeSpan.FromSeconds(columns[0].Seconds))} that took so long: the "
                + $"stronger its colour, the more, up to {Format.Count(most)}.",
            $"Longest: {Format.Duration(slowest.Histogram.Maximum)}, from second {slowest.From}."
                + (filled.Count < FewColumnsTold ? "" : $" In the middle one of {filled.Count} columns: p50 "
                    + $"{Format.Duration(Median(filled, 50))}, longest {Format.Duration(Median(filled, 100))}."),
            Draw(columns, cells, perDecade, new(limit, over, $"Heat map of the response times of {of}.")),
            [new(Tone.Series(0), "requests", Mark.Area), .. over.Select(line => new LegendEntry(line.Tone, line.Name)),
                .. limit is null ? Array.Empty<LegendEntry>() : [new(Tone.Limit, "limit")]],
            Table(columns, over));
    }

    private static (IReadOnlyDictionary<(int From, int Row), long> Cells, long Most) Cells(IReadOnlyList<Stretch> columns, int perDecade)
    {
        var cells = new Dictionary<(int, int), long>();
        foreach (var column in columns)
        {
            foreach (var (duration, count) in Recorded.In(column.Histogram))
                cells[(column.From, Row(duration, perDecade))] = cells.GetValueOrDefault((column.From, Row(duration, perDecade))) + count;
        }
        return (cells, cells.Values.Max());
    }

    private sealed record Marks(TimeSpan? Limit, IReadOnlyList<Series> Over, string Description);

    private static string Draw(
        IReadOnlyList<Stretch> columns, IReadOnlyDictionary<(int From, int Row), long> cells, int perDecade, Marks marks)
    {
        var (limit, most) = (marks.Limit, cells.Values.Max());
        var width = columns[0].Seconds;
        var clock = new ClockAxis(0, columns.Max(column => column.From) + width);
        var ends = cells.Keys.SelectMany(cell => new[] { Milliseconds(cell.Row, perDecade), Milliseconds(cell.Row + 1, perDecade) });
        var up = LogAxis.OfMilliseconds(limit is { } shown ? ends.Append(shown.TotalMilliseconds) : ends);
        var drawing = new Drawing(170, clock, up).Grid(5).Ticks();
        foreach (var shade in cells.GroupBy(cell => Shade(cell.Value, most)))
            drawing.Cells(Runs(shade.Select(cell => cell.Key), width)
                .Select(run => ((double)run.From, (double)run.To, Milliseconds(run.Row, perDecade), Milliseconds(run.Row + 1, perDecade))),
                Tone.Series(0), Shades[shade.Key]);
        if (limit is { } line) drawing.Level(line.TotalMilliseconds, $"limit {Format.Limit(line)}", Tone.Limit);
        foreach (var series in marks.Over)
            drawing.Line(series.Points, series.Tone, 2)
                .Named(series.Name, series.Points.Last(point => Axis.Drawable(point.Value)).Value, series.Tone);
        return drawing.ToSvg(marks.Description, "scenario");
    }

    /// <summary>Neighbours of one shade are drawn as one.</summary>
    private static IEnumerable<(int From, int To, int Row)> Runs(IEnumerable<(int From, int Row)> cells, int width)
    {
        (int From, int To, int Row)? open = null;
        foreach (var (from, row) in cells.OrderBy(cell => cell.Row).ThenBy(cell => cell.From))
        {
            if (open is { } run && run.Row == row && run.To == from) open = run with { To = from + width };
            else
            {
                if (open is { } ended) yield return ended;
                open = (from, from + width, row);
            }
        }
        if (open is { } last) yield return last;
    }

    private static int Shade(long count, long most) =>
        Math.Min(Shades.Length - 1, (int)(Math.Log(1 + count) / Math.Log(1 + most) * Shades.Length));

    private static int Row(TimeSpan duration, int perDecade) =>
        (int)Math.Floor(Math.Log10(Math.Max(duration.TotalMilliseconds, LogAxis.ShortestMilliseconds)) * perDecade);

    private static double Milliseconds(int row, int perDecade) => Math.Pow(10, (double)row / perDecade);

    private static TimeSpan Median(List<Stretch> columns, double percentile) =>
        columns.Select(column => column.Histogram.Percentile(percentile)).Order().ElementAt(columns.Count / 2);

    private static FigureTable Table(IReadOnlyList<Stretch> columns, IReadOnlyList<Series> over) => new(
        ["From second", "Requests", "shortest", "longest", .. over.Select(line => line.Name)],
        [.. columns.Select(column => (IReadOnlyList<string>)
            [Format.Count(column.From), Format.Count(column.Histogram.Count), column.Words(histogram => histogram.Minimum),
                column.Words(histogram => histogram.Maximum), .. over.Select(line => At(line, column))])]);

    private static string At(Series line, Stretch column)
    {
        var point = line.Points.FirstOrDefault(
            point => Math.Abs(point.Second - column.From - (column.Seconds / 2.0)) < 0.01, (0, double.NaN));
        return double.IsNaN(point.Value) ? "–" : LogAxis.Milliseconds(point.Value);
    }
}
