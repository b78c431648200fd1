using System.Data;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.Postgres.Observation.Plans;

/// <summary>
/// Plans of the statements under test, each executed once as the application's roles, outside the measured window. What they write is
/// rolled back.
/// </summary>
public static class PlanCollector
{
    private static readonly string[] Roles = ["lh_app", "lh_worker"];

    /// <param name="connectionString">
    /// A login that may take the roles; directly to the server, since a pooler would share the session with others.
    /// </param>
    /// <param name="sequences">Statements of one sequence run in one transaction.</param>
    /// <param name="roleOf">The role to take instead of lh_app or lh_worker, where a schema has neither.</param>
    /// <returns>The plans, and why some are missing.</returns>
    public static async Task<(IReadOnlyList<QueryPlan> Plans, IReadOnlyList<string> Notes)> CollectAsync(
        string connectionString, long workspaceId, IEnumerable<IReadOnlyList<ExplainedStatement>> sequences,
            CancellationToken cancellationToken,
        Func<string, string>? roleOf = null)
    {
        // The session logs plans, and ends with this.
        await using var connection = await SingleSession.OpenAsync(
            new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "loadharness/plans", CommandTimeout = 0 },
            cancellationToken);
        // On a cluster the coordinator's plans say where a statement goes, not how it is answered.
        if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed)
            return ([], ["Plans are not collected on a cluster: those of its workers are not seen from the coordinator."]);
        var tenants = Roles.ToDictionary(
            role => role, role => TenantDatabase.Open(connectionString, roleOf?.Invoke(role) ?? role, workspaceId, 1));
        var session = await PlanSession.BeginAsync(connection, cancellationToken);
        var (plans, notes) = (new List<QueryPlan>(), new List<string>());
        try
        {
            foreach (var sequence in sequences)
            {
                // A statement with fewer arguments than parameters breaks the protocol, and with it the session.
                if (connection.State != ConnectionState.Open)
                {
                    await connection.CloseAsync();
                    await connection.OpenAsync(cancellationToken);
                    session = await PlanSession.BeginAsync(connection, cancellationToken);
                }

                if (await SequenceAsync(connection, session, tenants, sequence, plans, cancellationToken) is { } note) notes.Add(note);
            }
        }
        finally
        {
            foreach (var tenant in tenants.Values) await tenant.DisposeAsync();
        }

        return (plans, notes);
    }

    private static async Task<string?> SequenceAsync(
        NpgsqlConnection connection, PlanSession session, Dictionary<string, TenantDatabase> tenants,
        IReadOnlyList<ExplainedStatement> sequence, List<QueryPlan> plans, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var results = new Dictionary<string, IReadOnlyList<object>>();
        var at = "";
        try
        {
            foreach (var statement in sequence)
            {
                at = statement.Name;
                var arguments = statement.Arguments(results);
                results[statement.Name] = statement.Operations.Count == 0
                    ? await session.RunAsync(tenants[statement.Role].QueryAsync, statement, arguments, cancellationToken)
                    : await KeepAsync(statement, arguments);
            }
        }
        catch (Exception fault) when (fault is PostgresException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            // A plan that cannot be had must not cost the figures of the run.
            return $"No plan of {at}: {fault.Message.Split('\n')[0].TrimEnd()}";
        }

        return null;

        async Task<IReadOnlyList<object>> KeepAsync(ExplainedStatement statement, IReadOnlyList<object?> arguments)
        {
            var (plan, rows) = await session.ExplainAsync(
                tenants[statement.Role].QueryAsync, statement, arguments, rowsNeeded: sequence.Count > 1, cancellationToken);
            plans.Add(plan);
            return rows;
        }
    }
}
