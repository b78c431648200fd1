using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using LoadHarness.Agents.Broker;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Core.Output;
using LoadHarness.Load;
using LoadHarness.Scenarios.OtherEngines;

namespace LoadHarness.Agents.Joining;

/// <summary>
/// One agent's side of a run: it keeps step with the others, says twice a second that it is there, and hands in its figures.
/// </summary>
public sealed class AgentSession : IProgress<LoadSnapshot>, IAsyncDisposable
{
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A coordinator that is silent for so long is gone.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    /// <summary>The others may set up for ten minutes, and the coordinator prepares the server for some scenarios.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(30);

    /// <summary>For one word that the coordinator must have: a broker may be started again more than once.</summary>
    private static readonly TimeSpan WordPatience = TimeSpan.FromMinutes(5);

    private readonly Exchange _exchange;
    private readonly LoadShare _share;
    private readonly Sender _self;
    private readonly ConcurrentQueue<LoadSnapshot> _seconds = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _beating = Task.CompletedTask;

    /// <summary>Of a coordinator that answers no beats any more, nothing is asked again.</summary>
    private volatile bool _isHeard;

    private AgentSession(Exchange exchange, LoadShare share, Sender self, JoinAnswer job) =>
        (_exchange, _share, _self, Job) = (exchange, share, self, job);

    /// <summary>The run ends early: the coordinator says so, or is gone.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Why it ended early; null while it did not.</summary>
    public string? EndReason { get; private set; }

    internal JoinAnswer Job { get; }

    internal LoadShare Share => _share;

    /// <summary>Waits for a coordinator, and for as long as that one says that it prepares its database.</summary>
    /// <param name="build">Version, commit and configuration of the program.</param>
    /// <param name="patience">While no coordinator answers.</param>
    /// <param name="tell">Called with each line that a person should see.</param>
    /// <exception cref="HarnessException">There is no broker, nobody answers, or the coordinator refuses the agent.</exception>
    public static async Task<AgentSession> JoinAsync(
        BrokerAddress broker, LoadShare share, string build, TimeSpan patience, Action<string> tell, CancellationToken cancellationToken)
    {
        var exchange = await Exchange.OpenAsync(broker, $"loadharness agent {share}", cancellationToken);
        try
        {
            await FindCoordinatorAsync(exchange, broker, share, patience, tell, cancellationToken);
            var self = new Sender(share.ToString(), Guid.NewGuid().ToString("N"));
            var request = new JoinRequest(self, build, Environment.MachineName, Environment.ProcessId, Environment.ProcessorCount);
            return new(exchange, share, self, await exchange.AskAsync<JoinRequest, JoinAnswer>(request, Patience, cancellationToken));
        }
        catch
        {
            await exchange.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says what this agent sees. From then on it belongs to the run.</summary>
    /// <exception cref="HarnessException">It is not what the coordinator sees.</exception>
    internal async Task ConfirmAsync(AgentFacts facts, CancellationToken cancellationToken)
    {
        await _exchange.AskAsync<CheckRequest, Noted>(new(_self, Environment.MachineName, facts), Patience, cancellationToken);
        _isHeard = true;
        _beating = BeatAsync();
    }

    /// <exception cref="OperationCanceledException">
    /// The phase does not begin, for the run ends: <see cref="EndReason"/> says why.
    /// </exception>
    /// <exception cref="HarnessException">The others, or the coordinator, did not come for half an hour.</exception>
    internal async Task<DateTimeOffset> WaitAsync(string scenario, PhaseKind phase, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var clock = await ClockExchange.ReadAsync(async () => (await AskAgainAsync<ClockRequest, ClockAnswer>(
            new(_share.ToString()), began, StartPatience, cancellationToken)).NowUtc);
        var request = new ReadyRequest(_self, scenario, phase, clock);
        while (true)
        {
            var answer = await AskAgainAsync<ReadyRequest, ReadyAnswer>(request, began, StartPatience, cancellationToken);
            if (answer.AtUtc is { } at) return at + TimeSpan.FromSeconds(clock.AheadSeconds);
            if (answer.End is { } reason)
            {
                await EndAsync(reason);
                throw new OperationCanceledException($"The {phase} of {scenario} does not begin: {EndReason}.", _ended.Token);
            }

            if (Stopwatch.GetElapsedTime(began) > StartPatience)
                throw new HarnessException(
                    $"The {phase} of {scenario} did not begin within {StartPatience.TotalMinutes:0} min: "
                        + "other agents or the coordinator were waited for. Their messages say why.");
        }
    }

    internal async Task HandInAsync(string scenario, EngineAnswer measured, TimeSpan startedLate)
    {
        var pieces = Pieces.Cut(JsonSerializer.SerializeToUtf8Bytes(new AgentAnswer(measured, startedLate), JsonFormat.Line));
        foreach (var (part, piece) in pieces.Index())
            await AskAgainAsync<ResultRequest, Noted>(
                new(_self, scenario, part, pieces.Count, piece), Stopwatch.GetTimestamp(), WordPatience, CancellationToken.None);
    }

    /// <param name="fault">Why it leaves early; null when it is through.</param>
    internal Task LeaveAsync(string? fault) =>
        // Who leaves unheard counts as lost. When the run has ended, the coordinator may have gone before.
        AskAgainAsync<LeaveRequest, Noted>(
            new(_self, fault), Stopwatch.GetTimestamp(), EndReason is null ? WordPatience : TimeSpan.Zero, CancellationToken.None);

    public void Report(LoadSnapshot value) => _seconds.Enqueue(value);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _exchange.DisposeAsync();
        _ended.Dispose();
        _stop.Dispose();
    }

    private static async Task FindCoordinatorAsync(
        Exchange exchange, BrokerAddress broker, LoadShare share, TimeSpan patience, Action<string> tell,
        CancellationToken cancellationToken)
    {
        var (heard, told) = (Stopwatch.GetTimestamp(), "");
        while (true)
        {
            var coordinator = await exchange.FindAsync<CoordinatorRequest, CoordinatorAnswer>(new(), cancellationToken);
            if (coordinator is { IsReady: true }) return;
            if (coordinator is not null) heard = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(heard) > patience)
                throw new HarnessException(
                    $"No coordinator on {broker} within {patience.TotalMinutes:0.#} min. "
                        + $"Start it with run --agents {share.Count} --broker {broker}, with the same token, and this agent again.");
            var state = coordinator is null
                ? $"Waiting on {broker} for the coordinator (run --agents {share.Count}), up to {patience.TotalMinutes:0.#} min."
                : $"The coordinator on {broker} prepares its database: waiting for as long as that takes.";
            if (state != told) tell(state);
            told = state;
            await Task.Delay(BetweenBeats, cancellationToken);
        }
    }

