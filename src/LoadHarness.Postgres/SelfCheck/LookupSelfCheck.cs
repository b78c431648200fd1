using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.SelfCheck;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>
/// What the engine costs next to a bare Npgsql loop and pgbench on the same server, in turns, as ratios; and what watching the server
/// costs.
/// </summary>
public static class LookupSelfCheck
{
    /// <param name="connectionString">Of a role that may create a table. The table is dropped at the end.</param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        string connectionString, SelfCheckScale scale, IStageProgress progress, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = LookupRates.Users + 8, Multiplexing = false };
        var database = NpgsqlDataSource.Create(settings);
        await using var _ = database;
        var table = await LookupTable.CreateAsync(database, cancellationToken);
        await using var __ = table;
        progress.Note(
            $"A prepared lookup by {LookupRates.Users} users: bare loop, engine, engine while watched, pgbench; "
                + $"{scale.LookupRounds} rounds.");
        await LookupRates.ByBareLoopAsync(database, TimeSpan.FromSeconds(1), cancellationToken);
        await LookupRates.ByEngineAsync(database, TimeSpan.FromSeconds(1), cancellationToken);

        var turns = new LookupTurns();
        (List<double> Rates, Func<Task<double?>> Measure)[] ways =
        [
            (turns.Bare, async () => await LookupRates.ByBareLoopAsync(database, scale.LookupTime, cancellationToken)),
            (turns.Engine, async () => await LookupRates.ByEngineAsync(database, scale.LookupTime, cancellationToken)),
            (turns.Watched, async () => await WatchedAsync(database, scale.LookupTime, cancellationToken)),
            (turns.Pgbench, () => PgbenchRate.MeasureAsync(connectionString, scale.LookupTime, cancellationToken)),
        ];
        for (var round = 0; round < scale.LookupRounds; round++)
        {
            // Each way comes first, second, third and last equally often: its place in the round shows in its figures.
            foreach (var (rates, measure) in ways.Skip(round % ways.Length).Concat(ways.Take(round % ways.Length)))
                if (await measure() is { } rate)
                    rates.Add(rate);
        }

        return [.. turns.Judge()];
    }

    private static async Task<double> WatchedAsync(NpgsqlDataSource database, TimeSpan during, CancellationToken cancellationToken)
    {
        var observer = await DatabaseObserver.StartAsync(database, null, cancellationToken);
        await using (observer) return await LookupRates.ByEngineAsync(database, during, cancellationToken);
    }
}
