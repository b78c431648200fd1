using LoadHarness.Core.Comparing;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// One figure at every number of leads, with the power law through it and the 95% of what a further measurement would give.
/// </summary>
internal static class GrowthChart
{
    private const int Steps = 24;

    public static Chart Of(OperationScale operation, int index)
    {
        var points = operation.Points.Where(point => point.Figure > 0 && Axis.Drawable(point.Figure)).ToList();
        var isTime = operation.Metric == OperationScale.Mean;
        var limit = operation.Passing?.LimitMilliseconds;
        return new(
            $"growth-{index}",
            operation.Operation,
            $"{operation.Metric}, by the number of leads; both axes are logarithmic.",
            Words(operation),
            points.Count == 0 ? "" : Draw(operation, points, isTime ? limit : null, isTime),
            [
                new(Tone.Series(0), "measured", Mark.Dot),
                    .. operation.Fit is null ? Array.Empty<LegendEntry>() : [new(Tone.Series(1), "power law, its 95% shaded")],
                .. limit is null || !isTime ? Array.Empty<LegendEntry>() : [new(Tone.Limit, "limit")],
            ],
            new(["Leads", operation.Metric],
                [.. operation.Points.Select(point => new[] { Format.Count(point.Contacts), Format.Significant(point.Figure) })]));
    }

    private static string Draw(OperationScale operation, List<ScalePoint> points, double? limit, bool isTime)
    {
        var (from, to) = (points[0].Contacts / 1.25, points[^1].Contacts * 1.25);
        var values = points.Select(point => point.Figure).Concat(limit is { } line ? [line] : []).ToList();
        var up = new LogAxis(values.Min() / 2, values.Max() * 2, isTime ? LogAxis.Milliseconds : Format.Significant);
        var drawing = new Drawing(170, new LogAxis(from, to, value => TargetPassing.Words(value)), up).Grid().Ticks();
        if (operation.Fit is { } fit)
        {
            var sizes = Enumerable.Range(0, Steps + 1).Select(step => from * Math.Pow(to / from, (double)step / Steps)).ToList();
            var band = sizes.Select(size => (Size: size, Forecast: fit.Forecast(size))).ToList();
            drawing.Shade([.. band.Select(each => (each.Size, each.Forecast.High)), .. band.AsEnumerable().Reverse()
                .Select(each => (each.Size, each.Forecast.Low))], Tone.Ink, 0.15);
            drawing.Line(sizes.Select(size => (size, fit.At(size))), Tone.Series(1), 1.5);
        }

        foreach (var point in points) drawing.Dot(point.Contacts, point.Figure, Tone.Series(0));
        if (limit is { } level) drawing.Level(level, $"limit {Format.Limit(TimeSpan.FromMilliseconds(Math.Min(level, 1e12)))}", Tone.Limit);
        return drawing.ToSvg($"{operation.Operation}: {operation.Metric} by the number of leads.");
    }

    private static string Words(OperationScale operation)
    {
        var points = operation.Points.Select(point => $"{TargetPassing.Words(point.Contacts)}: {Format.Significant(point.Figure)}");
        var passing = operation.Passing is { } passed ? $" {passed.Target}: {passed.Sentence()}." : "";
        return $"{string.Join(", ", points)}. {Exponent(operation)}{passing}";
    }

    private static string Exponent(OperationScale operation) => operation.Fit is { } fit
        ? $"Exponent {fit.ExponentWords()}, 95% interval {fit.IntervalWords()}."
        : "No exponent: fewer than three sizes, or a figure of zero.";
}
