namespace LoadHarness.Load.Scheduling;

/// <param name="first">What it does before it comes to the queue.</param>
internal sealed class IterationThread(IterationThreads owner, IWork? first) : IDisposable
{
    internal const int StackBytes = 1024 * 1024;

    // An event of its own: threads that wait for a common lock's pulse meet at that lock when they wake.
    private readonly AutoResetEvent _wake = new(false);
    private IWork? _handed;

    public void Begin() => new Thread(Run, StackBytes) { IsBackground = true, Name = "iterations" }.Start();

    /// <summary>From any thread, once for each sleep.</summary>
    /// <param name="work">For this thread alone; null sends it to the queue.</param>
    public void Wake(IWork? work = null)
    {
        _handed = work;
        _wake.Set();
    }

    /// <returns>What it was woken for; null when that is in the queue.</returns>
    public IWork? Sleep()
    {
        _wake.WaitOne();
        return _handed;
    }

    public void Dispose() => _wake.Dispose();

    private void Run()
    {
        first?.Execute();
        for (var arrives = first is null; owner.Next(this, arrives) is { } work; arrives = false) work.Execute();
        Dispose();
    }
}
