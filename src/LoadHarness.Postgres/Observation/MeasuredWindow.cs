using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>
/// The measured phase of the scenarios that run at once. The counters are read at its two ends, so that set-up and warm-up are in no
/// figure.
/// </summary>
public sealed class MeasuredWindow : IMeasuredPhase, IAsyncDisposable
{
    private static readonly TimeSpan LongestReading = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource _admin;
    private readonly Func<MeasuredWindow, ValueTask> _close;

    private StatementCounters? _before;
    private StatementCounters? _after;
    private DateTimeOffset _from;
    private DateTimeOffset? _to;
    private volatile bool _isOpen;

    /// <param name="close">Takes what was seen, when the scenarios have ended.</param>
    internal MeasuredWindow(NpgsqlDataSource admin, IReadOnlyList<ScenarioWatch> scenarios, Func<MeasuredWindow, ValueTask> close)
    {
        (_admin, Scenarios, _close) = (admin, scenarios, close);
        Name = string.Join(" + ", scenarios.Select(scenario => scenario.Name));
    }

    internal IReadOnlyList<ScenarioWatch> Scenarios { get; }

    internal string Name { get; }

    internal bool IsOpen => _isOpen;

    internal string Phase => _isOpen ? "measured" : "set-up";

    /// <summary>Why there are no statements, or not all that they did; null when there is nothing to say.</summary>
    internal string? Blindness { get; private set; }

    public async Task BeginsAsync()
    {
        _before = await ReadAsync();
        _from = DateTimeOffset.UtcNow;
        _isOpen = true;
    }

    public async Task EndedAsync()
    {
        _isOpen = false;
        _to = DateTimeOffset.UtcNow;
        _after = await ReadAsync();
    }

    public ValueTask DisposeAsync() => _close(this);

    /// <returns>Nothing when the measured phase never began.</returns>
    internal (IReadOnlyList<WatchedScenario> Watched, IReadOnlyList<StatementStatistics> Statements) Seen(WaitCounts waits)
    {
        if (_to is not { } to) return ([], []);
        var seen = _before is not null && _after is not null ? StatementDifference.Of(Scenarios, _before, _after) : null;
        if (_before is not null && _after is not null) Blindness = StatementDifference.Missing(Name, _before, _after);
        return (
            [.. Scenarios.Select(scenario => Watched(scenario.Name, to, waits, seen))],
            [.. (seen ?? new Dictionary<string, IReadOnlyList<StatementStatistics>>())
                .Values.SelectMany(statements => statements.Take(StatementDifference.Kept))]);
    }

    private WatchedScenario Watched(
        string name, DateTimeOffset to, WaitCounts waits, IReadOnlyDictionary<string, IReadOnlyList<StatementStatistics>>? seen)
    {
        int? statements = seen?.Where(group => group.Key.Split(" + ").Contains(name)).Sum(group => group.Value.Count);
        int? kept = seen?.Where(group => group.Key.Split(" + ").Contains(name))
            .Sum(group => Math.Min(group.Value.Count, StatementDifference.Kept));
        return new(name, _from, to, waits.LooksAt(name), waits.ActiveIn(name), statements, kept);
    }

    // Neither a server without the extension nor one that is gone may cost the figures of the load.
    private async Task<StatementCounters?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(LongestReading);
        try
        {
            await using var connection = await _admin.OpenConnectionAsync(limit.Token);
            return await StatementCounters.ReadAsync(connection, limit.Token);
        }
        catch (Exception missing) when (missing is NpgsqlException or OperationCanceledException or InvalidOperationException)
        {
            Blindness = $"No statements of {Name}: pg_stat_statements could not be read ({missing.Message.Split('\n')[0].TrimEnd()}).";
            return null;
        }
    }
}
