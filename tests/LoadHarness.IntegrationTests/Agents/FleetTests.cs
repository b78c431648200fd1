using System.Collections.Concurrent;
using System.Diagnostics;
using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Coordinating;
using LoadHarness.Agents.Joining;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.IntegrationTests.Agents;

/// <summary>Coordinator and agents over a real nats-server, without a database: what they measure is a wait.</summary>
public sealed class FleetTests : IAsyncLifetime
{
    private const string Build = "version 0.1.0, commit abcdef1, Release";

    private static readonly LoadProfile Profile = new("p", "", LeadQueries: new(10, TimeSpan.Zero, TimeSpan.FromSeconds(1), 5));

    private static readonly FleetWork Work = new(
        3, Build, new("schema", "seeding"), Profile, SampleRun.Create().Seed!, 42, ThroughPooler: false, TimeSpan.FromSeconds(5));

    /// <summary>Costs nothing when all is well.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<string> _told = new();
    private NatsServer _broker = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Require.Present(NatsServer.Find() is null ? NatsServer.HowToGetIt : null);
        _broker = await NatsServer.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Three_agents_make_the_counts_of_one_process_and_their_histograms_are_merged_without_loss()
    {
        var load = new[] { Waits("open").WithWarmUpDuration(TimeSpan.FromSeconds(0.3))
            .WithLoadSimulations(Simulation.Inject(90, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5))),
            Waits("users").WithPacing(TimeSpan.FromSeconds(0.2))
                .WithLoadSimulations(Simulation.KeepConstant(5, TimeSpan.FromSeconds(1.5))) };
        var own = new ConcurrentDictionary<string, IReadOnlyList<ScenarioResult>>();
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work, _told.Enqueue, Stop);
        var agents = Agents(share => PlayAsync(share, load, own));
        await fleet.GatherAsync(Patience, Stop);
        var phase = new ToldPhase();

        var began = Stopwatch.GetTimestamp();
        var merged = (await fleet.RunAsync(load, new ToldSeconds(), phase, Stop)).Scenarios;
        var took = Stopwatch.GetElapsedTime(began);

        await Task.WhenAll(agents);
        Assert.Null(fleet.Loss);
        Assert.Equal(["begins", "ended"], phase.Told);
        foreach (var (scenario, index) in load.Select((scenario, index) => (scenario, index)))
        {
            var alone = await LostShare.PlayAsync(
                scenario, LoadShare.Whole, 42, TimeSpan.FromDays(1), DateTimeOffset.UtcNow, "one process");
            Assert.Equal(alone.Operations.Select(o => (o.Name, o.Accounting.Scheduled)),
                merged[index].Operations.Select(o => (o.Name, o.Accounting.Scheduled)));
            Assert.Equal(merged[index].Accounting.Scheduled, merged[index].Accounting.Completed);
            foreach (var (operation, number) in merged[index].Operations.Select((operation, number) => (operation, number)))
            {
                var sum = new LatencyHistogram();
                foreach (var part in own.Values) sum.Add(LatencyHistogram.Decode(part[index].Operations[number].Response.Encoded));
                Assert.Equal(LatencySummary.Of(sum), operation.Response);
            }
        }

        Assert.Equal(["1/3", "2/3", "3/3"], fleet.Records.Select(agent => agent.Name));
        Assert.All(fleet.Records, agent =>
        {
            Assert.Equal(2, agent.Loads.Count);
            // One machine has one clock: what is measured is half of the round trip at most, and what a step of the clock adds.
            Assert.InRange(Math.Abs(agent.ClockAheadSeconds), 0, (agent.RoundTrip.TotalSeconds / 2) + 0.05);
            // Late by what this machine needs to begin, which is told: AgentChecks judges it.
            Assert.All(agent.Loads, done => Assert.InRange(done.StartedLate, TimeSpan.Zero, took));
        });
    }

    [Fact]
    public async Task An_agent_that_falls_silent_is_found_within_seconds_and_its_share_is_booked()
    {
        var load = new[] { Waits("open").WithLoadSimulations(Simulation.Inject(90, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60))) };
        await using var fleet = await Fleet.OpenAsync(
            _broker.Address, Work with { LostAfter = TimeSpan.FromSeconds(8) }, _told.Enqueue, Stop);
        using var vanish = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var agents = Agents(share => share.Index == 1
            ? VanishAsync(share, load, vanish.Token)
            : PlayAsync(share, load, new()));
        await fleet.GatherAsync(Patience, Stop);
        // Not before the load is on, however late that is.
        var live = new ToldSeconds { First = () => vanish.CancelAfter(TimeSpan.Zero) };

        var merged = Assert.Single((await fleet.RunAsync(load, live, new ToldPhase { Fails = true }, Stop)).Scenarios);

        await Task.WhenAll(agents);
        Assert.Contains("Agent 2/3", fleet.Loss, StringComparison.Ordinal);
        Assert.True(merged.Accounting.Balances);
        Assert.Equal("an agent was lost", merged.AbortReason);
        var loss = fleet.Records[1].Loss!;
        Assert.Contains("nothing was heard of it", loss.Reason, StringComparison.Ordinal);
        // As much as was offered to the survivor that went on for longer.
        var longer = fleet.Records.Max(agent => agent.Loads.Sum(done => done.Operations.Sum(o => o.Accounting.Scheduled)));
        Assert.True(longer > 0);
        Assert.InRange(loss.Skipped, longer - Slack(longer), longer + Slack(longer));
        Assert.Equal(loss.Skipped, merged.Operations.SelectMany(o => o.Errors)
            .Where(e => e.Message.Contains("2/3", StringComparison.Ordinal)).Sum(e => e.Count));
    }

    [Fact]
    public async Task What_an_agent_asks_while_the_coordinator_is_out_of_reach_is_asked_again()
    {
        var load = new[] { Waits("open").WithLoadSimulations(Simulation.Inject(20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))) };
        var work = Work with { Agents = 1, LostAfter = Patience };
        using var clock = new SystemLoadClock();
        var own = await new LoadRunner(clock, new()).RunAsync(load, null, Stop);
        await using var relay = new Relay(_broker.Address.Url.Port);
        await using var observer = await Exchange.OpenAsync(_broker.Address, "test", Stop);
        await using var fleet = await Fleet.OpenAsync(
            _broker.Address with { Url = new Uri($"nats://127.0.0.1:{relay.Port}") }, work, _told.Enqueue, Stop);
        await using var session = await JoinAsync(LoadShare.Whole, Build);
        await session.ConfirmAsync(work.Facts, Stop);
        await fleet.GatherAsync(Patience, Stop);
        var running = fleet.RunAsync(load, new ToldSeconds(), new ToldPhase(), Stop);

        await WhileCutAsync(() => session.WaitAsync("open", PhaseKind.Measuring, Stop));
        await WhileCutAsync(() => session.HandInAsync("open", new(own, [], 0), TimeSpan.Zero));
        var merged = Assert.Single((await running.WaitAsync(Patience, Stop)).Scenarios);
        await WhileCutAsync(() => session.LeaveAsync(null));

        Assert.Null(session.EndReason);
        Assert.Null(fleet.Loss);
        Assert.Equal(own[0].Accounting, merged.Accounting);

        async Task WhileCutAsync(Func<Task> ask)
        {
            relay.Cut();
            while (await observer.IsAnsweredAsync(new CoordinatorRequest(), Stop))
            {
            }

            var asked = ask();
            // The broker says at once that nobody listens: to the agent before, which asked before.
            Assert.False(await observer.IsAnsweredAsync(new CoordinatorRequest(), Stop));
            relay.Open();
            await asked.WaitAsync(Patience, Stop);
        }
    }

    [Fact]
    public async Task Another_token_opens_nothing_and_none_is_told()
    {
        var other = _broker.Address with { Token = AgentToken.Random() };

        var fault = await Assert.ThrowsAsync<HarnessException>(() => Fleet.OpenAsync(other, Work, _told.Enqueue, Stop));

        Assert.Contains("Check that it runs", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Token, $"{fault} {other}", StringComparison.Ordinal);
        Assert.DoesNotContain(_broker.Address.Token, $"{fault} {_broker.Address}", StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", _broker.Address.Url.Host);
    }

    [Fact]
    public async Task Two_runs_on_one_broker_need_two_tokens()
    {
        await using var first = await Fleet.OpenAsync(_broker.Address, Work, _told.Enqueue, Stop);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => Fleet.OpenAsync(_broker.Address, Work, _told.Enqueue, Stop));

        Assert.Contains("Another run uses the broker", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_is_held_while_the_database_is_prepared_and_agents_wait_for_that()
    {
        await using var held = await HeldBroker.TakeAsync(_broker.Address, Stop);
        var said = new ConcurrentQueue<string>();
        var joining = AgentSession.JoinAsync(_broker.Address, new(0, 3), Build, Patience, said.Enqueue, Stop);
        while (!said.Any(line => line.Contains("prepares its database", StringComparison.Ordinal))) await Task.Delay(20, Stop);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => HeldBroker.TakeAsync(_broker.Address, Stop));
        Assert.False(joining.IsCompleted);
        await using var fleet = await Fleet.OpenAsync(held, Work, _told.Enqueue, Stop);
        await using var session = await joining.WaitAsync(Patience, Stop);
        await session.LeaveAsync(null);

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("Another run uses the broker", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_of_another_build_or_database_is_told_why_and_so_is_the_coordinator()
    {
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work, _told.Enqueue, Stop);

        var build = await Assert.ThrowsAsync<HarnessException>(() => JoinAsync(new(0, 3), "version 9"));
        await using var session = await JoinAsync(new(0, 3), Build);
        var schema = await Assert.ThrowsAsync<HarnessException>(
            () => session.ConfirmAsync(FleetWork.FactsOf(new("another", "seeding"), Profile), Stop));
        var missing = await Assert.ThrowsAsync<HarnessException>(() => fleet.GatherAsync(TimeSpan.FromSeconds(0.1), Stop));

        Assert.Contains("it is version 9, and the coordinator is version 0.1.0", build.Message, StringComparison.Ordinal);
        Assert.Contains("it sees another schema", schema.Message, StringComparison.Ordinal);
        Assert.Contains("missing: 1/3, 2/3, 3/3", missing.Message, StringComparison.Ordinal);
        Assert.Contains("another schema", missing.Message, StringComparison.Ordinal);
        Assert.Equal(2, _told.Count(line => line.Contains("was refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_agent_that_a_person_stops_with_the_run_is_not_lost()
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work with { Agents = 1 }, _told.Enqueue, interrupted.Token);
        await using var session = await JoinAsync(LoadShare.Whole, Build);
        await session.ConfirmAsync(Work.Facts, Stop);
        await fleet.GatherAsync(Patience, Stop);

        await interrupted.CancelAsync();
        await session.LeaveAsync("a person stopped it");

        Assert.Null(fleet.Loss);
    }

    [Fact]
    public async Task An_agent_that_is_stopped_and_started_again_before_all_are_there_ends_nothing()
    {
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work with { Agents = 2 }, _told.Enqueue, Stop);
        await using var stopped = await JoinAsync(new(0, 2), Build);
        await stopped.ConfirmAsync(Work.Facts, Stop);

        await stopped.LeaveAsync("a person stopped it");
        await using var again = await JoinAsync(new(0, 2), Build);
        await again.ConfirmAsync(Work.Facts, Stop);
        await using var other = await JoinAsync(new(1, 2), Build);
        await other.ConfirmAsync(Work.Facts, Stop);
        await fleet.GatherAsync(Patience, Stop);
        // Its beats go on, and are not taken for those of the one that came after it.
        while (stopped.EndReason is null) await Task.Delay(20, Stop);
        foreach (var session in (AgentSession[])[again, other]) await session.LeaveAsync(null);

        Assert.Null(fleet.Loss);
        Assert.Null(again.EndReason);
        Assert.Contains("a person stopped it", Assert.Single(
            _told, line => line.Contains("left; waiting for it again", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agents_that_end_with_the_run_before_all_are_there_are_not_lost()
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work, _told.Enqueue, interrupted.Token);

        await interrupted.CancelAsync();
        fleet.Lose(new(1, 3), "its process ended with code 5");

        Assert.Null(fleet.Loss);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task A_second_interruption_waits_for_no_agent_and_books_its_share()
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using var atOnce = new CancellationTokenSource();
        var work = Work with { Agents = 1, AnswerPatience = TimeSpan.FromSeconds(0.1) };
        var load = new[] { Waits("open").WithLoadSimulations(Simulation.Inject(90, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60))) };
        await using var fleet = await Fleet.OpenAsync(_broker.Address, work, _told.Enqueue, interrupted.Token);
        await using var session = await JoinAsync(LoadShare.Whole, Build);
        await session.ConfirmAsync(Work.Facts, Stop);
        await fleet.GatherAsync(Patience, Stop);
        var atLine = session.WaitAsync("open", PhaseKind.Measuring, Stop);
        // It asks again and again meanwhile.
        await Task.Delay(TimeSpan.FromSeconds(0.3), Stop);
        var running = fleet.RunAsync(load, new ToldSeconds(), new ToldPhase(), interrupted.Token, atOnce.Token);
        await atLine;

        await interrupted.CancelAsync();
        await atOnce.CancelAsync();
        var merged = Assert.Single((await running.WaitAsync(Patience, Stop)).Scenarios);

        Assert.True(merged.Accounting.Balances);
        Assert.Contains("ended at once", Assert.Single(fleet.Records).Loss!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "agent 2/2 was lost")]
    [InlineData(true, "the run was interrupted")]
    public async Task An_agent_at_the_start_line_ends_with_the_run_and_not_with_a_fault_of_its_own(bool isInterrupted, string reason)
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var load = new[] { Waits("open").WithLoadSimulations(Simulation.Inject(90, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60))) };
        await using var fleet = await Fleet.OpenAsync(_broker.Address, Work with { Agents = 2 }, _told.Enqueue, interrupted.Token);
        await using var waiting = await JoinAsync(new(0, 2), Build);
        await using var other = await JoinAsync(new(1, 2), Build);
        await other.ConfirmAsync(Work.Facts, Stop);
        var work = AgentWork.RunAsync(waiting, async stop =>
        {
            await waiting.ConfirmAsync(Work.Facts, stop);
            await PlayAsync(waiting, load, new(), stop);
        }, fault => fault.Message, Stop);
        await fleet.GatherAsync(Patience, Stop);
        var running = fleet.RunAsync(load, new ToldSeconds(), new ToldPhase(), interrupted.Token);
        // With its word that it is there it tells how far its clock is ahead.
        while (fleet.Records[0].RoundTrip == TimeSpan.Zero) await Task.Delay(20, Stop);

        if (isInterrupted) await interrupted.CancelAsync();
        else fleet.Lose(new(1, 2), "its process ended with code 137");

        var ended = await Assert.ThrowsAsync<HarnessException>(() => work.WaitAsync(Patience, Stop));
        Assert.Equal((ExitCode.Inconclusive, $"The run ended early: {reason}."), (ended.ExitCode, ended.Message));
        if (isInterrupted)
        {
            await other.LeaveAsync("a person stopped it");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience, Stop));
        }
        else Assert.Equal("an agent was lost", Assert.Single((await running.WaitAsync(Patience, Stop)).Scenarios).AbortReason);
    }

    // A machine that does other things offers a few requests late, at the moment of the end too.
    private static long Slack(long offered) => Math.Max(2, offered / 3);

    private static ScenarioProps Waits(string name) => Scenario.CreateMix(name, ("short", 3, WaitAsync), ("long", 1, WaitAsync));

    private static async Task<IResponse> WaitAsync(IScenarioContext context)
    {
        await context.Delay(TimeSpan.FromMilliseconds(context.Random.Next(1, 30)));
        return Response.Ok();
    }

    private static List<Task> Agents(Func<LoadShare, Task> play) => [.. Enumerable.Range(0, 3).Select(index => play(new(index, 3)))];

    private Task<AgentSession> JoinAsync(LoadShare share, string build) =>
        AgentSession.JoinAsync(_broker.Address, share, build, Patience, _ => { }, Stop);

    private async Task PlayAsync(LoadShare share, ScenarioProps[] load, ConcurrentDictionary<string, IReadOnlyList<ScenarioResult>> own)
    {
        await using var session = await JoinAsync(share, Build);
        await session.ConfirmAsync(Work.Facts, Stop);
        await PlayAsync(session, load, own, session.Ended);
        await session.LeaveAsync(null);
    }

    // Its beats end with its session, as those of a machine without power do.
    private async Task VanishAsync(LoadShare share, ScenarioProps[] load, CancellationToken cancellationToken)
    {
        var session = await JoinAsync(share, Build);
        await session.ConfirmAsync(Work.Facts, Stop);
        using var end = new CancellationTokenSource();
        using var clock = new SystemLoadClock();
        var playing = AgentWork.PlayAsync(
            session, load, _ => throw new OperationCanceledException("It hands nothing in."), clock, end.Token, end.Token);
        await Task.WhenAny(playing, Task.Delay(Timeout.Infinite, cancellationToken));
        await session.DisposeAsync();
        await end.CancelAsync();
        await ((Task)playing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task PlayAsync(
        AgentSession session, ScenarioProps[] load, ConcurrentDictionary<string, IReadOnlyList<ScenarioResult>> own,
            CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        await AgentWork.PlayAsync(session, load, results =>
        {
            own[session.Share.ToString()] = results;
            return new(results, [], 0);
        }, clock, cancellationToken, CancellationToken.None);
    }
}
