using System.Text;
using LoadHarness.Core.Comparing.Runs;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// One figure over all runs, as small as a line of a table: its intervals, its limit, breaks of the machine dashed, changes marked with a
/// line and a dot.
/// </summary>
internal static class Sparkline
{
    private const int Height = 44;
    private const int Units = 1_000;
    private const int Edge = 5;

    public static string Of(HistorySeries series, RunHistory history, string description)
    {
        var runs = Math.Max(1, history.Nights.Count - 1);
        var values = series.Points.Select(point => point.Value).ToList();
        var (low, high) = Range(
        [
            .. values, .. series.Limit is { } line && IsNear(line, values) ? [line] : Array.Empty<double>(),
            .. series.Intervals.SelectMany(interval => new[] { interval.Low, interval.High }).Where(end => IsNear(end, values)),
        ]);
        double X(double run) => run / runs * Units;
        double Y(double value) => Edge + ((Height - (2 * Edge)) * (1 - ((value - low) / (high - low))));
        string Percent(double run) => $"{2 + (run / runs * 96):0.##}%";

        var area = new StringBuilder();
        foreach (var found in history.Breaks)
            area.Append($"<path d=\"M{X(found.At - 0.5):0.#} 0V{Height}\" vector-effect=\"non-scaling-stroke\" "
                + $"{Tone.Muted.Stroke(1.5)}/>");
        var whiskers = string.Concat(series.Intervals.Select(interval =>
            $"M{X(interval.Run):0.#} {Y(Math.Clamp(interval.Low, low, high)):0.#}V{Y(Math.Clamp(interval.High, low, high)):0.#}"));
        if (whiskers.Length > 0)
            area.Append($"<path d=\"{whiskers}\" vector-effect=\"non-scaling-stroke\" {(Tone.Muted with { Dash = "" }).Stroke(2)}/>");
        if (series.Limit is { } height && height >= low && height <= high)
            area.Append($"<path d=\"M0 {Y(height):0.#}H{Units}\" vector-effect=\"non-scaling-stroke\" {Tone.Limit.Stroke(1)}/>");
        foreach (var stretch in series.Points.GroupBy(point => history.Breaks.Count(found => found.At <= point.Run)))
            area.Append(
                $"<path d=\"{Path(stretch)}\" vector-effect=\"non-scaling-stroke\" stroke-linejoin=\"round\" "
                    + $"{Tone.Series(0).Stroke(1.5)}/>");
        var marks = new StringBuilder();
        foreach (var change in series.Changes)
        {
            var at = series.Points.First(point => point.Run == change.At);
            var tone = change.IsShown ? Tone.Series(1) : Tone.Series(1) with { Dash = "" };
            if (change.IsShown)
                marks.Append($"<line x1=\"{Percent(at.Run)}\" x2=\"{Percent(at.Run)}\" y1=\"0\" y2=\"{Height}\" "
                    + $"{(tone with { Dash = "" }).Stroke(1.5)}/>");
            marks.Append(
                $"<circle cx=\"{Percent(at.Run)}\" cy=\"{Y(at.Value):0.#}\" r=\"4\" {(change.IsShown ? tone.Fill() : tone.Stroke(2))}/>");
        }

        if (series.Points.Count == 1)
            marks.Append(
                $"<circle cx=\"{Percent(series.Points[0].Run)}\" cy=\"{Y(series.Points[0].Value):0.#}\" r=\"3\" {Tone.Series(0).Fill()}/>");
        return $"""
            <svg class="bullet" role="img" aria-label="{Svg.Escaped(description)}" width="100%" height="{Height}"><svg x="2%" width="96%"
            height="{Height}" viewBox="0 0 {Units} {Height}" preserveAspectRatio="none">{area}</svg>{marks}</svg>
            """;

        string Path(IEnumerable<(int Run, double Value)> points) =>
            string.Concat(points.Select((point, index) => $"{(index == 0 ? 'M' : 'L')}{X(point.Run):0.#} {Y(point.Value):0.#}"));
    }

    /// <summary>A limit far away would press the line flat.</summary>
    private static bool IsNear(double limit, List<double> values) => limit <= 2 * values.Max() && limit >= values.Min() / 2;

    /// <summary>At least a tenth of the figure high: nights that differ by a hair must not look wild.</summary>
    private static (double Low, double High) Range(List<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        var least = Math.Max(Math.Abs(high) * 0.1, 1e-9);
        return high - low >= least ? (low, high) : (low - ((least - (high - low)) / 2), high + ((least - (high - low)) / 2));
    }
}
