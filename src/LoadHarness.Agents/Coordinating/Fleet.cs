using System.Collections.Concurrent;
using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>
/// The agents of a run, from the coordinator's side: it admits them, starts each phase on all of them at once, and puts together what they
/// measured. One that goes away when all were there ends the run.
/// </summary>
public sealed class Fleet : IAsyncDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Between the word to begin and the beginning: the word has to be there first.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(500);

    /// <summary>For agents that were told to end, with what they have measured. Shorter than an interrupted run is given in all.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(25);

    /// <summary>After a second interruption, for agents that had it too.</summary>
    private static readonly TimeSpan HurriedPatience = TimeSpan.FromSeconds(1);

    /// <summary>Of one run: two for each scenario.</summary>
    private const int MostPhases = 1_000;

    private static readonly TimeSpan FarewellPatience = TimeSpan.FromSeconds(5);

    private const string LeftEarly = "it left before the end";

    private readonly FleetWork _work;
    private readonly HeldBroker _broker;
    private readonly Exchange _exchange;
    private readonly Admission _admission;
    private readonly ConcurrentDictionary<(string Scenario, PhaseKind Phase), StartLine> _lines = new();
    private readonly TaskCompletionSource<string> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private CancellationTokenRegistration _interrupted;
    private volatile FleetProgress? _progress;

    private Fleet(FleetWork work, HeldBroker broker, Action<string> tell)
    {
        (_work, _broker, _exchange, _admission) = (work, broker, broker.Exchange, new(work, tell));
        _watching = WatchAsync();
    }

    /// <summary>Why the run ends early; null while it does not.</summary>
    public string? Loss { get; private set; }

    /// <summary>Each agent with what it did.</summary>
    public IReadOnlyList<AgentRecord> Records => [.. _admission.Members.Select(member => member.Record())];

    /// <param name="tell">Called with each line that a person should see.</param>
    /// <exception cref="HarnessException">There is no connection to the broker, or another run uses it with this token.</exception>
    public static async Task<Fleet> OpenAsync(
        BrokerAddress broker, FleetWork work, Action<string> tell, CancellationToken cancellationToken) =>
        await OpenAsync(await HeldBroker.TakeAsync(broker, cancellationToken), work, tell, cancellationToken);

    /// <param name="broker">Let go of with the fleet.</param>
    /// <param name="tell">Called with each line that a person should see.</param>
    /// <exception cref="HarnessException">The broker has gone away since it was taken.</exception>
    public static async Task<Fleet> OpenAsync(
        HeldBroker broker, FleetWork work, Action<string> tell, CancellationToken cancellationToken)
    {
        var fleet = new Fleet(work, broker, tell);
        try
        {
            await broker.RequireAsync(cancellationToken);
            // Before anything runs: one that was stopped with its agents has lost none of them.
            fleet._interrupted = cancellationToken.UnsafeRegister(_ => fleet._ending.TrySetResult("the run was interrupted"), null);
            await fleet.ServeAsync();
            broker.Open();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every agent is there and sees what the coordinator sees.</summary>
    /// <exception cref="HarnessException">Some did not come in time, or one of this machine has ended.</exception>
    public async Task GatherAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await Task.WhenAny(_admission.Complete, _ending.Task, Task.Delay(patience, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (_ending.Task.IsCompleted || !_admission.Complete.IsCompleted) throw _admission.Missing(patience, Loss);
    }

    /// <summary>Plays scenarios, all at once, on all agents.</summary>
    /// <param name="live">One snapshot a second for each scenario, over all agents.</param>
    /// <param name="atOnce">Ends the wait for agents that were told to end.</param>
    /// <exception cref="OperationCanceledException">The run was ended before anything was measured.</exception>
    public async Task<FleetResult> RunAsync(
        IReadOnlyList<ScenarioProps> load, IProgress<LoadSnapshot> live, IMeasuredPhase measured, CancellationToken cancellationToken,
            CancellationToken atOnce = default)
    {
        var name = NameOf(load);
        _progress = new(live, _work.Agents);
        foreach (var member in _admission.Members.Where(member => member.IsGone))
            _admission.Lose(member, LeftEarly, End, hasWork: true);
        if (load.Any(scenario => scenario.WarmUp > TimeSpan.Zero)) await PassAsync(name, PhaseKind.WarmUp, () => Task.CompletedTask);
        var began = await PassAsync(
            name, PhaseKind.Measuring, () => Watcher.TellAsync(measured.BeginsAsync, _work.WatcherPatience, atOnce));
        var answers = await AnswersAsync(name, atOnce);
        if (began is not null) await Watcher.TellAsync(measured.EndedAsync, _work.WatcherPatience, atOnce);
        if (answers.Count == 0 && Loss is null) throw new OperationCanceledException(cancellationToken);
        return await new FleetMerge(_work, _admission.Members, Loss).PutTogetherAsync(load, name, began, answers);
    }

    /// <summary>The process of an agent of this machine has ended.</summary>
    public void Lose(LoadShare share, string reason)
    {
        // Nobody is waited for any longer when the run ends before all were there.
        if (_ending.Task.IsCompleted && !_admission.Complete.IsCompleted) return;
        _admission.LoseForGood(share, reason, End);
    }

    public async ValueTask DisposeAsync()
    {
        await _interrupted.DisposeAsync();
        _ending.TrySetResult("the run has ended");
        var left = Task.WhenAll(_admission.Members.Select(member => member.AnswerAsync("")));
        await Task.WhenAny(left, Task.Delay(FarewellPatience));
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _broker.DisposeAsync();
        _stop.Dispose();
    }

    internal static string NameOf(IReadOnlyList<ScenarioProps> load) => string.Join(" + ", load.Select(scenario => scenario.Name));

    private async Task ServeAsync()
    {
        await _exchange.ServeAsync<JoinRequest, JoinAnswer>(request => Task.FromResult(_admission.Join(request)));
        await _exchange.ServeAsync<CheckRequest, Noted>(request => Task.FromResult(_admission.Check(request)));
        await _exchange.ServeAsync<ClockRequest, ClockAnswer>(_ => Task.FromResult(new ClockAnswer(DateTimeOffset.UtcNow)));
        await _exchange.ServeAsync<ReadyRequest, ReadyAnswer>(request =>
        {
            var member = _admission.Of(request.From);
            if (_lines.Count >= MostPhases) throw new HarnessException("There are more phases than a run can have.");
            member.Clock = request.Clock;
            return AtLineAsync(LineOf(request.Scenario, request.Phase).WaitAsync(member));
        });
        await _exchange.ServeAsync<BeatRequest, BeatAnswer>(request => Task.FromResult(Beat(request)));
        await _exchange.ServeAsync<ResultRequest, Noted>(request =>
        {
            _admission.Of(request.From).Take(request);
            return Task.FromResult(new Noted());
        });
        await _exchange.ServeAsync<LeaveRequest, Noted>(request => Task.FromResult(Leave(request)));
    }

    private async Task<ReadyAnswer> AtLineAsync(Task<ReadyAnswer> go)
    {
        await Task.WhenAny(go, Task.Delay(_work.AnswerPatience, _stop.Token));
        return go.IsCompleted ? await go : new(AtUtc: null, End: null);
    }

    private BeatAnswer Beat(BeatRequest request)
    {
        var member = _admission.Of(request.From);
        member.Hear();
        foreach (var second in request.Seconds) _progress?.Take(member.Share.Index, second);
        return new(_ending.Task.IsCompletedSuccessfully ? _ending.Task.Result : null);
    }

    private Noted Leave(LeaveRequest request)
    {
        var member = _admission.Of(request.From);
        if (_ending.Task.IsCompleted) member.Leave();
        else if (request.Fault is { } fault) _admission.Lose(member, $"it ended early: {fault.TrimEnd('.')}", End);
        else if (!_admission.Complete.IsCompleted) _admission.Lose(member, LeftEarly, End);
        else member.Leave();
        return new();
    }

    private void End(LoadShare share, string words)
    {
        Loss ??= words;
        _ending.TrySetResult($"agent {share} was lost");
    }

    /// <returns>When the phase began; null when the run ends instead.</returns>
    private async Task<DateTimeOffset?> PassAsync(string scenario, PhaseKind phase, Func<Task> before)
    {
        var line = LineOf(scenario, phase);
        await Task.WhenAny(line.All, _ending.Task);
        if (!_ending.Task.IsCompleted) await before();
        if (_ending.Task.IsCompleted)
        {
            line.Close(await _ending.Task);
            return null;
        }

        var at = DateTimeOffset.UtcNow + Lead + (10 * _admission.Members.Max(member => member.Clock.RoundTrip));
        line.Go(at);
        return at;
    }

    /// <returns>Of each agent that has any.</returns>
    private async Task<IReadOnlyDictionary<Member, AgentAnswer>> AnswersAsync(string scenario, CancellationToken atOnce)
    {
        var members = _admission.Members;
        var answers = members.ToDictionary(member => member, member => member.AnswerAsync(scenario));
        var all = Task.WhenAll(answers.Values);
        await Task.WhenAny(all, _ending.Task);
        await Task.WhenAny(all, Task.Delay(EndPatience, atOnce));
        if (atOnce.IsCancellationRequested) await Task.WhenAny(all, Task.Delay(HurriedPatience, CancellationToken.None));
        foreach (var (member, _) in answers.Where(answer => !answer.Value.IsCompleted))
            _admission.Lose(member, atOnce.IsCancellationRequested
                ? "it had given no result when the run was ended at once"
                : $"it gave no result within {EndPatience.TotalSeconds:0} s after it was told to end", End);
        await all;
        if (!_ending.Task.IsCompleted)
            foreach (var (member, _) in answers.Where(answer => answer.Value.Result is null))
                _admission.Lose(member, LeftEarly, End, hasWork: true);
        return answers.Where(answer => answer.Value.Result is not null).ToDictionary(answer => answer.Key, answer => answer.Value.Result!);
    }

    private StartLine LineOf(string scenario, PhaseKind phase) =>
        _lines.GetOrAdd((scenario, phase), _ => new(_work.Agents, _admission.Has));

    private async Task WatchAsync()
    {
        using var looks = new PeriodicTimer(BetweenLooks);
        while (await looks.WaitForNextTickAsync(_stop.Token))
            foreach (var member in _admission.Members
                .Where(member => member.IsChecked && !member.IsGone && member.SilentFor > _work.LostAfter))
                _admission.Lose(member, $"nothing was heard of it for {member.SilentFor.TotalSeconds:0.0} s", End);
    }
}
