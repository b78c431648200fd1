using LoadHarness.Core.Measurement;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Workload;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Running;
using Npgsql;

namespace LoadHarness.Workloads.Checking;

/// <summary>
/// Runs each statement once with drawn values and keeps its plan. Everything happens in a transaction that is rolled back.
/// </summary>
internal sealed class OperationTrials(NpgsqlConnection connection, PlanSession session, TenantFile? tenant, ulong seed)
{
    private static readonly string[] Planned = ["select", "insert", "update", "delete", "merge", "values", "with", "table"];

    /// <param name="operationsOf">Names under which the report knows an operation, as "scenario/operation".</param>
    public static async Task<IReadOnlyList<StatementTrial>> RunAsync(
        string connectionString, IEnumerable<CompiledOperation> operations, TenantFile? tenant,
        Func<string, IReadOnlyList<string>> operationsOf, ulong seed, CancellationToken cancellationToken)
    {
        // The session logs plans, and ends with this.
        await using var connection = await SingleSession.OpenAsync(new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = 0, ApplicationName = "loadharness/plans",
        }, cancellationToken);
        var trials = new OperationTrials(connection, await PlanSession.BeginAsync(connection, cancellationToken), tenant, seed);
        var all = new List<StatementTrial>();
        foreach (var operation in operations)
            all.AddRange(await trials.RunAsync(operation, operationsOf(operation.Operation.Name), cancellationToken));
        return all;
    }

    private async Task<IReadOnlyList<StatementTrial>> RunAsync(
        CompiledOperation compiled, IReadOnlyList<string> knownAs, CancellationToken cancellationToken)
    {
        var drawn = compiled.NewDraws();
        compiled.Draw(new Random((int)(seed & int.MaxValue)), 0, drawn);
        var earlier = new Dictionary<(string Result, string Column), object>();
        var trials = new List<StatementTrial>();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            if (tenant is not null && compiled.Tenant is { } own)
                await connection.ExecuteAsync(
                    TenantDatabase.BecomeTenantBy(tenant.Setting, tenant.Role), cancellationToken,
                    TenantDatabase.TenantOf(tenant.Role, own(drawn)));
        }
        catch (PostgresException refused)
        {
            return [new(compiled.Operation.Name, "workload.json, tenant", null, $"{refused.SqlState}: {refused.MessageText}")];
        }

        foreach (var statement in compiled.Statements)
        {
            // Transactions of its own would end the one that is rolled back.
            if (statement.Statement.Verb is "begin" or "start" or "commit" or "end" or "rollback") continue;
            var place = $"{compiled.Operation.File}, line {statement.Statement.Line}";
            var name = compiled.Statements.Count == 1 ? compiled.Operation.Name : $"{compiled.Operation.Name}, {statement.Step}";
            try
            {
                var plan = await OneAsync(statement, name, knownAs, drawn, earlier, cancellationToken);
                trials.Add(new(compiled.Operation.Name, place, plan, null));
            }
            catch (Exception refused) when (
                refused is PostgresException or NoRowException or InvalidOperationException or OverflowException)
            {
                var why = refused is PostgresException server ? $"{server.SqlState}: {server.MessageText}" : refused.Message;
                trials.Add(new(compiled.Operation.Name, place, null, why));
                break;
            }
        }

        return trials;
    }

    private async Task<QueryPlan?> OneAsync(
        CompiledStatement statement, string name, IReadOnlyList<string> knownAs, long[] drawn,
        Dictionary<(string Result, string Column), object> earlier, CancellationToken cancellationToken)
    {
        if (!Planned.Contains(statement.Statement.Verb))
        {
            await ExecuteAsync(statement, drawn, earlier, cancellationToken);
            return null;
        }

        if (statement.Statement.Result is null) return await PlanAsync();
        // What it returns is needed, and a plan is had without its rows: first the plan, undone, then the statement itself.
        await connection.ExecuteAsync("savepoint loadharness_plan", cancellationToken);
        var plan = await PlanAsync();
        await connection.ExecuteAsync("rollback to savepoint loadharness_plan", cancellationToken);
        await ExecuteAsync(statement, drawn, earlier, cancellationToken);
        return plan;

        async Task<QueryPlan> PlanAsync() => (await session.ExplainAsync(
            SendAsync, ExplainedStatement.Read(name, statement.Statement.Text, [], knownAs), statement.ParametersOf(drawn, earlier),
            rowsNeeded: false, cancellationToken)).Plan;
    }

    private async Task ExecuteAsync(
        CompiledStatement statement, long[] drawn, Dictionary<(string Result, string Column), object> earlier,
        CancellationToken cancellationToken)
    {
        await using var command = statement.CommandOf(connection, drawn, earlier);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await statement.KeepRowAsync(reader, earlier, cancellationToken))
            throw new NoRowException($"-- result: {statement.Statement.Result} has no row");
    }

    private static async Task<NpgsqlDataReader> SendAsync(
        NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        foreach (var argument in arguments) command.Parameters.Add((NpgsqlParameter)argument!);
        return await command.ExecuteReaderAsync(cancellationToken);
    }
}
