using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The server's counters over time.</summary>
internal static class DatabaseFigures
{
    public static IEnumerable<Figure> Of(IReadOnlyList<DatabaseSample> samples)
    {
        var start = samples[0].AtUtc;
        var groups = Downsampling.Groups(samples, sample => (int)(sample.AtUtc - start).TotalSeconds, ScenarioFigures.MostPoints);
        Line Of(string name, int color, Func<DatabaseSample, double> value) =>
            new(name, color, [.. groups.Select(group => ((double)group.FromSecond, group.Members.Average(value)))]);

        yield return Over("db-sessions", "Sessions", "Sessions of the database, by what they do.", Wording.Significant,
            [Of("active", 0, s => s.Active), Of("waiting", 1, s => s.Waiting), Of("idle in transaction", 2, s => s.IdleInTransaction)]);
        if (samples.Any(sample => sample.ServerCpuCores is not null))
            yield return Over("db-cpu", "Server CPU", "Cores that the server kept busy.", Wording.Significant, [Of("cores", 0, s => s.ServerCpuCores ?? 0)]);
        if (samples.Any(sample => sample.CacheHitShare is not null))
            yield return Cache(samples, groups);
        yield return Over("db-wal", "Write-ahead log", "Bytes of WAL written a second.", Wording.Bytes, [Of("WAL a second", 3, s => s.WalBytesPerSecond)]);
        yield return Over("db-transactions", "Transactions", "Transactions a second.", Wording.Significant, [Of("transactions a second", 4, s => s.TransactionsPerSecond)]);
        if (samples.Any(sample => sample.ServerResidentBytes is not null))
            yield return Over("db-memory", "Server memory", "Resident bytes of the server's processes together.", Wording.Bytes, [Of("resident", 5, s => s.ServerResidentBytes ?? 0)]);
    }

    private static Figure Cache(IReadOnlyList<DatabaseSample> samples, IReadOnlyList<(int FromSecond, int Seconds, IReadOnlyList<DatabaseSample> Members)> groups)
    {
        var points = groups.Where(group => group.Members.Any(sample => sample.CacheHitShare is not null))
            .Select(group => ((double)group.FromSecond, group.Members.Average(sample => sample.CacheHitShare) ?? 0)).ToList();
        return Over("db-cache", "Cache hit", "Share of the blocks asked for that were in shared buffers.", Wording.Percent,
            [new("cache hit", 0, points)], ceiling: 1.05, $"Mean {Wording.Percent(samples.Average(sample => sample.CacheHitShare) ?? 0)}. ");
    }

    private static Figure Over(string id, string title, string reading, Func<double, string> label, IReadOnlyList<Line> lines, double? ceiling = null, string prefix = "") => new(
        id,
        title,
        reading,
        prefix + string.Join(" ", lines.Select(line => $"{line.Name}: mean {label(line.Points.Average(p => p.Value))}, highest {label(line.Points.Max(p => p.Value))}.")),
        TimelineChart.Draw(id, [.. lines.Select(line => new Series(line.Name, ChartColor.Series(line.Color), line.Points))], label, ceiling: ceiling),
        [.. lines.Select(line => new LegendEntry($"series-{line.Color + 1}", line.Name))],
        new(
            ["From second", .. lines.Select(line => line.Name)],
            [.. lines[0].Points.Select((point, i) => (IReadOnlyList<string>)[Wording.Significant(point.Second), .. lines.Select(line => label(line.Points[i].Value))])]));

    private sealed record Line(string Name, int Color, IReadOnlyList<(double Second, double Value)> Points);
}
