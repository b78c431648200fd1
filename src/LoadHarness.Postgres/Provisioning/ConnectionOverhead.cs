using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>What it costs to reach the server, one way of connecting (RE-4).</summary>
/// <param name="MeanMilliseconds">Of one request: get a connection, <c>select 1</c>, give it back.</param>
/// <param name="BackendsStarted">Server processes forked for these requests.</param>
public sealed record ConnectionOverhead(string Way, int Requests, double MeanMilliseconds, double RequestsPerSecond, long BackendsStarted)
{
    /// <summary>The same requests connecting each time, through Npgsql's pool, and through pgbouncer when one is given (connecting to it each time).</summary>
    public static async Task<IReadOnlyList<ConnectionOverhead>> MeasureAsync(string serverConnectionString, PgBouncer? pooler, int requests, int users, CancellationToken cancellationToken)
    {
        var results = new List<ConnectionOverhead>
        {
            await OfAsync("connect per request", Unpooled(serverConnectionString), serverConnectionString, requests, users, cancellationToken),
            await OfAsync("Npgsql pool", Pooled(serverConnectionString, users), serverConnectionString, requests, users, cancellationToken),
        };
        if (pooler is not null)
            results.Add(await OfAsync("pgbouncer", Unpooled(pooler.ConnectionString), serverConnectionString, requests, users, cancellationToken));
        return results;
    }

    private static async Task<ConnectionOverhead> OfAsync(string way, string connectionString, string server, int requests, int users, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await RequestAsync(source, cancellationToken);
        await using var observer = new NpgsqlConnection(Unpooled(server));
        await observer.OpenAsync(cancellationToken);
        var before = await SessionsAsync(observer, cancellationToken);
        var left = requests;
        long busyTicks = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, users).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var started = Stopwatch.GetTimestamp();
                await RequestAsync(source, cancellationToken);
                Interlocked.Add(ref busyTicks, Stopwatch.GetTimestamp() - started);
            }
        }));
        var elapsed = clock.Elapsed;
        var backends = await SessionsAsync(observer, cancellationToken) - before;
        return new ConnectionOverhead(way, requests, busyTicks * 1000.0 / Stopwatch.Frequency / requests, requests / elapsed.TotalSeconds, backends);
    }

    private static async Task RequestAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Sessions of this database since its statistics began; the server publishes a new one when its backend first goes idle or ends.</summary>
    private static async Task<long> SessionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        await using var command = new NpgsqlCommand("select sessions from pg_stat_database where datname = current_database()", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Unpooled(string text) => new NpgsqlConnectionStringBuilder(text) { Pooling = false }.ConnectionString;

    private static string Pooled(string text, int users) => new NpgsqlConnectionStringBuilder(text) { Pooling = true, MaxPoolSize = users }.ConnectionString;
}
