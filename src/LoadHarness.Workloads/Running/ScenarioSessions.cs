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
    private readonly UserSession?[] _sessions;
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
        var isClosed = IsClosed(scenario);
        _ahead = isClosed ? most : Math.Min(OpenedAhead, most);
        // A user that leaves may still be in its last iteration when the next one comes: such a one has a number above.
        _sessions = new UserSession?[isClosed ? 2 * most : most];
        _connectionString = Settings(connectionString, Sent.ApplicationName);
        foreach (var (operation, compiled) in operations) Note(operation, compiled);
    }

    public SentStatements Sent { get; }

    /// <summary>At once: one for each user, or for each request in flight.</summary>
    public static int MostConnections(ScenarioFile scenario) => scenario.Connections is { } shared ? shared : IsClosed(scenario)
        ? scenario.Simulations.Max(simulation => simulation.Copies ?? 0)
        : MostInFlight(scenario);

    public static int MostInFlight(ScenarioFile scenario) => scenario.MaxInFlight ?? UsuallyInFlight;

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
                async (user, cancellationToken) =>
                    _sessions[user] ??= await UserSession.OpenAsync(_connectionString, _operations, cancellationToken));
        }
        catch (Exception refused) when (refused is NpgsqlException or TimeoutException)
        {
            throw new HarnessException(
                $"{_sessions.Count(session => session is not null)} of {_ahead} connections were opened, then: {refused.Message}. "
                    + "Raise max_connections, or ask for fewer users");
        }
    }

    /// <param name="operation">Place among the scenario's operations.</param>
    public async Task<IResponse> RunAsync(IScenarioContext context, int operation)
    {
        var session = _sessions[context.UserNumber] ?? await ReopenAsync(context);
        try
        {
            await session.Operations[operation].RunAsync(context);
            return Response.Ok();
        }
        catch (Exception failed)
        {
            if (failed is OperationCanceledException || !await session.IsUsableAsync())
            {
                _sessions[context.UserNumber] = null;
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
        for (var i = 0; i < _sessions.Length; i++)
            if (Interlocked.Exchange(ref _sessions[i], null) is { } session) await session.DisposeAsync();
    }

    private static bool IsClosed(ScenarioFile scenario) =>
        scenario.Simulations.Any(simulation => SimulationRules.IsClosed(simulation.Kind));

    private async Task<UserSession> ReopenAsync(IScenarioContext context) => _sessions[context.UserNumber] =
        await UserSession.OpenAsync(_connectionString, _operations, context.CancellationToken);

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
