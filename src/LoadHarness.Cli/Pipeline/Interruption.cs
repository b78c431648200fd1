using System.Runtime.InteropServices;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP ask the run to stop in good order, within a time that is told. A second signal ends it at once: what was
/// measured is written, and nothing waits for the server any longer.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>For requests in flight, for the last look at the server, and for stopping it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // For what ends by itself when it is told that nobody waits. The report is to be there within five seconds.
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(2);

    // A process has one set of signals.
    private static readonly CancellationTokenSource Second = new();
    private static readonly CancellationTokenSource Last = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
    ];

    /// <summary>A second signal came, or the first was too long ago: end without waiting for the server.</summary>
    public static CancellationToken AtOnce => Second.Token;

    /// <summary>What has still not ended is left behind.</summary>
    public static CancellationToken Abandoned => Last.Token;

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        // Not here: what is called back may block, and the next signal would wait for it.
        if (Interlocked.Increment(ref _signals) == 1) ThreadPool.QueueUserWorkItem(_ => First());
        else ThreadPool.QueueUserWorkItem(_ => EndAtOnce());
    }

    private void First()
    {
        Console.Error.WriteLine($"Stopping, up to {Patience.TotalSeconds:0} s; interrupt again to stop at once.");
        AtOnce.Register(() => Last.CancelAfter(Hurry));
        Second.CancelAfter(Patience);
        _ = _stop.CancelAsync();
    }

    private static void EndAtOnce()
    {
        Console.Error.WriteLine("Stopping at once.");
        _ = Second.CancelAsync();
    }
}
