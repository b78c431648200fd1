using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Initial;
using Npgsql;

namespace LoadHarness.Workloads.Checking;

/// <summary>What <c>workload check</c> found, as verdicts.</summary>
public static class WorkloadChecks
{
    /// <summary>A table above this is large enough that reading all of it is worth a word.</summary>
    private const long LargeTableBytes = 10 * 1024 * 1024;

    public static async Task<IReadOnlyList<Verdict>> OfAsync(
        Workload workload, string connectionString, IReadOnlyList<StatementTrial> trials, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        var large = await LargeTablesAsync(connection, cancellationToken);
        return
        [
            .. trials.Select((trial, place) => OfStatement($"RUN-{place + 1}", trial)),
            .. trials.Where(trial => trial.Plan is { SequentialScans: var scans } && scans.Any(large.ContainsKey))
                .Select((trial, place) => OfScan($"SCAN-{place + 1}", trial, large)),
            await ConnectionsAsync(workload, connection, cancellationToken),
            .. await MissingAsync(workload, connection, cancellationToken),
        ];
    }

    private static Verdict OfStatement(string id, StatementTrial trial) => Verdict.Looked(
        id, $"{trial.Operation} runs", trial.Fault is null,
        trial.Fault is { } fault ? $"{trial.Place}: {fault}"
        : trial.Plan is { } plan
            ? $"{trial.Place}: {plan.ExecutionTime.TotalMilliseconds:0.###} ms; {Way(plan.Indexes, plan.SequentialScans)}"
            : trial.Place);

    private static string Way(IReadOnlyList<string> indexes, IReadOnlyList<string> scans) =>
        indexes.Count > 0 ? $"by {string.Join(", ", indexes)}" : scans.Count > 0
            ? $"reads all of {string.Join(", ", scans)}"
            : "reads no table";

    // Not a miss: a report may have to read all. A person is to know it.
    private static Verdict OfScan(string id, StatementTrial trial, IReadOnlyDictionary<string, long> large) => Verdict.Stated(
        id, $"{trial.Plan!.Query} reads all of a large table",
        string.Join("; ", trial.Plan.SequentialScans.Where(large.ContainsKey)
            .Select(table => $"{table}, {large[table] / 1e6:N0} MB")) + ": is an index missing?");

    private static async Task<Verdict> ConnectionsAsync(Workload workload, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string id = "CONNECTIONS";
        const string title = "Connections for the most users at once";
        var connections = WorkloadConnections.Of(workload, await FreeConnections.ReadAsync(connection, cancellationToken));
        var wanted = connections.AtMost;
        if (connections.Free is not { } free)
            return Verdict.Unavailable(id, title, $"{wanted} wanted; behind a pooler it is not known how many are free.");
        return Verdict.Looked(
            id, title, wanted <= free,
            $"{wanted} wanted, {free} free{(wanted <= free ? "" : "; raise max_connections, or lower copies or maxInFlight")}");
    }

    private static async Task<IReadOnlyList<Verdict>> MissingAsync(
        Workload workload, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var counted = await CountedStatements.AreThereAsync(connection, cancellationToken);
        var unused = workload.Statements.Keys.Except(workload.File.Scenarios.Values.SelectMany(scenario => scenario.Used()))
            .Except(workload.Parameters.Values.SelectMany(parameter => new[] { parameter.First, parameter.Next })).ToList();
        return
        [
            .. counted ? Array.Empty<Verdict>() : [Verdict.Unavailable(
                "STATEMENTS", "The server counts statements",
                "There is no pg_stat_statements: the report will not say what a statement costs the server. "
                    + "create extension pg_stat_statements")],
            .. workload.Targets.Count > 0 ? Array.Empty<Verdict>() : [Verdict.Unavailable(
                "TARGETS", "There is something to judge by",
                    "workload.json has no targets: a run measures, judges nothing and ends with exit code 5.")],
            .. unused.Count == 0 ? Array.Empty<Verdict>() : [Verdict.Unavailable(
                "UNUSED", "Every statement is used", $"No scenario has {string.Join(", ", unused)}.")],
        ];
    }

    private static async Task<IReadOnlyDictionary<string, long>> LargeTablesAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var large = await connection.ListAsync(
            """
            select coalesce(p.relname, c.relname)::text, sum(pg_relation_size(c.oid))::bigint
            from pg_class c
            left join pg_inherits i on i.inhrelid = c.oid
            left join pg_class p on p.oid = i.inhparent
            where c.relkind in ('r', 'm') and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            group by 1 having sum(pg_relation_size(c.oid)) > $1
            """, row => (Table: row.GetString(0), Bytes: row.GetInt64(1)), cancellationToken, LargeTableBytes);
        return large.ToDictionary(table => table.Table, table => table.Bytes, StringComparer.Ordinal);
    }
}
