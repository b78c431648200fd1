using LoadHarness.Agents.Coordinating;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;
using Npgsql;

namespace LoadHarness.Agents.Joining;

/// <summary>Runs an agent's share of every scenario of the profile, in the order in which the coordinator watches them.</summary>
public static class AgentWork
{
    private const string Stopped = "a person stopped it";

    /// <param name="connectionString">This agent's own way to the database.</param>
    /// <param name="describe">A fault in a sentence without secrets, for the coordinator.</param>
    /// <param name="atOnce">Ends without draining.</param>
    /// <exception cref="HarnessException">
    /// The run ended early, with the reason (inconclusive); or this agent cannot take part, or has a fault of its own.
    /// </exception>
    public static Task RunAsync(
        AgentSession session, string connectionString, Action<string> tell, Func<Exception, string> describe,
            CancellationToken cancellationToken, CancellationToken atOnce) =>
        RunAsync(session, async stop =>
        {
            var own = await GivenDatabase.InPublicAsync(connectionString, stop);
            await using (var admin = NpgsqlDataSource.Create(own))
                await session.ConfirmAsync(FleetWork.FactsOf(await SeenDatabase.ReadAsync(admin, stop), session.Job.Profile), stop);
            await PlayAllAsync(session, own, tell, stop, atOnce);
        }, describe, cancellationToken);

    /// <param name="play">All that the agent does, until the token says that it or the run was ended.</param>
    internal static async Task RunAsync(
        AgentSession session, Func<CancellationToken, Task> play, Func<Exception, string> describe, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Ended);
        var through = false;
        try
        {
            await play(stop.Token);
            through = true;
        }
        catch (Exception ended) when (session.EndReason is not null && ended is OperationCanceledException or HarnessException)
        {
            // The coordinator knows.
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await TryLeaveAsync(session, Stopped);
            throw;
        }
        catch (Exception fault)
        {
            await TryLeaveAsync(session, describe(fault));
            throw;
        }

        await TryLeaveAsync(session, !through && cancellationToken.IsCancellationRequested ? Stopped : null);
        // The coordinator tells those that have nothing left to do as well.
        if (!through && session.EndReason is { } reason)
            throw new HarnessException($"The run ended early: {reason}.", ExitCode.Inconclusive);
    }

    private static async Task PlayAllAsync(
        AgentSession session, string connectionString, Action<string> tell, CancellationToken cancellationToken, CancellationToken atOnce)
    {
        var job = session.Job;
        await using var environment = ScenarioEnvironment.Open(
            new TenantLogin(connectionString, job.ThroughPooler, job.MostSessions).Open,
            job.Seed, job.Profile, share: session.Share, leadsBefore: job.LeadsBefore);
        using var clock = new SystemLoadClock();
        foreach (var scenario in ScenarioCatalog.All)
        {
            var load = scenario.Build(environment);
            if (load.Count == 0) continue;
            cancellationToken.ThrowIfCancellationRequested();
            tell($"{scenario.Name}: {scenario.Title}");
            var whole = await PlayAsync(
                session, load, results => AnswerOf(environment, load, results), clock, cancellationToken, atOnce);
            await environment.ReleaseAsync();
            // An end that comes after the last figures takes nothing from them.
            if (!whole) cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Plays this agent's share of scenarios that run at once, in step with the others, and hands in what was measured.</summary>
    /// <returns>Whether all of it ran its course.</returns>
    internal static async Task<bool> PlayAsync(
        AgentSession session, IReadOnlyList<ScenarioProps> load, Func<IReadOnlyList<ScenarioResult>, EngineAnswer> answerOf,
            LoadClock clock,
            CancellationToken cancellationToken, CancellationToken atOnce)
    {
        var together = new Together(session, Fleet.NameOf(load));
        var results = await new LoadRunner(clock, new()
        {
            Seed = session.Job.RunSeed,
            Share = session.Share,
            DrainTime = session.Job.DrainTime,
            MostDrainTime = LoadRunnerOptions.LongestDrain,
            AtOnce = atOnce,
            Together = together,
        }).RunAsync(load, session, cancellationToken);
        await session.HandInAsync(together.Scenario, answerOf(results), together.LateOf(results));
        return results.All(result => result.AbortReason is null);
    }

    private static EngineAnswer AnswerOf(
        ScenarioEnvironment environment, IReadOnlyList<ScenarioProps> load, IReadOnlyList<ScenarioResult> results) => new(
        results,
        [.. load.SelectMany(scenario => environment.For(scenario.Name).Sent.All()
            .Select(one => new SentBy(scenario.Name, one.Statement, one.Operation)))],
        checked((int)environment.NewLeads));

    private static async Task TryLeaveAsync(AgentSession session, string? fault)
    {
        try
        {
            await session.LeaveAsync(fault);
        }
        catch (HarnessException)
        {
            // Who does not hear it finds out by the silence.
        }
    }

    private sealed class Together(AgentSession session, string scenario) : IStartTogether
    {
        private DateTimeOffset? _agreed;

        public string Scenario => scenario;

        public async Task<DateTimeOffset> WaitAsync(PhaseKind phase, CancellationToken cancellationToken) =>
            (_agreed = await session.WaitAsync(scenario, phase, cancellationToken)).Value;

        public TimeSpan LateOf(IReadOnlyList<ScenarioResult> results) =>
            _agreed is { } agreed && results.Count > 0 && results.Max(result => result.StartedUtc) - agreed is var late
                && late > TimeSpan.Zero
                ? late
                : TimeSpan.Zero;
    }
}
