using System.Diagnostics;
using System.Globalization;

namespace LoadHarness.Postgres.Migration;

/// <summary>Which steps are under way, and how long each took, with its repeated attempts. Safe for any number of threads.</summary>
internal sealed class StepTimes
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> began = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> spent = new(StringComparer.Ordinal);

    public string Current
    {
        get
        {
            lock (gate) return began.Count == 0 ? "between two steps" : string.Join(" beside ", began.Keys);
        }
    }

    public void Begin(string step)
    {
        lock (gate) began.TryAdd(step, Stopwatch.GetTimestamp());
    }

    public void End(string step)
    {
        lock (gate)
            if (began.Remove(step, out var since))
                spent[step] = Stopwatch.GetElapsedTime(since);
    }

    /// <summary>The longest ones, as <c>name 1.2 s</c>.</summary>
    public string Longest(int count)
    {
        lock (gate)
        {
            return string.Join(", ", spent.OrderByDescending(entry => entry.Value).Take(count)
                .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value.TotalSeconds:F1} s")));
        }
    }
}
