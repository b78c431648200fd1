using System.Collections.Concurrent;
using System.Diagnostics;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>One agent, as the coordinator knows it.</summary>
internal sealed class Member(LoadShare share, JoinRequest joined)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<AgentAnswer>> _answers = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AgentLoad> _loads = [];
    private long _heard = Stopwatch.GetTimestamp();
    private (string Scenario, byte[]?[] Pieces)? _coming;

    public LoadShare Share => share;

    public JoinRequest Joined => joined;

    /// <summary>Whether it sees what the coordinator sees.</summary>
    public bool IsChecked { get; set; }

    public ClockReading Clock { get; set; } = new(0, TimeSpan.Zero);

    /// <summary>Lost, through with its work, or gone before all were there.</summary>
    public bool IsGone => _gone.Task.IsCompleted;

    public (DateTimeOffset AtUtc, string Reason)? Loss { get; private set; }

    /// <summary>Requests of its share that were booked as skipped.</summary>
    public long Skipped { get; set; }

    /// <summary>What it was at when it was lost.</summary>
    public string LostIn { get; set; } = "";

    public TimeSpan SilentFor => Stopwatch.GetElapsedTime(Interlocked.Read(ref _heard));

    public override string ToString() => $"{share} on {joined.Host} (process {joined.ProcessId})";

    public void Hear() => Interlocked.Exchange(ref _heard, Stopwatch.GetTimestamp());

    /// <param name="hasWork">There is something left to do for it: one that has only left then is lost as well.</param>
    /// <returns>Whether that was news.</returns>
    public bool Lose(string reason, bool hasWork = false)
    {
        lock (_loads)
        {
            if (Loss is not null || (IsGone && !hasWork)) return false;
            Loss = (DateTimeOffset.UtcNow, reason);
        }

        _gone.TrySetResult();
        return true;
    }

    /// <summary>It is through with its work, or goes before there was any.</summary>
    public void Leave() => _gone.TrySetResult();

    /// <summary>What it measured of a scenario; null when it went away before.</summary>
    public async Task<AgentAnswer?> AnswerAsync(string scenario)
    {
        var answer = AnswerOf(scenario).Task;
        await Task.WhenAny(answer, _gone.Task);
        return answer.IsCompletedSuccessfully ? await answer : null;
    }

    /// <summary>Takes a piece of an answer. Pieces come one after the other, and one may come again.</summary>
    /// <exception cref="HarnessException">The pieces do not fit together, or make no answer.</exception>
    public void Take(ResultRequest piece)
    {
        if (piece.Parts is < 1 or > Pieces.Most || piece.Part < 0 || piece.Part >= piece.Parts || piece.Data.Length > Pieces.Size)
            throw new HarnessException(
                $"Agent {this} sent piece {piece.Part} of {piece.Parts} with {piece.Data.Length} bytes, which cannot be one.");
        // That its last piece arrived was not heard: it must not push out pieces of the next answer.
        if (_answers.TryGetValue(piece.Scenario, out var known) && known.Task.IsCompleted) return;
        if (_coming is not { } coming || coming.Scenario != piece.Scenario || coming.Pieces.Length != piece.Parts)
            _coming = coming = (piece.Scenario, new byte[]?[piece.Parts]);
        coming.Pieces[piece.Part] = piece.Data;
        if (coming.Pieces.Any(one => one is null)) return;
        var whole = Pieces.Join(coming.Pieces.OfType<byte[]>(), $"Agent {this}");
        _coming = null;
        var answer = MessageFormat.Read<AgentAnswer>(whole, $"Agent {this}", Pieces.LargestWhole);
        var faults = answer.Measured.Scenarios.SelectMany(RunCheck.Faults).Take(3).ToList();
        if (faults.Count > 0)
            throw new HarnessException(
                $"Agent {this} sent figures that contradict each other: {string.Join("; ", faults.Select(fault => fault.ToString()))}");
        AnswerOf(piece.Scenario).TrySetResult(answer);
    }

    public void Keep(AgentLoad load) => _loads.Add(load);

    public AgentRecord Record() => new(
        share.ToString(), joined.Host, joined.ProcessId, joined.Cores, Clock.AheadSeconds, Clock.RoundTrip, [.. _loads])
    {
        Loss = Loss is { } loss ? new(LostIn, loss.AtUtc, loss.Reason, Skipped) : null,
    };

    private TaskCompletionSource<AgentAnswer> AnswerOf(string scenario) =>
        _answers.GetOrAdd(scenario, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
