using System.Runtime.InteropServices;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Running;

/// <summary>The users of a scenario's closed model. Only the dispatching thread uses it, unless it says otherwise.</summary>
internal sealed class ClosedUsers(LoadPhase phase)
{
    private readonly Lock _lock = new();
    private readonly List<VirtualUser> _all = [];
    private readonly Stack<VirtualUser> _active = [];

    // Retired, and perhaps still in their last iteration.
    private readonly List<VirtualUser> _leaving = [];
    private readonly PriorityQueue<int, int> _freeNumbers = new();
    private int _numbers;

    public IReadOnlyList<VirtualUser> All => _all;

    public bool AreSettled => _all.TrueForAll(u => u.IsSettled);

    /// <summary>Any thread.</summary>
    public void LookAt(InFlightLook look)
    {
        ReadOnlySpan<VirtualUser> all;
        // The list may grow meanwhile: this part of it stays.
        lock (_lock) all = CollectionsMarshal.AsSpan(_all);
        foreach (var user in all)
            if (user.Running >= 0)
                look.See(user.Since);
    }

    /// <summary>
    /// Most at work at once: from a user's first iteration until it is retired. Who was added and never began, because the first start was
    /// due after the end, was no load. To be read when the recorder is closed.
    /// </summary>
    public int Most()
    {
        var changes = new List<(Instant At, int By)>();
        foreach (var user in _all)
        {
            if (user.FirstBegun is not { } begun) continue;
            changes.Add((begun, 1));
            // A paced user who was late began what was due before it was retired.
            changes.Add((Instant.Later(user.RetiresAt, begun + 1), -1));
        }

        changes.Sort();
        var (atWork, most) = (0, 0);
        foreach (var (_, by) in changes)
        {
            atWork += by;
            most = Math.Max(most, atWork);
        }

        return most;
    }

    /// <param name="serial">From 0, over the users of all generators.</param>
    public void Add(int serial, Instant intended, Instant retiresAt, SharedIterations? shared = null)
    {
        var user = new VirtualUser(phase, serial, FreeNumber(), shared) { RetiresAt = retiresAt };
        lock (_lock) _all.Add(user);
        _active.Push(user);
        user.Begin(intended);
    }

    public void Retire(int users, Instant at)
    {
        for (; users > 0; users--)
        {
            var user = _active.Pop();
            RetireEarlier(user, at);
            _leaving.Add(user);
        }
    }

    public void RetireAllAt(Instant at)
    {
        foreach (var user in _active) RetireEarlier(user, at);
    }

    /// <summary>Also those retired earlier, which may still owe paced iterations.</summary>
    public void StopAll(Instant at)
    {
        _leaving.AddRange(_active);
        _active.Clear();
        foreach (var user in _all) RetireEarlier(user, at);
    }

    // The lowest that nobody at work has, so that numbers stay close together: a feed may give out one account for each.
    private int FreeNumber()
    {
        if (_freeNumbers.Count == 0 && _leaving.Count > 0)
        {
            foreach (var user in _leaving.Where(user => user.IsSettled)) _freeNumbers.Enqueue(user.UserNumber, user.UserNumber);
            _leaving.RemoveAll(user => user.IsSettled);
        }

        return _freeNumbers.TryDequeue(out var number, out _) ? number : phase.Share.NumberOf(_numbers++);
    }

    private static void RetireEarlier(VirtualUser user, Instant at) => user.RetiresAt = Instant.Earlier(user.RetiresAt, at);
}
