using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>Who may take part: each share once, by an agent of the same program that sees the same database and profile.</summary>
internal sealed class Admission(FleetWork work, Action<string> tell)
{
    private readonly Lock _lock = new();
    private readonly Member?[] _members = new Member?[work.Agents];
    private readonly List<string> _notes = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when every share has its agent.</summary>
    public Task Complete => _complete.Task;

    public IReadOnlyList<Member> Members
    {
        get
        {
            lock (_lock) return [.. _members.OfType<Member>()];
        }
    }

    /// <exception cref="HarnessException">It cannot take part; the message says why.</exception>
    public JoinAnswer Join(JoinRequest request)
    {
        if (!LoadShare.TryParse(request.From.Share, out var share) || share.Count != work.Agents)
            throw Refused(request.From, request.Host, $"this run has {work.Agents} agents: start it as k/{work.Agents}");
        if (request.Build != work.Build)
            throw Refused(request.From, request.Host,
                $"it is {request.Build}, and the coordinator is {work.Build}: install the same program on both");
        lock (_lock)
        {
            if (_members[share.Index] is { } there && (there.IsChecked || there.SilentFor < TimeSpan.FromSeconds(10)))
                throw Refused(request.From, request.Host,
                    $"there is an agent {there} already: give each its own number. One that was killed is given up within seconds");
            _members[share.Index] = new(share, request);
        }

        return work.Job;
    }

    /// <inheritdoc cref="Join"/>
    public Noted Check(CheckRequest request)
    {
        var faults = Differences(request.Facts).ToList();
        Member member;
        // One step: another agent may join with this share, as this one was silent for so long.
        lock (_lock)
        {
            member = Holder(request.From);
            if (member.Joined.From != request.From)
                throw Refused(request.From, request.Host, $"its place was taken by {member}: start it again");
            if (faults.Count > 0)
            {
                _members[member.Share.Index] = null;
                throw Refused(request.From, request.Host, string.Join("; ", faults));
            }

            member.Hear();
            member.IsChecked = true;
        }

        tell($"   agent {member} has joined");
        lock (_lock)
            if (_members.All(one => one is { IsChecked: true })) _complete.TrySetResult();
        return new();
    }

    /// <exception cref="HarnessException">It has not joined, or has no place any more.</exception>
    public Member Of(Sender from)
    {
        var holder = Holder(from);
        return holder.Joined.From == from
            ? holder
            : throw new HarnessException($"The place of this agent was taken by {holder}. Start it again.");
    }

    /// <summary>Whether it has its place still.</summary>
    public bool Has(Member member)
    {
        lock (_lock) return _members[member.Share.Index] == member;
    }

    /// <summary>An agent goes away. As long as others are waited for, nothing has begun: it is waited for again.</summary>
    /// <param name="lost">Called with the agent in words, when all were there and that was news.</param>
    /// <param name="hasWork">There is something left to do for it.</param>
    public void Lose(Member member, string reason, Action<LoadShare, string> lost, bool hasWork = false)
    {
        bool isWaitedFor;
        lock (_lock)
        {
            // It has gone already, and its place may be another one's.
            if (_members[member.Share.Index] != member) return;
            isWaitedFor = !_complete.Task.IsCompleted;
            if (isWaitedFor) _members[member.Share.Index] = null;
        }

        if (isWaitedFor) Free(member, reason);
        else if (member.Lose(reason, hasWork)) TellLost(member.Share, member.ToString(), reason, lost);
    }

    /// <summary>An agent of this machine has ended: nobody starts it again.</summary>
    /// <param name="lost">Called with the agent in words, when that was news.</param>
    public void LoseForGood(LoadShare share, string reason, Action<LoadShare, string> lost)
    {
        Member? member;
        lock (_lock) member = _members[share.Index];
        // One that is not there is lost as long as it is waited for.
        if (member is null ? _complete.Task.IsCompleted : !member.Lose(reason)) return;
        TellLost(share, member?.ToString() ?? share.ToString(), reason, lost);
    }

    /// <param name="loss">Why nobody is waited for any longer; null when time is up.</param>
    public HarnessException Missing(TimeSpan patience, string? loss)
    {
        var here = Members.Where(member => member is { IsChecked: true, IsGone: false }).Select(member => member.Share.Index).ToHashSet();
        var missing = Enumerable.Range(0, work.Agents).Where(index => !here.Contains(index))
            .Select(index => new LoadShare(index, work.Agents));
        lock (_lock)
            return new(
                $"Of {work.Agents} agents {here.Count} are here{(loss is null ? $" after {patience.TotalSeconds:0} s" : "")}; "
                    + $"missing: {string.Join(", ", missing)}. "
                + string.Concat(_notes.Select(one => one + " "))
                + (loss is null
                    ? "Start the missing ones (loadharness agent k/N --join URL) and run again."
                    : $"{loss.TrimEnd('.')}. What it wrote itself says why; run again."),
                loss is null ? ExitCode.BadUsage : ExitCode.Inconclusive);
    }

    private IEnumerable<string> Differences(AgentFacts facts)
    {
        var own = work.Facts;
        if (facts.Schema != own.Schema)
            yield return $"it sees another schema (checksum {Short(facts.Schema)}, the coordinator's is {Short(own.Schema)}): "
                + "give it the same database";
        if (facts.Seeding != own.Seeding)
            yield return $"it sees other rows (seeding {Short(facts.Seeding)}, the coordinator's is {Short(own.Seeding)}): "
                + "give it the same database";
        if (facts.Profile != own.Profile)
            yield return $"it understood another profile (checksum {Short(facts.Profile)}, the coordinator's is {Short(own.Profile)}): "
                + "install the same program on both";
    }

    /// <summary>Who has the share.</summary>
    private Member Holder(Sender from)
    {
        lock (_lock)
            return LoadShare.TryParse(from.Share, out var known) && known.Count == work.Agents && _members[known.Index] is { } member
                ? member
                : throw new HarnessException(
                    $"Agent {Bounded(from.Share)} has no place in this run: it has not joined, or was silent for too long. "
                        + "Start it again.");
    }

    private void Free(Member member, string reason)
    {
        member.Leave();
        Note($"Agent {member} left: {reason.TrimEnd('.')}.");
        tell($"   agent {member} left; waiting for it again ({reason.TrimEnd('.')})");
    }

    private void TellLost(LoadShare share, string agent, string reason, Action<LoadShare, string> lost)
    {
        var words = $"Agent {agent} was lost: {reason}";
        tell($"   {words}");
        lost(share, words);
    }

    private HarnessException Refused(Sender from, string host, string why)
    {
        var refusal = $"Agent {Bounded(from.Share)} on {Bounded(host)} was refused: {why}.";
        Note(refusal);
        tell($"   {refusal}");
        return new(refusal, ExitCode.BadUsage);
    }

    private void Note(string sentence)
    {
        lock (_lock)
            if (_notes.Count < 20) _notes.Add(sentence);
    }

    private static string Short(string checksum) => checksum.Length <= 12 ? checksum : checksum[..12];

    private static string Bounded(string text) => string.Concat(text.Take(60).Select(sign => char.IsControl(sign) ? '?' : sign));
}
