using System.Globalization;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Charts;

/// <summary>Response times span from microseconds to minutes: they are drawn by their logarithm and labelled in plain units.</summary>
internal static class LogAxis
{
    /// <summary>Below 10 µs no request over a socket ends.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMicroseconds(10);

    public static double Position(TimeSpan duration) => Math.Log10(Math.Max(duration.TotalMilliseconds, Shortest.TotalMilliseconds));

    /// <summary>A label at each decade; between decades only where fewer than three fall into the range.</summary>
    public static NumericManual Ticks(double from, double to)
    {
        var steps = to - from < 2.2 ? new[] { 1, 2, 5 } : to - from < 3.2 ? new[] { 1, 3 } : [1];
        var ticks = new NumericManual();
        for (var decade = (int)Math.Floor(from); decade <= Math.Ceiling(to); decade++)
        {
            foreach (var step in steps)
            {
                var position = decade + Math.Log10(step);
                if (position >= from && position <= to) ticks.AddMajor(position, Label(step * Math.Pow(10, decade)));
            }
        }
        return ticks;
    }

    private static string Label(double milliseconds) => milliseconds switch
    {
        < 0.9995 => $"{Round(milliseconds * 1000)} µs",
        < 999.5 => $"{Round(milliseconds)} ms",
        _ => $"{Round(milliseconds / 1000)} s",
    };

    private static string Round(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);
}
