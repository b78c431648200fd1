using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>What the load saw while the schema changed under it.</summary>
/// <param name="LongestResponse">From the intended start: waiting and working together, as the application sees it.</param>
/// <param name="P99">Of the slowest operation, from the intended start; null of too few queries.</param>
/// <param name="Failures">Distinct messages of queries that failed.</param>
/// <param name="InsertedActivities">Rows that the load added to lead_activities; it adds none elsewhere and deletes none.</param>
public sealed record LiveLoadResult(
    long Queries, LockWait LongestLockWait, TimeSpan LongestResponse, string LongestQuery, TimeSpan? P99, IReadOnlyList<string> Failures,
    long InsertedActivities);

/// <summary>
/// An application in miniature on the load engine: each connection reads and writes on a schedule of its own, until it is stopped. A query
/// that should have begun while another one was blocked counts from when it should have begun.
/// </summary>
internal sealed class LiveLoad : IAsyncDisposable
{
    private const string ApplicationName = "loadharness-live";
    private const string InsertActivity = "insert_activity";

    // An application thinks between queries; without a pause the load alone would use the machine up.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    // Longer than any migration: the load ends when it is stopped.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private static readonly (string Name, string Sql)[] Queries =
    [
        ("email_lookup",
            "select id, name from leads where workspace_id = $1 and email = (select email from leads where workspace_id = $1 and id = $2)"),
        ("first_page", "select id, email from leads where workspace_id = $1 order by id limit 50"),
        ("sends_of_lead", "select count(*) from email_sends where workspace_id = $1 and lead_id = $2"),
        ("activities_of_lead",
            "select activity_type from lead_activities where workspace_id = $1 and lead_id = $2 order by created_at desc limit 10"),
        ("touch_lead", "update leads set updated_at = now() where workspace_id = $1 and id = $2"),
        (InsertActivity,
            """
            insert into lead_activities (workspace_id, lead_id, activity_type)
            select workspace_id, id, 'viewed' from leads
            where workspace_id = $1 and id = $2
            """),
        ("open_send", "update email_sends set opened_at = now(), status = 'opened' where workspace_id = $1 and lead_id = $2"),
    ];

    private readonly SystemLoadClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<NpgsqlConnection> _connections = [];
    private readonly LockWatch _watch;
    private Task<IReadOnlyList<ScenarioResult>> _load = Task.FromResult<IReadOnlyList<ScenarioResult>>([]);
    private Task _watching = Task.CompletedTask;
    private (long Workspace, long Lowest, long Highest) _leads;

    private LiveLoad(LockWatch watch) => _watch = watch;

    /// <param name="step">What the migration is doing: named next to the longest wait.</param>
    public static async Task<LiveLoad> StartAsync(
        NpgsqlDataSource source, int connections, Func<string> step, CancellationToken cancellationToken)
    {
        var load = new LiveLoad(new LockWatch(source, ApplicationName, step))
        {
            _leads = await LargestWorkspaceAsync(source, cancellationToken),
        };
        for (var user = 0; user < connections; user++) load._connections.Add(await OpenAsync(source, cancellationToken));
        load._watching = Task.Run(() => load._watch.RunAsync(load._stop.Token), cancellationToken);
        load._load = load.RunAsync();
        return load;
    }

    public async Task<LiveLoadResult> StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        var operations = (await _load)[0].Operations;
        var slowest = operations.MaxBy(operation => operation.Response.Maximum ?? TimeSpan.Zero)!;
        return new LiveLoadResult(
            operations.Sum(operation => operation.Accounting.Completed + operation.Accounting.Failed),
            _watch.Longest,
            slowest.Response.Maximum ?? TimeSpan.Zero,
            slowest.Name,
            operations.Max(operation => operation.Response.P99),
            [.. operations.SelectMany(operation => operation.Errors).Select(error => error.Words).Distinct()],
            operations.Single(operation => operation.Name == InsertActivity).Items ?? 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        await _load;
        foreach (var connection in _connections) await connection.DisposeAsync();
        _clock.Dispose();
        _stop.Dispose();
    }

    private Task<IReadOnlyList<ScenarioResult>> RunAsync()
    {
        var scenario = Scenario.CreateMix(
            ApplicationName, [.. Queries.Select(query => (query.Name, 1.0, Iteration(query.Name, query.Sql)))])
            .WithPacing(Pace)
            .WithLoadSimulations(Simulation.KeepConstant(_connections.Count, Longest));
        // A query that a lock holds back is waited for: it is what this load is there to see.
        var options = new LoadRunnerOptions { InterruptedDrainTime = TimeSpan.FromMinutes(10) };
        return new LoadRunner(_clock, options).RunAsync([scenario], null, _stop.Token);
    }

    private Func<IScenarioContext, Task<IResponse>> Iteration(string name, string sql) => async context =>
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, _connections[context.UserNumber])
            {
                CommandTimeout = 0,
                Parameters = { new() { Value = _leads.Workspace },
                    new() { Value = context.Random.NextInt64(_leads.Lowest, _leads.Highest + 1) } },
            };
            var rows = await command.ExecuteNonQueryAsync(CancellationToken.None);
            return name == InsertActivity ? Response.Ok(rows) : Response.Ok();
        }
        catch (PostgresException e)
        {
            return Response.Fail(e.MessageText, e.SqlState);
        }
    };

    private static async Task<(long Workspace, long Lowest, long Highest)> LargestWorkspaceAsync(
        NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var largest = await source.ListAsync(
            "select workspace_id, min(id), max(id) from leads group by workspace_id order by count(*) desc limit 1",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken);
        return largest is [var found, ..] ? found : (1, 1, 1);
    }

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ScalarAsync<string>(
            "select set_config('application_name', $1, false)", cancellationToken, ApplicationName);
        return connection;
    }
}