    /// <summary>
    /// Asks until there is an answer: a broker that is started again loses what is on its way. To hear the same twice changes nothing for
    /// the coordinator; one that is gone is found by the beats.
    /// </summary>
    /// <param name="began">When it was asked first.</param>
    private async Task<TAnswer> AskAgainAsync<TRequest, TAnswer>(
        TRequest request, long began, TimeSpan patience, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await _exchange.AskAsync<TRequest, TAnswer>(request, Patience, cancellationToken);
            }
            catch (HarnessException lost) when (
                Exchange.IsUnanswered(lost.InnerException) && _isHeard && Stopwatch.GetElapsedTime(began) < patience)
            {
                await Task.Delay(BetweenBeats, cancellationToken);
            }
        }
    }

    private async Task BeatAsync()
    {
        // Not by the wall clock, which may be set meanwhile.
        var heard = Stopwatch.GetTimestamp();
        using var beats = new PeriodicTimer(BetweenBeats);
        while (await beats.WaitForNextTickAsync(_stop.Token))
        {
            try
            {
                var answer = await _exchange.AskAsync<BeatRequest, BeatAnswer>(
                    new(_self, Told()), BetweenBeats * 4, _stop.Token);
                (heard, _isHeard) = (Stopwatch.GetTimestamp(), true);
                if (answer.End is { } reason) await EndAsync(reason);
            }
            catch (HarnessException refused) when (!Exchange.IsUnanswered(refused.InnerException))
            {
                // It was silent for too long, and has no place any more.
                await EndAsync(refused.Message.TrimEnd('.'));
            }
            catch (HarnessException silent)
            {
                if (Stopwatch.GetElapsedTime(heard) <= LongestSilence) continue;
                await EndAsync($"the coordinator is gone: {silent.Message}");
                _isHeard = false;
            }
        }
    }

    private async Task EndAsync(string reason)
    {
        if (_ended.IsCancellationRequested) return;
        EndReason = reason;
        await _ended.CancelAsync();
    }

    private List<LoadSnapshot> Told()
    {
        const int most = 200;
        var told = new List<LoadSnapshot>();
        while (told.Count < most && _seconds.TryDequeue(out var second)) told.Add(second);
        return told;
    }
}
