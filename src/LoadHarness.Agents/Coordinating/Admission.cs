using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>Who may take part: each share once, by an agent of the same program that sees the same database and profile.</summary>
internal sealed class Admission(FleetWork work, Action<string> tell)
{
    private readonly Lock _lock = new();
    private readonly Member?[] _members = new Member?[work.Agents];
    private readonly List<string> _refusals = [];
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
        if (!LoadShare.TryParse(request.Share, out var share) || share.Count != work.Agents)
            throw Refused(request.Share, request.Host, $"this run has {work.Agents} agents: start it as k/{work.Agents}");
        if (request.Build != work.Build)
            throw Refused(request.Share, request.Host,
                $"it is {request.Build}, and the coordinator is {work.Build}: install the same program on both");
        lock (_lock)
        {
            if (_members[share.Index] is { } there && (there.IsChecked || there.SilentFor < TimeSpan.FromSeconds(10)))
                throw Refused(request.Share, request.Host, $"there is an agent {there} already: give each its own number");
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
            member = Of(request.Share);
            if ((member.Joined.Host, member.Joined.ProcessId) != (request.Host, request.ProcessId))
                throw Refused(request.Share, request.Host, $"its place was taken by {member}: start it again");
            if (faults.Count > 0)
            {
                _members[member.Share.Index] = null;
                throw Refused(request.Share, request.Host, string.Join("; ", faults));
            }

            member.Hear();
            member.IsChecked = true;
        }

        tell($"   agent {member} has joined");
        if (Members is var members && members.Count == work.Agents && members.All(one => one.IsChecked)) _complete.TrySetResult();
        return new();
    }

    /// <exception cref="HarnessException">No such agent has joined.</exception>
    public Member Of(string share)
    {
        lock (_lock)
            return LoadShare.TryParse(share, out var known) && known.Count == work.Agents && _members[known.Index] is { } member
                ? member
                : throw new HarnessException($"No agent {(share.Length <= 20 ? share : "of this name")} has joined this run.");
    }

    /// <param name="lost">Called with the agent in words, when that was news.</param>
    /// <param name="hasWork">There is something left to do for it.</param>
    public void Lose(LoadShare share, string reason, Action<LoadShare, string> lost, bool hasWork = false)
    {
        Member? member;
        lock (_lock) member = _members[share.Index];
        // One that never came is lost as long as it is waited for.
        if (member is null ? _complete.Task.IsCompleted : !member.Lose(reason, hasWork)) return;
        var words = $"Agent {member?.ToString() ?? share.ToString()} was lost: {reason}";
        tell($"   {words}");
        lost(share, words);
    }

    public HarnessException Missing(TimeSpan patience, string? loss)
    {
        var here = Members.Where(member => member is { IsChecked: true, IsGone: false }).Select(member => member.Share.Index).ToHashSet();
        var missing = Enumerable.Range(0, work.Agents).Where(index => !here.Contains(index))
            .Select(index => new LoadShare(index, work.Agents));
        lock (_lock)
            return new(
                $"Of {work.Agents} agents {here.Count} are here{(loss is null ? $" after {patience.TotalSeconds:0} s" : "")}; "
                    + $"missing: {string.Join(", ", missing)}. "
                + string.Concat(_refusals.Select(refusal => refusal + " ")) + (loss is null ? "" : loss.TrimEnd('.') + ". ")
                + "Start the missing ones (loadharness agent k/N --join URL) and run again.",
                ExitCode.BadUsage);
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

    private HarnessException Refused(string share, string host, string why)
    {
        var refusal = $"Agent {Bounded(share)} on {Bounded(host)} was refused: {why}.";
        lock (_lock)
            if (_refusals.Count < 20) _refusals.Add(refusal);
        tell($"   {refusal}");
        return new(refusal, ExitCode.BadUsage);
    }

    private static string Short(string checksum) => checksum.Length <= 12 ? checksum : checksum[..12];

    private static string Bounded(string text) => string.Concat(text.Take(60).Select(sign => char.IsControl(sign) ? '?' : sign));
}
