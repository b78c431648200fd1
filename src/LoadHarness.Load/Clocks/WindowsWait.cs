using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using LoadHarness.Core;
using Microsoft.Win32.SafeHandles;

namespace LoadHarness.Load.Clocks;

/// <summary>A high-resolution waitable timer, which a signal can end early.</summary>
[SupportedOSPlatform("windows10.0.17134")]
internal sealed partial class WindowsWait : PreciseWait
{
    // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION and TIMER_ALL_ACCESS, from winbase.h.
    private const uint HighResolution = 2;
    private const uint AllAccess = 0x1F0003;
    private readonly AutoResetEvent _signal = new(false);
    private readonly EventWaitHandle _timer = new(false, EventResetMode.AutoReset);
    private readonly WaitHandle[] _either;

    public WindowsWait()
    {
        var handle = CreateWaitableTimerExW(0, 0, HighResolution, AllAccess);
        if (handle.IsInvalid) throw new HarnessException("Windows gave no high-resolution timer. Run on Windows 10 1803 or newer.");
        _timer.SafeWaitHandle.Dispose();
        _timer.SafeWaitHandle = handle;
        _either = [_signal, _timer];
    }

    public override bool For(long nanoseconds)
    {
        if (nanoseconds == long.MaxValue) return _signal.WaitOne();

        // Negative is relative, in units of 100 ns.
        var due = -Math.Max(1, nanoseconds / 100);
        SetWaitableTimer(_timer.SafeWaitHandle, in due, 0, 0, 0, false);
        return WaitHandle.WaitAny(_either) == 0;
    }

    public override void Signal() => _signal.Set();

    public override void Dispose()
    {
        _timer.Dispose();
        _signal.Dispose();
    }

    [LibraryImport("kernel32")]
    private static partial SafeWaitHandle CreateWaitableTimerExW(nint attributes, nint name, uint flags, uint access);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetWaitableTimer(
        SafeWaitHandle timer, in long due, int period, nint routine, nint argument, [MarshalAs(UnmanagedType.Bool)] bool resume);
}
