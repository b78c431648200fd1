using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>How every operation grows with the number of leads: the figures, the exponent, and where its target would be passed.</summary>
internal static class GrowthSection
{
    /// <summary>The steepest are drawn; the table has all.</summary>
    private const int MostCharts = 24;

    public static Section? Of(RunResult run)
    {
        if (run.Growth is not { } growth) return null;
        var steepest = growth.Operations.OrderByDescending(operation => operation.Fit?.Exponent ?? double.NegativeInfinity).ToList();
        return new(
            "growth",
            "Growth",
            $"Measured at {string.Join(", ", growth.Sizes.Select(size => TargetPassing.Words(size)))} leads. The exponent b of figure = a "
                + "× leads^b, with its 95% interval: 0 is flat, 1 is in proportion. Forecast: what the smaller sizes said of the largest.",
            [
                .. steepest.GroupBy(operation => operation.Metric).Select(metric => Table(growth, metric.Key, [.. metric])),
                HtmlComponents.Grid(steepest.Where(operation => operation.Points.Count > 1).Take(MostCharts).Select(GrowthChart.Of)),
            ]);
    }

    private static Html Table(ScaleReport growth, string metric, IReadOnlyList<OperationScale> operations) => HtmlComponents.Table(
        $"Growth: {metric}",
        [
            $"Operation, {metric}", .. growth.Sizes.Select(size => TargetPassing.Words(size)), "Exponent", "95% interval",
                "Forecast of the largest",
            "Target passed at",
        ],
        operations.Select(operation => (IReadOnlyList<Cell>)
        [
            new Name(operation.Operation),
            .. growth.Sizes.Select(size => (Cell)(operation.Points.FirstOrDefault(point => point.Contacts == size) is { } point
                ? Format.Significant(point.Figure) : "–")),
            operation.Fit is { } fit ? fit.ExponentWords() : "–",
            operation.Fit is { } known ? known.IntervalWords() : "–",
            Html.Of($"{Forecast(operation.Forecast)}"),
            Html.Of($"{Passing(operation.Passing)}"),
        ]), "sortable");

    private static string Forecast(ScaleForecast? forecast) => forecast is null
        ? "–"
        : $"{(forecast.Holds ? "✓ holds" : "✕ does not hold")}: "
            + $"{Format.Significant(forecast.Expected)} ({Format.Interval(forecast.Interval)})";

    private static string Passing(TargetPassing? passing) => passing is null
        ? "–"
        : $"{passing.Where()}, {passing.Target}";
}
