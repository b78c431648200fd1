using System.Runtime.InteropServices;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;

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

    // For the report of a program whose words nobody reads.
    private static readonly TimeSpan Unread = TimeSpan.FromSeconds(10);

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
        // Nothing here waits: the work stops also where nobody reads what is told.
        switch (Interlocked.Increment(ref _signals))
        {
            case 1:
                StopInGoodOrder();
                Tell($"Stopping, up to {Patience.TotalSeconds:0} s; interrupt again to stop at once.");
                break;
            case 2:
                _ = Second.CancelAsync();
                Tell("Stopping at once.");
                break;
        }
    }

    private void StopInGoodOrder()
    {
        AtOnce.Register(() => Last.CancelAfter(Hurry));
        Second.CancelAfter(Patience);
        _ = _stop.CancelAsync();
        InBackground(EndUnread);
    }

    private static void Tell(string words) => InBackground(() => Console.Error.WriteLine(words));

    // A write to a full pipe that nobody reads never ends, and neither does who waits for it: this does not.
    private static void EndUnread()
    {
        AtOnce.WaitHandle.WaitOne();
        Thread.Sleep(Hurry + Unread);
        while (!SteadyConsole.IsUnread) Thread.Sleep(Hurry);
        Environment.Exit((int)ExitCode.Inconclusive);
    }

    // Not a thread of the pool: those that do not come back would be missing there.
    private static void InBackground(Action work) => new Thread(() => work()) { IsBackground = true, Name = "interruption" }.Start();
}
