using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The server's counters on the run's clock. What was not measured is not drawn.</summary>
internal static class DatabaseFigures
{
    private const int MostPoints = 240;

    public static IEnumerable<Chart> Of(RunResult run, ClockAxis clock, IReadOnlyList<Phase> phases)
    {
        var samples = run.Observation!.Samples;
        Series? Of(string name, int color, Func<DatabaseSample, double?> value)
        {
            var points = samples.Select(sample => (X: RunTimeline.Since(run, sample.AtUtc), Y: value(sample)))
                .Where(point => point.Y is { } y && Axis.Drawable(y) && clock.Holds(point.X)).Select(point => (point.X, Y: point.Y!.Value))
                    .ToList();
            return points.Count == 0
                ? null
                : new(name, Tone.Series(color), Downsampling.Broken(Downsampling.Extremes(points, MostPoints))) { Measured = points };
        }
        Chart? Over(
            string id, string title, string reading, Func<double, string> label, StretchFigure tabled, Series?[] lines,
            bool bytes = false) =>
            lines.OfType<Series>().ToList() is { Count: > 0 } drawn
                ? ClockFigure.Of(id, title, reading, drawn, clock, phases, label, tabled, bytes)
                : null;
        string Cores(double value) => $"{Format.Significant(value)} cores";
        string Rate(double value) => $"{Format.Bytes(value)}/s";
        var (highest, mean) = (StretchFigure.Highest, StretchFigure.Mean);

        var figures = new[]
        {
            Over("db-sessions", "Sessions", "Sessions of the database, by what they do.", Format.Significant, highest,
                [Of("connections", 3, s => s.Connections), Of("active", 0, s => s.Active), Of("waiting", 1, s => s.Waiting),
                    Of("idle in transaction", 2, s => s.IdleInTransaction)]),
            Over("db-cpu", "CPU", "Cores kept busy by the server, and by the generator where it was sampled.", Cores, mean,
                [Of("server", 0, s => s.ServerCpuCores), Of("generator", 1, s => s.GeneratorCpuCores)]),
            Over("db-cache", "Cache hit", "Share of the blocks asked for that were in shared buffers.",
                share => Format.Percent(Math.Round(share, 4)), mean, [Of("cache hit", 0, s => s.CacheHitShare)]),
            Over("db-io", "Reading and writing", "Seconds a second that sessions spent reading and writing blocks, all together.",
                value => $"{Format.Significant(value)} s/s", mean, [Of("I/O time", 2, s => s.IoSecondsPerSecond)]),
            Over("db-wal", "Write-ahead log, temporary files", "Bytes written a second.", Rate, mean,
                [Of("WAL", 0, s => s.WalBytesPerSecond), Of("temporary", 1, s => s.TempBytesPerSecond)], bytes: true),
            Over("db-transactions", "Transactions", "Transactions a second.", value => $"{Format.Significant(value)}/s", mean,
                [Of("transactions", 0, s => s.TransactionsPerSecond)]),
            Over("db-locks", "Waits for locks", "Sessions that wait for a lock of another.", Format.Significant, highest,
                [Any(samples, s => s.LockWaits) ? Of("waiting for a lock", 1, s => s.LockWaits) : null]),
            Over("db-background", "Checkpoints and autovacuum", "Checkpoints begun in each second; autovacuum workers at work.",
                Format.Significant, highest,
                [Any(samples, s => s.Checkpoints) ? Of("checkpoints", 0, s => s.Checkpoints) : null,
                    Any(samples, s => s.AutovacuumWorkers) ? Of("autovacuum workers", 1, s => s.AutovacuumWorkers) : null]),
            Over("db-memory", "Server memory", "Resident bytes of the server's processes together.", Format.Bytes, highest,
                [Of("resident", 0, s => s.ServerResidentBytes)], bytes: true),
        };
        return figures.OfType<Chart>();
    }

    /// <summary>A counter that stayed at zero is said in no chart.</summary>
    private static bool Any(IReadOnlyList<DatabaseSample> samples, Func<DatabaseSample, int?> value) =>
        samples.Any(sample => value(sample) > 0);
}
