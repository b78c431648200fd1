using System.Diagnostics;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>What the load saw while the schema changed under it.</summary>
/// <param name="LongestResponse">Waiting and working together, as the application sees it.</param>
/// <param name="Failures">Distinct messages of queries that failed.</param>
/// <param name="InsertedActivities">Rows that the load added to lead_activities; it adds none elsewhere and deletes none.</param>
public sealed record LiveLoadResult(
    long Queries, LockWait LongestLockWait, TimeSpan LongestResponse, string LongestQuery, IReadOnlyList<string> Failures,
        long InsertedActivities);

/// <summary>An application in miniature: reads and writes in loops on several connections, until it is stopped.</summary>
internal sealed class LiveLoad : IAsyncDisposable
{
    private const string ApplicationName = "loadharness-live";
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

    private const string InsertActivity = "insert into lead_activities";

    private readonly NpgsqlDataSource _source;
    private readonly LockWatch _watch;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _failures = [];
    private readonly List<Task> _loops = [];
    private long _queries;
    private long _insertedActivities;
    private TimeSpan _longestResponse;
    private string _longestQuery = "";

    private LiveLoad(NpgsqlDataSource source, Func<string> step)
    {
        this._source = source;
        _watch = new LockWatch(source, ApplicationName, step);
    }

    /// <param name="step">What the migration is doing: named beside the longest wait.</param>
    public static async Task<LiveLoad> StartAsync(
        NpgsqlDataSource source, int connections, Func<string> step, CancellationToken cancellationToken)
    {
        var load = new LiveLoad(source, step);
        var (workspace, lowest, highest) = await LargestWorkspaceAsync(source, cancellationToken);
        for (var user = 0; user < connections; user++)
        {
            var random = new Random(user);
            load._loops.Add(Task.Run(() => load.WorkAsync(workspace, lowest, highest, random), cancellationToken));
        }

        load._loops.Add(Task.Run(() => load._watch.RunAsync(load._stop.Token), cancellationToken));
        return load;
    }

    public async Task<LiveLoadResult> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        return new LiveLoadResult(_queries, _watch.Longest, _longestResponse, _longestQuery, [.. _failures], _insertedActivities);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private static async Task<(long Workspace, long Lowest, long Highest)> LargestWorkspaceAsync(
        NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "select workspace_id, min(id), max(id) from leads group by workspace_id order by count(*) desc limit 1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : (1, 1, 1);
    }

    private async Task WorkAsync(long workspace, long lowest, long highest, Random random)
    {
        await using var connection = await OpenAsync();
        while (!_stop.IsCancellationRequested)
        {
            var sql = Queries[random.Next(Queries.Length)];
            var began = Stopwatch.StartNew();
            try
            {
                await using var command = new NpgsqlCommand(sql, connection)
                {
                    CommandTimeout = 0,
                    Parameters = { new() { Value = workspace }, new() { Value = random.NextInt64(lowest, highest + 1) } },
                };
                var rows = await command.ExecuteNonQueryAsync();
                Record(sql, rows, began.Elapsed);
            }
            catch (PostgresException e)
            {
                lock (_gate) _failures.Add($"{e.SqlState}: {e.MessageText}");
            }

            await Task.Delay(Think);
        }
    }

    private void Record(string sql, int rows, TimeSpan response)
    {
        lock (_gate)
        {
            _queries++;
            if (sql.StartsWith(InsertActivity, StringComparison.Ordinal))
                _insertedActivities += rows;
            if (response <= _longestResponse)
                return;
            _longestResponse = response;
            _longestQuery = sql;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = await _source.OpenConnectionAsync();
        await using var name = new NpgsqlCommand("select set_config('application_name', $1, false)", connection)
        {
            Parameters = { new() { Value = ApplicationName } },
        };
        await name.ExecuteNonQueryAsync();
        return connection;
    }
}
