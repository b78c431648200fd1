using LoadHarness.Agents.Messages;

namespace LoadHarness.Agents.Coordinating;

/// <summary>Where the agents wait before a phase, until all are there.</summary>
/// <param name="has">Whether an agent has its place still: another one may have come for one that waited here.</param>
internal sealed class StartLine(int agents, Func<Member, bool> has)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Member> _here = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReadyAnswer> _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task All => _all.Task;

    /// <summary>The answer comes when all are there, or when the phase does not begin.</summary>
    public Task<ReadyAnswer> WaitAsync(Member agent)
    {
        lock (_lock)
        {
            _here.Add(agent);
            if (_here.Count(has) == agents) _all.TrySetResult();
        }

        return _go.Task;
    }

    public void Go(DateTimeOffset atUtc) => _go.TrySetResult(new(atUtc, End: null));

    /// <param name="end">Why the phase does not begin.</param>
    public void Close(string end) => _go.TrySetResult(new(AtUtc: null, end));
}
