using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Running;

namespace LoadHarness.Scenarios;

/// <summary>
/// The reads of the CRM, which are a workload like anybody's: sql/queries with its workload.json says what is sent, how often, with which
/// values, and what must come back.
/// </summary>
public sealed class CrmReads
{
    private readonly ScenarioEnvironment _environment;
    private readonly ComputedWorkload _operations;

    internal CrmReads(ScenarioEnvironment environment) =>
        (_environment, _operations) = (environment, ComputedWorkload.Of(Workload, SeededRows.Of(environment)));

    /// <summary>The folder as it ships.</summary>
    public static Workload Workload => WorkloadCatalog.Read(SqlFile.Shipped("queries"));

    /// <summary>Operations that some form of the statements cannot answer, each with a statement that is missing.</summary>
    public static IEnumerable<(string Operation, string Statement)> LackedBy(QueryCatalog queries)
    {
        var known = queries.Names.ToHashSet(StringComparer.Ordinal);
        foreach (var (scenario, file) in Workload.File.Scenarios)
            foreach (var operation in file.Operations.Keys)
                if (Workload.NeededBy(file.StatementOf(operation)).FirstOrDefault(name => !known.Contains(name)) is { } missing)
                    yield return (OperationPath.Of(scenario, operation), missing);
    }

    /// <summary>Whether a scenario's operation is asked for.</summary>
    public bool Asks(string scenario, string operation) => !_environment.LeftOut.Contains(OperationPath.Of(scenario, operation));

    /// <summary>A scenario of the folder, for whatever load a profile asks for.</summary>
    /// <returns>With the walk to pages far down as its set-up, where it needs one.</returns>
    public ScenarioProps Build(string scenario)
    {
        var operations = OperationsOf(scenario).ToArray();
        var props = Scenario.CreateMix(scenario, operations);
        List<string> statements =
            [.. operations.Select(operation => Workload.File.Scenarios[scenario].StatementOf(operation.Operation)).Where(NeedsWalk)];
        return statements.Count == 0 ? props : props.WithInit(init => _operations.WalkAsync(
            statements, _environment.For(scenario).App, name => _environment.Queries[name], init.Seed, init.CancellationToken));
    }

    /// <summary>Operations of a scenario with their share, for a mix with others; none where all are left out.</summary>
    public IEnumerable<(string Operation, double Weight, Func<IScenarioContext, Task<IResponse>> Run)> OperationsOf(string scenario)
    {
        var file = Workload.File.Scenarios[scenario];
        return file.Operations.Where(operation => Asks(scenario, operation.Key)).Select(operation =>
        {
            var statement = file.StatementOf(operation.Key);
            TenantRequest? last = null;
            // Made once: a request is thousands a second.
            Func<SentStatements, TenantRequest> requestOf = sent => ReferenceEquals(last?.Sent, sent)
                ? last
                : last = new(operation.Key, sent) { Text = _environment.Queries[statement] };
            return (operation.Key, operation.Value, (Func<IScenarioContext, Task<IResponse>>)(
                context => RunAsync(context, statement, statement, requestOf)));
        });
    }

    /// <summary>One segment's statement, in a baseline's own form where it has one for each segment.</summary>
    /// <param name="segment">From 0.</param>
    public Task<IResponse> AskSegmentAsync(IScenarioContext context, string operation, string statement, int segment)
    {
        var own = $"{statement}_{segment + 1}";
        // Its conditions stand in the statement itself, as an application has it that writes its own SQL.
        var isOwn = _environment.Queries.Names.Contains(own);
        return RunAsync(
            context, statement, isOwn ? own : statement,
            sent => new(operation, sent)
            {
                Text = _environment.Queries[isOwn ? own : statement], Invocation = segment, Name = isOwn ? own : null,
                Parameters = isOwn ? 1 : null,
            });
    }

    /// <summary>What a statement is asked with, but for the workspace.</summary>
    /// <param name="workspace">Place among all, the largest first.</param>
    public IReadOnlyList<object?> Sample(string statement, Random random, long invocation, int workspace) =>
        [.. _operations[statement].Sample(random, invocation, new Dictionary<string, long> { ["workspace"] = workspace }).Skip(1)];

    /// <summary>Whether somebody must walk down a list before it can be asked.</summary>
    public bool NeedsWalk(string statement) => _operations.NeedsWalk(statement);

    /// <summary>Takes the pages far down that another has walked to: the same ones are asked for, and nobody walks twice.</summary>
    /// <param name="cursorOf">The place of a page, as this one's statements say it.</param>
    public void TakePages(CrmReads other, Func<WalkedPage, string> cursorOf) => _operations.TakePages(other._operations, cursorOf);

    private Task<IResponse> RunAsync(
        IScenarioContext context, string statement, string query, Func<SentStatements, TenantRequest> requestOf)
    {
        var database = _environment.For(context.ScenarioName);
        var request = requestOf(database.Sent);
        if (_environment.Places is { } place && request.Invocation is null) request = request with { Invocation = place(context) };
        if (_environment.Sends is { } told)
            request = request with { Sends = values => told(request.Operation, query, [.. values.Skip(1)]) };
        return _operations[statement].RunAsync(context, database.App, request);
    }
}
