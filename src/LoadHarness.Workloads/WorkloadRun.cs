using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Postgres.Observation;
using LoadHarness.Workloads.Checking;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Running;
using Npgsql;

namespace LoadHarness.Workloads;

/// <summary>A workload on its database, ready to be loaded.</summary>
public sealed class WorkloadRun : IAsyncDisposable
{
    private readonly Workload _workload;
    private readonly string _connectionString;
    private readonly IReadOnlyDictionary<string, CompiledOperation> _operations;
    private readonly Dictionary<string, ScenarioSessions> _sessions = new(StringComparer.Ordinal);

    private WorkloadRun(
        Workload workload, string connectionString, IReadOnlyDictionary<string, CompiledOperation> operations, IReadOnlyList<string> notes)
    {
        (_workload, _connectionString, _operations, Notes) = (workload, connectionString, operations, notes);
    }

    /// <summary>What a reader of the figures should know, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Prepares every statement that a scenario uses, and reads the rows that parameters come from.</summary>
    /// <exception cref="HarnessException">The server refuses a statement, or a value does not fit; all are named.</exception>
    public static async Task<WorkloadRun> PrepareAsync(
        Workload workload, string connectionString, ulong seed, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var compiler = new OperationCompiler(workload, connection, seed);
        var used = workload.File.Scenarios.Values.SelectMany(scenario => scenario.Operations.Keys).Distinct(StringComparer.Ordinal);
        var operations = await compiler.CompileAsync(used, cancellationToken);
        return compiler.Faults.Count == 0
            ? new(workload, connectionString, operations, compiler.Notes)
            : throw new HarnessException(string.Join(Environment.NewLine, compiler.Faults.Distinct()), ExitCode.BadUsage);
    }

    /// <summary>A group's scenarios, for the load engine.</summary>
    public IReadOnlyList<ScenarioProps> Build(IReadOnlyList<KeyValuePair<string, ScenarioFile>> group) =>
        [.. group.Select(scenario => Build(scenario.Key, scenario.Value))];

    /// <summary>Scenarios for users of the closed model who never wait, whatever load their files ask for.</summary>
    /// <param name="scenarios">Names; one that the workload does not have is left out.</param>
    public IReadOnlyList<ScenarioProps> BuildForUsers(IReadOnlyCollection<string> scenarios, int users) =>
        [.. _workload.File.Scenarios.Where(scenario => scenarios.Contains(scenario.Key)).Select(scenario => Build(scenario.Key,
            new(scenario.Value.Operations, [new(SimulationKind.KeepConstant, Copies: users, During: TimeSpan.FromSeconds(1))])))];

    /// <summary>How the observer tells a scenario from others that run at the same time.</summary>
    public ScenarioWatch WatchOf(ScenarioProps scenario) =>
        new(_sessions[scenario.Name].Sent, [.. scenario.Operations.Select(operation => operation.Name)]);

    /// <summary>Runs each statement once, rolled back, and tells its plan or what the server has against it.</summary>
    public Task<IReadOnlyList<StatementTrial>> TryAsync(ulong seed, CancellationToken cancellationToken) => OperationTrials.RunAsync(
        _connectionString, _operations.Values, KnownAs, seed, cancellationToken);

    /// <summary>Closes all connections: those of a scenario that has ended must not take the next one's room.</summary>
    public async Task ReleaseAsync()
    {
        foreach (var sessions in _sessions.Values) await sessions.DisposeAsync();
        _sessions.Clear();
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private List<string> KnownAs(string operation) =>
        [.. _workload.File.Scenarios.Where(scenario => scenario.Value.Operations.ContainsKey(operation))
            .Select(scenario => $"{scenario.Key}/{operation}")];

    private ScenarioProps Build(string name, ScenarioFile file)
    {
        var operations = file.Operations.Keys.ToList();
        var sessions = _sessions[name] = new(_connectionString, name, file, [.. operations.Select(operation => _operations[operation])]);
        var props = Scenario.CreateMix(name, [.. operations.Select(
                (operation, place) => (operation, file.Operations[operation], (Func<IScenarioContext, Task<IResponse>>)(
                    context => sessions.RunAsync(context, place))))])
            .WithInit(init => sessions.OpenAsync(init.CancellationToken))
            .WithWarmUpDuration(file.WarmUp ?? TimeSpan.Zero)
            .WithMaxInFlight(ScenarioSessions.MostInFlight(file))
            .WithLoadSimulations([.. file.Simulations.Select(SimulationRules.Simulation)]);
        if (file.ThinkTime is { } pause && pause > TimeSpan.Zero) props = props.WithThinkTime(pause);
        if (file.Pace is { } pace && pace > TimeSpan.Zero) props = props.WithPacing(pace);
        return props;
    }
}
