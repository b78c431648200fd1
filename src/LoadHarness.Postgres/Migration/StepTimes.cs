using System.Diagnostics;
using System.Globalization;

namespace LoadHarness.Postgres.Migration;

/// <summary>Which step is under way, and how long each took. Safe for one writer and many readers.</summary>
internal sealed class StepTimes
{
    private readonly Dictionary<string, TimeSpan> spent = new(StringComparer.Ordinal);
    private long began = Stopwatch.GetTimestamp();
    private volatile string current = "before the first step";

    public string Current => current;

    public void Begin(string step)
    {
        Close();
        current = step;
    }

    /// <summary>The longest ones, as <c>name 1.2 s</c>.</summary>
    public string Longest(int count)
    {
        Close();
        return string.Join(", ", spent.OrderByDescending(entry => entry.Value).Take(count)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value.TotalSeconds:F1} s")));
    }

    private void Close()
    {
        spent[current] = spent.GetValueOrDefault(current) + Stopwatch.GetElapsedTime(began);
        began = Stopwatch.GetTimestamp();
    }
}
