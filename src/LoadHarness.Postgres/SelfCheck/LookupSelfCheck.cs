using System.Globalization;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.SelfCheck;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>What the engine costs beside a bare Npgsql loop and pgbench on the same server, in turns, as ratios; and what watching the server costs.</summary>
public static class LookupSelfCheck
{
    private const int Rounds = 4;

    /// <param name="connectionString">Of a role that may create a table. The table is dropped at the end.</param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(string connectionString, SelfCheckScale scale, IStageProgress progress, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = LookupRates.Users + 8, Multiplexing = false };
        var database = NpgsqlDataSource.Create(settings);
        await using var _ = database.ConfigureAwait(false);
        var table = await LookupTable.CreateAsync(database, cancellationToken).ConfigureAwait(false);
        await using var __ = table.ConfigureAwait(false);
        progress.Note($"A prepared lookup by {LookupRates.Users} users: bare loop, engine, pgbench, engine while watched; {Rounds} rounds.");
        await LookupRates.ByBareLoopAsync(database, TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        await LookupRates.ByEngineAsync(database, TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);

        var (bare, engine, watched, pgbench) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await LookupRates.ByBareLoopAsync(database, scale.ThroughputTime, cancellationToken).ConfigureAwait(false));
            engine.Add(await LookupRates.ByEngineAsync(database, scale.ThroughputTime, cancellationToken).ConfigureAwait(false));
            watched.Add(await WatchedAsync(database, scale.ThroughputTime, cancellationToken).ConfigureAwait(false));
            if (await PgbenchRate.MeasureAsync(connectionString, scale.ThroughputTime, cancellationToken).ConfigureAwait(false) is { } rate) pgbench.Add(rate);
        }

        return Judge(bare, engine, watched, pgbench);
    }

    private static List<Verdict> Judge(List<double> bare, List<double> engine, List<double> watched, List<double> pgbench)
    {
        var evidence = $"bare loop {Spread(bare)}; engine {Spread(engine)}; engine while watched {Spread(watched)}; pgbench {Spread(pgbench)}";
        return
        [
            Judgement.AtLeast("SELF-BARE", "Lookup by the engine against a bare Npgsql loop", Median(engine) / Median(bare), 0.97, "ratio", Rounds, evidence),
            pgbench.Count > 0
                ? Judgement.Stated("SELF-PGBENCH", "Lookup by the engine against pgbench", Median(engine) / Median(pgbench), "ratio", Rounds, evidence)
                : new Verdict("SELF-PGBENCH", "Lookup by the engine against pgbench", VerdictKind.Unavailable, null, null, LimitDirection.AtLeast, "ratio", 0, null, "There is no pgbench on the PATH. Debian: apt-get install postgresql-contrib.", [], null),
            Judgement.Stated("SELF-WATCH", "Throughput while the server is watched", Median(watched) / Median(engine), "ratio", Rounds, evidence),
        ];
    }

    private static async Task<double> WatchedAsync(NpgsqlDataSource database, TimeSpan during, CancellationToken cancellationToken)
    {
        var observer = await DatabaseObserver.StartAsync(database, null, cancellationToken).ConfigureAwait(false);
        await using (observer.ConfigureAwait(false)) return await LookupRates.ByEngineAsync(database, during, cancellationToken).ConfigureAwait(false);
    }

    private static double Median(List<double> rates)
    {
        var sorted = rates.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static string Spread(List<double> rates) => rates.Count == 0
        ? "not measured"
        : string.Create(CultureInfo.InvariantCulture, $"{Median(rates):N0}/s ({rates.Min():N0} to {rates.Max():N0})");
}
