namespace LoadHarness.Load.Scheduling;

/// <summary>
/// Looks once a millisecond while work waits for a thread, and sleeps while none does: an idle or asynchronous load pays nothing for it.
/// </summary>
internal sealed class ThreadGrowthMonitor : IDisposable
{
    private const int PatienceMilliseconds = 1;
    private readonly IterationThreads _threads;
    private readonly CpuSaturation _machine = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private volatile bool _stopped;

    public ThreadGrowthMonitor(IterationThreads threads)
    {
        _threads = threads;
        _thread = new Thread(Run, IterationThread.StackBytes) { IsBackground = true, Name = "iteration threads" };
        _thread.Start();
    }

    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _stopped = true;
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_stopped)
        {
            _wake.WaitOne();
            do
            {
                _machine.Sample();
                Thread.Sleep(PatienceMilliseconds);
            }
            while (!_stopped && _threads.Grow(_machine.WasKeptBusy()));
        }
    }
}
