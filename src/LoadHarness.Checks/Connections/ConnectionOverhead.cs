using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Words;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Checks.Connections;

/// <summary>What it costs to reach the server, one way of connecting (RE-4).</summary>
/// <param name="RoundMilliseconds">Mean of a request, round by round: get a connection, <c>select 1</c>, give it back.</param>
/// <param name="BackendsStarted">Server processes forked for one round of requests.</param>
public sealed record ConnectionOverhead(string Way, IReadOnlyList<double> RoundMilliseconds, long BackendsStarted)
{
    private const string Target = "RE-4";

    public double MeanMilliseconds => RoundMilliseconds.Average();

    /// <summary>
    /// The same requests connecting each time, through Npgsql's pool, and through pgbouncer when one is given (connecting to it each time).
    /// </summary>
    /// <param name="requests">A round of one way.</param>
    /// <param name="rounds">The ways take turns, so that a machine that slows down slows all of them.</param>
    public static async Task<IReadOnlyList<ConnectionOverhead>> MeasureAsync(
        string serverConnectionString, PgBouncer? pooler, int requests, int users, int rounds, CancellationToken cancellationToken)
    {
        List<(string Name, NpgsqlDataSource Source)> ways =
            [("connect per request", SingleSession.Source(serverConnectionString)), ("Npgsql pool", Pooled(serverConnectionString, users))];
        if (pooler is not null) ways.Add(("pgbouncer", SingleSession.Source(pooler.ConnectionString)));
        try
        {
            var backends = new List<long>();
            foreach (var way in ways)
                backends.Add(await BackendsAsync(way.Source, serverConnectionString, requests, users, cancellationToken));
            var times = ways.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round < rounds; round++)
                for (var way = 0; way < ways.Count; way++)
                    times[way].Add(await RoundAsync(ways[way].Source, requests, users, cancellationToken));
            return [.. ways.Select((way, index) => new ConnectionOverhead(way.Name, times[index], backends[index]))];
        }
        finally
        {
            foreach (var way in ways) await way.Source.DisposeAsync();
        }
    }

    /// <summary>
    /// RE-4: by how many percent the pool makes a request shorter. The request is counted in full, its query too, which understates the
    /// gain. pgbouncer against the pool stands next to it and judges nothing: a careful team has a pool already.
    /// </summary>
    /// <param name="ways">Of <see cref="MeasureAsync"/>.</param>
    public static Comparison Compare(IReadOnlyList<ConnectionOverhead> ways)
    {
        var (unpooled, pooled) = (ways[0], ways[1]);
        var reductions = unpooled.RoundMilliseconds.Zip(pooled.RoundMilliseconds, (without, with) => 100 * (1 - (with / without)))
            .ToArray();
        var words = ways.Select(way =>
            $"{way.Way} {way.MeanMilliseconds:0.000} ms, {way.BackendsStarted} server processes");
        return new(Target, reductions.Average(), Intervals.OfMean(reductions), reductions.Length,
            $"A connection, select 1, and back, in {reductions.Length} rounds in turn: {string.Join("; ", words)} a round. "
                + $"Judged: {pooled.Way} against {unpooled.Way}. Next to it, judging nothing: "
                + (ways.Count > 2 ? Beside(pooled, ways[2]) : "no pgbouncer was there to hold against the pool."));
    }

    private static string Beside(ConnectionOverhead pool, ConnectionOverhead pooler)
    {
        var times = pool.RoundMilliseconds.Zip(pooler.RoundMilliseconds, (own, between) => between / own).ToArray();
        return $"{pooler.Way}, connected to anew for each request, takes {Format.Significant(times.Average())} times as long as {pool.Way} "
            + $"({(Intervals.OfMean(times) is { } interval ? Format.Interval(interval) : "a single round")}).";
    }

    // Outside the timed rounds: the server publishes its count with a delay.
    private static async Task<long> BackendsAsync(
        NpgsqlDataSource source, string server, int requests, int users, CancellationToken cancellationToken)
    {
        await using var observer = await SingleSession.OpenAsync(server, cancellationToken);
        var before = await SessionsAsync(observer, cancellationToken);
        await RoundAsync(source, requests, users, cancellationToken);
        return await SessionsAsync(observer, cancellationToken) - before;
    }

    /// <returns>Mean milliseconds a request.</returns>
    private static async Task<double> RoundAsync(NpgsqlDataSource source, int requests, int users, CancellationToken cancellationToken)
    {
        var scenario = Scenario.Create("connect", async _ =>
        {
            await using var command = source.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(users, requests));
        using var clock = new SystemLoadClock();
        var results = await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync([scenario], null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var requested = results[0].Operations[0];
        return requested.Errors is [var error, ..]
            ? throw new HarnessException($"A connection failed while its cost was measured: {error.Words}")
            : requested.Response.Mean!.Value.TotalMilliseconds;
    }

    /// <summary>
    /// Sessions of this database since its statistics began; the server publishes a new one when its backend first goes idle or ends.
    /// </summary>
    private static async Task<long> SessionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        return await connection.ScalarAsync<long>(
            "select sessions from pg_stat_database where datname = current_database()", cancellationToken);
    }

    private static NpgsqlDataSource Pooled(string text, int users) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text)
    {
        Pooling = true,
        MaxPoolSize = users,
    });
}
