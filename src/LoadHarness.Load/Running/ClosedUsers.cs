namespace LoadHarness.Load.Running;

/// <summary>The users of a scenario's closed model. Only the dispatching thread uses it.</summary>
internal sealed class ClosedUsers(LoadPhase phase)
{
    private readonly List<VirtualUser> _all = [];
    private readonly Stack<VirtualUser> _active = [];

    /// <summary>Users in force; those retired may still be in their last iteration.</summary>
    public int Active => _active.Count;

    public int Most { get; private set; }

    public IReadOnlyList<VirtualUser> All => _all;

    public bool AreSettled => _all.TrueForAll(u => u.IsSettled);

    public void Add(long intended, long retiresAt, SharedIterations? shared = null)
    {
        var user = new VirtualUser(phase, _active.Count, shared) { RetiresAt = retiresAt };
        _all.Add(user);
        _active.Push(user);
        Most = Math.Max(Most, _active.Count);
        user.Begin(intended);
    }

    public void Retire(int users, long at)
    {
        for (; users > 0; users--) RetireEarlier(_active.Pop(), at);
    }

    public void RetireAllAt(long at)
    {
        foreach (var user in _active) RetireEarlier(user, at);
    }

    /// <summary>Also those retired earlier, which may still owe paced iterations.</summary>
    public void StopAll(long at)
    {
        _active.Clear();
        foreach (var user in _all) RetireEarlier(user, at);
    }

    private static void RetireEarlier(VirtualUser user, long at) => user.RetiresAt = Math.Min(user.RetiresAt, at);
}
