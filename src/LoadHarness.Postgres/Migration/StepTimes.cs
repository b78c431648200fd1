using System.Diagnostics;

namespace LoadHarness.Postgres.Migration;

/// <summary>Which steps are under way, and how long each took, with its repeated attempts. Safe for any number of threads.</summary>
internal sealed class StepTimes
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _began = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _spent = new(StringComparer.Ordinal);

    public string Current
    {
        get
        {
            lock (_gate) return _began.Count == 0 ? "between two steps" : string.Join(" and ", _began.Keys);
        }
    }

    public void Begin(string step)
    {
        lock (_gate) _began.TryAdd(step, Stopwatch.GetTimestamp());
    }

    public void End(string step)
    {
        lock (_gate)
            if (_began.Remove(step, out var since))
                _spent[step] = Stopwatch.GetElapsedTime(since);
    }

    /// <summary>The longest ones, as <c>name 1.2 s</c>.</summary>
    public string Longest(int count)
    {
        lock (_gate)
        {
            return string.Join(", ", _spent.OrderByDescending(entry => entry.Value).Take(count)
                .Select(entry => $"{entry.Key} {entry.Value.TotalSeconds:F1} s"));
        }
    }
}
