using System.Diagnostics;

namespace LoadHarness.Load.Scheduling;

/// <summary>Whether this program kept the cores busy between two moments.</summary>
internal sealed class CpuSaturation
{
    // A share that threads which mostly block do not reach.
    private const double Share = 0.8;
    private TimeSpan _cpu;
    private long _at;

    public void Sample() => (_cpu, _at) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());

    public bool WasKeptBusy() =>
        Environment.CpuUsage.TotalTime - _cpu > Share * Environment.ProcessorCount * Stopwatch.GetElapsedTime(_at);
}
