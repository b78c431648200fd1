using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation;
using LoadHarness.Workloads.Checking;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Running;
using Npgsql;

namespace LoadHarness.Workloads;

/// <summary>A workload on its database, ready to be loaded.</summary>
public sealed class WorkloadRun : IAsyncDisposable
{
    private readonly Workload _workload;
    private readonly string _connectionString;
    private readonly IReadOnlyDictionary<string, CompiledOperation> _operations;
    private readonly WalkedPages _walks;
    private readonly Dictionary<string, IScenarioSessions> _sessions = new(StringComparer.Ordinal);

    private WorkloadRun(
        Workload workload, string connectionString, IReadOnlyDictionary<string, CompiledOperation> operations, WalkedPages walks,
        IReadOnlyList<string> notes)
    {
        (_workload, _connectionString, _operations, _walks, Notes) = (workload, connectionString, operations, walks, notes);
    }

    /// <summary>What a reader of the figures should know, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Prepares every statement that a scenario uses, and reads the rows that parameters come from.</summary>
    /// <exception cref="HarnessException">The server refuses a statement, or a value does not fit; all are named.</exception>
    public static async Task<WorkloadRun> PrepareAsync(
        Workload workload, string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        // A query of a parameter takes its time, as does a statement that waits for a lock to be prepared.
        await using var connection = await SingleSession.OpenAsync(
            new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = 0 }, cancellationToken);
        var sources = new ParameterSources(
            workload, new Dictionary<string, ComputedRows>(), seed, GivenOut.In(connectionString));
        var operations = await new OperationCompiler(workload, connection, sources).CompileAsync(workload.Used(), cancellationToken);
        return sources.Faults.Count == 0
            ? new(workload, connectionString, operations, new(workload, sources.Walks, operations), sources.Notes)
            : throw new HarnessException(string.Join(Environment.NewLine, sources.Faults.Distinct()), ExitCode.BadUsage);
    }

    /// <summary>A group's scenarios, for the load engine.</summary>
    public IReadOnlyList<ScenarioProps> Build(IReadOnlyList<KeyValuePair<string, ScenarioFile>> group) =>
        [.. group.Select(scenario => Build(scenario.Key, scenario.Value))];

    /// <summary>Scenarios for users of the closed model who never wait, whatever load their files ask for.</summary>
    /// <param name="scenarios">Names; one that the workload does not have is left out.</param>
    public IReadOnlyList<ScenarioProps> BuildForUsers(IReadOnlyCollection<string> scenarios, int users) =>
        [.. _workload.File.Scenarios.Where(scenario => scenarios.Contains(scenario.Key)).Select(scenario => Build(scenario.Key,
            new(scenario.Value.Operations, [new(SimulationKind.KeepConstant, Copies: users, During: TimeSpan.FromSeconds(1))],
                Statements: scenario.Value.Statements)))];

    /// <summary>How the observer tells a scenario from others that run at the same time.</summary>
    public ScenarioWatch WatchOf(ScenarioProps scenario) =>
        new(_sessions[scenario.Name].Sent, [.. scenario.Operations.Select(operation => operation.Name)]);

    /// <summary>Runs each statement once, rolled back, and tells its plan or what the server has against it.</summary>
    public async Task<IReadOnlyList<StatementTrial>> TryAsync(ulong seed, CancellationToken cancellationToken)
    {
        await _walks.WalkAsync(_connectionString, seed, cancellationToken);
        return await OperationTrials.RunAsync(
            _connectionString, _operations.Values, _workload.File.Tenant, KnownAs, seed, cancellationToken);
    }

    /// <summary>Closes all connections: those of a scenario that has ended must not take the next one's room.</summary>
    public async Task ReleaseAsync()
    {
        foreach (var sessions in _sessions.Values) await sessions.DisposeAsync();
        _sessions.Clear();
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private List<string> KnownAs(string operation) =>
        [.. _workload.File.Scenarios.SelectMany(scenario => scenario.Value.Operations.Keys
            .Where(name => scenario.Value.StatementOf(name) == operation).Select(name => OperationPath.Of(scenario.Key, name)))];

    private IScenarioSessions Open(string name, ScenarioFile file)
    {
        IReadOnlyList<(string, CompiledOperation)> operations =
            [.. file.Operations.Keys.Select(operation => (operation, _operations[file.StatementOf(operation)]))];
        var used = file.Used().ToHashSet(StringComparer.Ordinal);
        return _workload.File.Tenant is { } tenant
            ? new TenantSessions(_connectionString, name, file, tenant, operations,
                (database, seed, stop) => _walks.WalkAsync(used, database, operation => operation.Statements[0].Statement.Text, seed, stop))
            : new ScenarioSessions(_connectionString, name, file, operations,
                (seed, stop) => _walks.WalkAsync(used, _connectionString, seed, stop));
    }

    private ScenarioProps Build(string name, ScenarioFile file)
    {
        var operations = file.Operations.Keys.ToList();
        var sessions = _sessions[name] = Open(name, file);
        var props = Scenario.CreateMix(name, [.. operations.Select(
                (operation, place) => (operation, file.Operations[operation], (Func<IScenarioContext, Task<IResponse>>)(
                    context => sessions.RunAsync(context, place))))])
            .WithInit(sessions.OpenAsync)
            .WithWarmUpDuration(file.WarmUp ?? TimeSpan.Zero)
            .WithMaxInFlight(ScenarioSessions.MostInFlight(file))
            .WithExpectedTime(_workload.ExpectedTimeOf(name))
            .WithLoadSimulations([.. file.Simulations.Select(SimulationRules.Simulation)]);
        if (file.ThinkTime is { } pause) props = props.WithThinkTime(pause);
        if (file.Pace is { } pace) props = props.WithPacing(pace);
        return props;
    }
}
