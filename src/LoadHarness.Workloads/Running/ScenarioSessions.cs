using System.Collections.Concurrent;
using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Workloads.Format;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>The connections of one scenario: one for each user, kept from iteration to iteration, with every statement prepared.</summary>
internal sealed class ScenarioSessions : IScenarioSessions
{
    /// <summary>In the open model: opened before the load; more are opened when they are needed.</summary>
    private const int OpenedAhead = 16;

    private const int OpenedAtOnce = 8;
    private const int UsuallyInFlight = 100;

    private readonly string _connectionString;
    private readonly IReadOnlyList<CompiledOperation> _operations;

    // By the user's number, which has no limit: users that leave keep theirs for as long as their last iterations take, and those that
    // come meanwhile have others.
    private readonly ConcurrentDictionary<int, UserSession> _sessions = new();
    private readonly int _ahead;
    private readonly Func<ulong, CancellationToken, Task> _walk;

    /// <param name="walk">Down the lists that the operations take pages of.</param>
    public ScenarioSessions(
        string connectionString, string name, ScenarioFile scenario,
        IReadOnlyList<(string Name, CompiledOperation Compiled)> operations, Func<ulong, CancellationToken, Task> walk)
    {
        Sent = new(name);
        _walk = walk;
        _operations = [.. operations.Select(operation => operation.Compiled)];
        var most = MostConnections(scenario);
        _ahead = IsClosed(scenario) ? most : Math.Min(OpenedAhead, most);
        _connectionString = Settings(connectionString, Sent.ApplicationName);
        foreach (var (operation, compiled) in operations) Note(operation, compiled);
    }

    public SentStatements Sent { get; }

    /// <summary>Of a pool, or of all users or requests in flight, each with one of its own.</summary>
    public static int MostConnections(ScenarioFile scenario) => scenario.Connections ?? MostAtOnce(scenario);

    /// <summary>Users of the closed model at once, or requests of the open one in flight.</summary>
    public static int MostAtOnce(ScenarioFile scenario) => IsClosed(scenario)
        ? scenario.Simulations.Max(simulation => simulation.Copies ?? 0)
        : MostInFlight(scenario);

    public static int MostInFlight(ScenarioFile scenario) => scenario.MaxInFlight ?? UsuallyInFlight;

    public static bool IsClosed(ScenarioFile scenario) =>
        scenario.Simulations.Any(simulation => SimulationRules.IsClosed(simulation.Kind));

    /// <summary>Opens connections and prepares the statements before anything is measured; those that are open stay.</summary>
    /// <inheritdoc/>
    public async Task OpenAsync(IScenarioInitContext init)
    {
        await _walk(init.Seed, init.CancellationToken);
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, _ahead), new ParallelOptions
                {
                    MaxDegreeOfParallelism = OpenedAtOnce,
                    CancellationToken = init.CancellationToken,
                },
                async (user, cancellationToken) => await SessionOfAsync(user, cancellationToken));
        }
        catch (Exception refused) when (refused is NpgsqlException or TimeoutException)
        {
            throw new HarnessException(
                $"{_sessions.Count} of {_ahead} connections were opened, then: {refused.Message}. "
                    + "Raise max_connections, or ask for fewer users");
        }
    }

    /// <param name="operation">Place among the scenario's operations.</param>
    public async Task<IResponse> RunAsync(IScenarioContext context, int operation)
    {
        var session = await SessionOfAsync(context.UserNumber, context.CancellationToken);
        try
        {
            await session.Operations[operation].RunAsync(context);
            return Response.Ok();
        }
        catch (Exception failed)
        {
            if (failed is OperationCanceledException || !await session.IsUsableAsync())
            {
                _sessions.TryRemove(KeyValuePair.Create(context.UserNumber, session));
                await session.DisposeAsync();
            }

            if (failed is NoRowException) return Response.Fail(failed.Message);
            if (failed is WrongAnswerException)
                return Response.Fail($"wrong answer: {_operations[operation].Operation.Name} {failed.Message}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var user in _sessions.Keys)
            if (_sessions.TryRemove(user, out var session)) await session.DisposeAsync();
    }

    // Nobody else asks for this user's: a number is of one user, or of one request in flight, at a time.
    private async ValueTask<UserSession> SessionOfAsync(int user, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue(user, out var open)) return open;
        return _sessions[user] = await UserSession.OpenAsync(_connectionString, _operations, cancellationToken);
    }

    private void Note(string name, CompiledOperation operation)
    {
        foreach (var statement in operation.Statements) Sent.Add(statement.Statement.Text, name);
        if (operation.Operation.Begin is not { } begin) return;
        Sent.Add(begin);
        Sent.Add("commit");
    }

    // As it was given, but for what a load needs: a name to be watched by, no time limit of the driver's own.
    private static string Settings(string connectionString, string applicationName) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = applicationName,
            CommandTimeout = 0,
            MaxAutoPrepare = 0,
            Multiplexing = false,
        }.ConnectionString;
}
