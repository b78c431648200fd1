using System.Diagnostics;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using Npgsql;

namespace LoadHarness.Postgres.SelfCheck;

/// <summary>The same prepared lookup by 16 users, driven in two ways. Figures are lookups a second.</summary>
internal static class LookupRates
{
    public const int Users = 16;

    public static async Task<double> ByEngineAsync(NpgsqlDataSource database, TimeSpan during, CancellationToken cancellationToken)
    {
        var lookups = await PreparedLookup.OpenAsync(database, Users, cancellationToken);
        var scenario = Scenario.Create("lookup", async context =>
        {
            await lookups[context.UserNumber].RunAsync(context.Random.Next(1, LookupTable.Rows + 1), CancellationToken.None);
            return Response.Ok();
        });
        using var clock = new SystemLoadClock();
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync(
            [scenario.WithLoadSimulations(Simulation.KeepConstant(Users, during))], null, cancellationToken);
        foreach (var lookup in lookups) await lookup.DisposeAsync();
        return results[0].Operations[0].ThroughputPerSecond;
    }

    public static async Task<double> ByBareLoopAsync(NpgsqlDataSource database, TimeSpan during, CancellationToken cancellationToken)
    {
        var lookups = await PreparedLookup.OpenAsync(database, Users, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(lookups.Select((lookup, i) => Task.Run(() => Loop(lookup, i, started, during), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(started);
        foreach (var lookup in lookups) await lookup.DisposeAsync();
        return counts.Sum() / elapsed.TotalSeconds;
    }

    private static async Task<long> Loop(PreparedLookup lookup, int seed, long started, TimeSpan during)
    {
        var random = new Random(seed);
        var count = 0L;
        for (; Stopwatch.GetElapsedTime(started) < during; count++)
            await lookup.RunAsync(random.Next(1, LookupTable.Rows + 1), CancellationToken.None);
        return count;
    }
}
