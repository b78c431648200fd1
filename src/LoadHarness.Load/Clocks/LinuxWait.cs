using System.Runtime.InteropServices;
using LoadHarness.Core;

namespace LoadHarness.Load.Clocks;

/// <summary>ppoll on an eventfd: the kernel's high-resolution timer, which a signal can end early.</summary>
internal sealed unsafe partial class LinuxWait : PreciseWait
{
    // From linux/prctl.h, sys/eventfd.h and poll.h; the same on every architecture that .NET runs on.
    private const int SetTimerSlack = 29;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const short Readable = 1;
    [ThreadStatic]
    private static bool Entered;
    private readonly int _event = eventfd(0, NonBlocking | CloseOnExec);
    private int _disposed;

    public LinuxWait()
    {
        if (_event < 0)
            throw new HarnessException(
                "The system gave no eventfd for the load clock. Raise the limit of open files (ulimit -n) and run again.");
    }

    // The default slack of 50 us lets the kernel wake a thread that much late, to save power. It is a property of the calling thread.
    public override void Enter()
    {
        if (Entered) return;
        _ = prctl(SetTimerSlack, 1, 0, 0, 0);
        Entered = true;
    }

    public override bool For(long nanoseconds)
    {
        var watched = new Watched { Descriptor = _event, Events = Readable };
        var time = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        var ready = ppoll(&watched, 1, nanoseconds == long.MaxValue ? null : &time, null);
        if (ready <= 0) return false;
        ulong count;
        _ = read(_event, &count, sizeof(ulong));
        return true;
    }

    public override void Signal()
    {
        var one = 1UL;
        if (_disposed == 0) _ = write(_event, &one, sizeof(ulong));
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _ = close(_event);
    }

    [LibraryImport("libc")]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static partial int ppoll(Watched* watched, nuint count, TimeSpec* timeout, void* signals);

    [LibraryImport("libc")]
    private static partial nint read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [StructLayout(LayoutKind.Sequential)]
    private struct Watched
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
