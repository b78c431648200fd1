using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>What the load saw while the schema changed under it.</summary>
/// <param name="LongestLockWait">By looking at pg_locks every 10 ms: it can be short by that much.</param>
/// <param name="LongestResponse">Waiting and working together, as the application sees it.</param>
/// <param name="Failures">Distinct messages of queries that failed.</param>
public sealed record LiveLoadResult(
    long Queries, TimeSpan LongestLockWait, TimeSpan LongestResponse, string LongestQuery, IReadOnlyList<string> Failures);

/// <summary>An application in miniature: reads and writes in loops on several connections, until it is stopped.</summary>
internal sealed class LiveLoad : IAsyncDisposable
{
    private const string ApplicationName = "loadharness-live";
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(10);

    // An application thinks between queries; without a pause the load alone would use the machine up.
    private static readonly TimeSpan Think = TimeSpan.FromMilliseconds(5);

    private static readonly string[] Queries =
    [
        "select id, name from leads where workspace_id = $1 and email = (select email from leads where workspace_id = $1 and id = $2)",
        "select id, email from leads where workspace_id = $1 order by id limit 50",
        "select count(*) from email_sends where workspace_id = $1 and lead_id = $2",
        "select activity_type from lead_activities where workspace_id = $1 and lead_id = $2 order by created_at desc limit 10",
        "update leads set updated_at = now() where workspace_id = $1 and id = $2",
        "insert into lead_activities (workspace_id, lead_id, activity_type) select workspace_id, id, 'viewed' from leads where workspace_id = $1 and id = $2",
        "update email_sends set opened_at = now(), status = 'opened' where workspace_id = $1 and lead_id = $2",
    ];

    private readonly NpgsqlDataSource source;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly HashSet<string> failures = [];
    private readonly List<Task> loops = [];
    private long queries;
    private TimeSpan longestResponse;
    private TimeSpan longestLockWait;
    private string longestQuery = "";

    private LiveLoad(NpgsqlDataSource source) => this.source = source;

    public static async Task<LiveLoad> StartAsync(NpgsqlDataSource source, int connections, CancellationToken ct)
    {
        var load = new LiveLoad(source);
        var (workspace, lowest, highest) = await LargestWorkspaceAsync(source, ct);
        for (var user = 0; user < connections; user++)
        {
            var random = new Random(user);
            load.loops.Add(Task.Run(() => load.WorkAsync(workspace, lowest, highest, random), ct));
        }

        load.loops.Add(Task.Run(load.WatchLocksAsync, ct));
        return load;
    }

    public async Task<LiveLoadResult> StopAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        return new LiveLoadResult(queries, longestLockWait, longestResponse, longestQuery, [.. failures]);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        stop.Dispose();
    }

    private static async Task<(long Workspace, long Lowest, long Highest)> LargestWorkspaceAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select workspace_id, min(id), max(id) from leads group by workspace_id order by count(*) desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : (1, 1, 1);
    }

    private async Task WorkAsync(long workspace, long lowest, long highest, Random random)
    {
        await using var connection = await OpenAsync();
        while (!stop.IsCancellationRequested)
        {
            var sql = Queries[random.Next(Queries.Length)];
            var watch = Stopwatch.StartNew();
            try
            {
                await using var command = new NpgsqlCommand(sql, connection)
                {
                    CommandTimeout = 0,
                    Parameters = { new() { Value = workspace }, new() { Value = random.NextInt64(lowest, highest + 1) } },
                };
                await command.ExecuteNonQueryAsync();
                Record(sql, watch.Elapsed);
            }
            catch (PostgresException e)
            {
                lock (gate) failures.Add($"{e.SqlState}: {e.MessageText}");
            }

            await Task.Delay(Think);
        }
    }

    private void Record(string sql, TimeSpan response)
    {
        lock (gate)
        {
            queries++;
            if (response <= longestResponse)
                return;
            longestResponse = response;
            longestQuery = sql;
        }
    }

    private async Task WatchLocksAsync()
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            select coalesce(max(extract(epoch from clock_timestamp() - l.waitstart)), 0)::float8
            from pg_locks l
            join pg_stat_activity a on a.pid = l.pid
            where not l.granted and a.application_name = $1 and a.datname = current_database()
            """,
            connection)
        {
            Parameters = { new() { Value = ApplicationName } },
        };
        while (!stop.IsCancellationRequested)
        {
            var wait = TimeSpan.FromSeconds((double)(await command.ExecuteScalarAsync())!);
            if (wait > longestLockWait)
                longestLockWait = wait;
            await Task.Delay(Sampling);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await source.OpenConnectionAsync();
        await using var name = new NpgsqlCommand("select set_config('application_name', $1, false)", connection)
        {
            Parameters = { new() { Value = ApplicationName } },
        };
        await name.ExecuteNonQueryAsync();
        return connection;
    }
}
