using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Workloads.Format;

namespace LoadHarness.Workloads.Running;

/// <summary>A pool of connections that all requests of a scenario share, each as its own tenant.</summary>
internal sealed class TenantSessions : IScenarioSessions
{
    private readonly TenantDatabase _database;
    private readonly TenantOperation[] _operations;
    private readonly TenantRequest[] _requests;
    private readonly Func<TenantDatabase, ulong, CancellationToken, Task> _walk;

    /// <param name="walk">Down the lists that the operations take pages of.</param>
    public TenantSessions(
        string connectionString, string name, ScenarioFile scenario, TenantFile tenant,
        IReadOnlyList<(string Name, CompiledOperation Compiled)> operations, Func<TenantDatabase, ulong, CancellationToken, Task> walk)
    {
        Sent = new(name);
        _walk = walk;
        _database = TenantDatabase.OpenBy(
            tenant.Setting, connectionString, tenant.Role, ScenarioSessions.MostConnections(scenario), Sent);
        _operations = [.. operations.Select(operation => new TenantOperation(operation.Compiled))];
        _requests = [.. operations.Select(operation => new TenantRequest(operation.Name, Sent))];
        foreach (var (operation, compiled) in operations)
            foreach (var statement in compiled.Statements) Sent.Add(statement.Statement.Text, operation);
    }

    public SentStatements Sent { get; }

    public Task OpenAsync(IScenarioInitContext init) => _walk(_database, init.Seed, init.CancellationToken);

    public Task<IResponse> RunAsync(IScenarioContext context, int operation) =>
        _operations[operation].RunAsync(context, _database, _requests[operation]);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
