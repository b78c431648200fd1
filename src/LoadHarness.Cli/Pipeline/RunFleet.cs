using LoadHarness.Agents;
using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Coordinating;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The generators of a run with <c>--agents</c>: their broker, those of this machine, and what all of them measure.</summary>
internal sealed class RunFleet : IAsyncDisposable
{
    private static readonly TimeSpan LocalPatience = TimeSpan.FromMinutes(1);

    /// <summary>For a person who starts them by hand.</summary>
    private static readonly TimeSpan RemotePatience = TimeSpan.FromMinutes(15);

    private readonly NatsServer? _server;
    private readonly Fleet _fleet;
    private LocalAgents? _agents;

    private RunFleet(NatsServer? server, Fleet fleet) => (_server, _fleet) = (server, fleet);

    /// <summary>Why the run ends early; null while it does not.</summary>
    public string? Loss => _fleet.Loss;

    /// <summary>Before anything is provisioned or seeded: a run that its agents cannot join would do that for nothing.</summary>
    /// <returns>Null when no broker was given.</returns>
    /// <exception cref="HarnessException">Nobody answers there, or another run uses it.</exception>
    public static async Task<HeldBroker?> HoldBrokerAsync(HarnessOptions options, CancellationToken cancellationToken)
    {
        if (options.Agents is not { Broker: not null } asked) return null;
        var address = Given(asked);
        try
        {
            return await HeldBroker.TakeAsync(address, cancellationToken);
        }
        catch (HarnessException refused)
        {
            throw new HarnessException($"--broker: {refused.Message}", ExitCode.BadUsage, refused);
        }
    }

    /// <param name="environment">Of this program; the agents make its load.</param>
    /// <param name="login">Of agents on this machine; its limit is of all agents together, wherever they run.</param>
    /// <returns>Null when this program makes the load alone.</returns>
    /// <exception cref="HarnessException">Not every agent came, or one is not fit to take part.</exception>
    public static async Task<RunFleet?> StartAsync(
        StageContext context, ScenarioEnvironment environment, NpgsqlDataSource admin, TenantLogin login,
        CancellationToken cancellationToken)
    {
        var (options, terminal) = (context.Options, context.Terminal);
        if (options.Agents is not { } asked) return null;
        var work = new FleetWork(
            asked.Count, BuildFacts.Words, await SeenDatabase.ReadAsync(admin, cancellationToken), environment.Profile, environment.Seed,
            options.Seed, login.ThroughPooler, EngineCatalog.DrainTime)
        {
            LeadsBefore = environment.LeadsBefore,
            MostSessions = login.MostSessions,
        };
        var server = asked.Broker is null ? await NatsServer.StartAsync(cancellationToken) : null;
        RunFleet? run = null;
        try
        {
            var broker = context.Broker ?? await HeldBroker.TakeAsync(server?.Address ?? Given(asked), cancellationToken);
            var fleet = await Fleet.OpenAsync(broker, work, line => terminal.Line(line), cancellationToken);
            run = new(server, fleet);
            if (server is null) TellHowToJoin(terminal, asked.Count, broker.Address);
            else
            {
                run._agents = LocalAgents.Start(
                    asked.Count, server.Address, login.ConnectionString, line => terminal.Line(line), fleet.Lose);
            }

            await fleet.GatherAsync(server is null ? RemotePatience : LocalPatience, cancellationToken);
            return run;
        }
        catch
        {
            if (run is not null) await run.DisposeAsync();
            else if (server is not null) await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Plays scenarios on all agents; what the coordinator counts next to them knows their statements.</summary>
    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        IReadOnlyList<ScenarioProps> load, IProgress<LoadSnapshot> live, IMeasuredPhase measured, ScenarioEnvironment environment,
            CancellationToken cancellationToken)
    {
        var result = await _fleet.RunAsync(load, live, measured, cancellationToken, Interruption.AtOnce);
        environment.Note(result.Sent, checked((int)(result.LeadsSetAside - environment.NewLeads)));
        return result.Scenarios;
    }

    /// <summary>The agents with what they did; tells what their clocks were.</summary>
    public SharedLoad Describe(TerminalOutput terminal)
    {
        var agents = _fleet.Records;
        foreach (var agent in agents)
            terminal.Line($"   agent {agent.Name} on {agent.Host}: clock {AgentWords.Clock(agent.ClockAheadSeconds, agent.RoundTrip)}");
        return new(agents);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        if (_agents is not null) await _agents.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    private static BrokerAddress Given(AgentOptions asked)
    {
        var faults = new List<string>();
        return AgentsOption.Address("--broker", asked.Broker!, asked.TokenFile, faults) ?? throw OptionsCheck.Refusal(faults);
    }

    private static void TellHowToJoin(TerminalOutput terminal, int agents, BrokerAddress broker)
    {
        terminal.Line(
            $"   Waiting for {agents} agents. On each machine, with {AgentToken.EnvironmentVariable} and LOADHARNESS_DATABASE set:");
        for (var index = 0; index < agents; index++)
            terminal.Line($"     loadharness agent {new LoadShare(index, agents)} --join {broker}");
    }
}
