using LoadHarness.Agents.Messages;
using LoadHarness.Core;

namespace LoadHarness.Agents.Coordinating;

/// <summary>Where the agents wait before a phase, until all are there.</summary>
internal sealed class StartLine(int agents)
{
    private readonly Lock _lock = new();
    private readonly HashSet<int> _here = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ReadyAnswer> _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task All => _all.Task;

    /// <exception cref="HarnessException">The phase does not begin.</exception>
    public Task<ReadyAnswer> WaitAsync(int agent)
    {
        lock (_lock)
        {
            _here.Add(agent);
            if (_here.Count == agents) _all.TrySetResult();
        }

        return _go.Task;
    }

    public void Go(DateTimeOffset atUtc) => _go.TrySetResult(new(atUtc));

    public void Close(string reason)
    {
        if (!_go.TrySetException(new HarnessException(reason))) return;
        // Nobody may be waiting.
        _ = _go.Task.Exception;
    }
}
