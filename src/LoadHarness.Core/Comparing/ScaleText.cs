using System.Text;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>The growth of every operation for people, as Markdown that also reads well on a terminal.</summary>
public static class ScaleText
{
    public static string Of(ScaleReport report)
    {
        var text = new StringBuilder();
        text.Append($"# Scale: {string.Join(", ", report.Sizes.Select(size => TargetPassing.Words(size)))} leads\n\n");
        text.Append($"Seed {report.Seed} · PostgreSQL {MarkdownText.Of(report.Server)} · {report.StartedUtc:yyyy-MM-dd HH:mm} UTC, "
            + $"{report.Duration.TotalMinutes:0.0} min\n\n");
        text.Append("Exponent b of figure = a × leads^b, with its 95% interval: 0 is flat, 1 is in proportion. "
            + "Forecast: what the smaller sizes said of the largest.\n");
        foreach (var metric in report.Operations.GroupBy(operation => operation.Metric)) Table(text, metric.Key, [.. metric], report.Sizes);
        return text.ToString();
    }

    private static void Table(StringBuilder text, string metric, IReadOnlyList<OperationScale> operations, IReadOnlyList<long> sizes)
    {
        text.Append($"\n## {MarkdownText.Of(metric)}\n\n| operation |");
        foreach (var size in sizes) text.Append($" {TargetPassing.Words(size)} |");
        text.Append(" exponent | forecast of the largest | target passed at |\n|---|").Append(string.Concat(sizes.Select(_ => "---:|")))
            .Append("---|---|---|\n");
        foreach (var operation in operations.OrderByDescending(operation => operation.Fit?.Exponent ?? double.NegativeInfinity))
        {
            text.Append($"| {MarkdownText.Of(operation.Operation)} |");
            foreach (var size in sizes) text.Append($" {Figure(operation, size)} |");
            text.Append($" {Exponent(operation)} | {Forecast(operation.Forecast)} | {Passing(operation.Passing)} |\n");
        }
    }

    private static string Figure(OperationScale operation, long size) =>
        operation.Points.FirstOrDefault(point => point.Contacts == size) is { } point ? Format.Significant(point.Figure) : "–";

    private static string Exponent(OperationScale operation) => operation.Fit is { } fit
        ? $"{fit.ExponentWords()} ({fit.IntervalWords()})"
        : "–";

    private static string Forecast(ScaleForecast? forecast) => forecast is null
        ? "–"
        : $"{(forecast.Holds ? "holds" : "**does not hold**")}: "
            + $"{Format.Significant(forecast.Expected)} ({Format.Interval(forecast.Interval)})";

    private static string Passing(TargetPassing? passing) => passing is null
        ? "–"
        : $"{passing.Where()}, {MarkdownText.Of(passing.Target)}";
}
