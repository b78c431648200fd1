using System.Diagnostics;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Running;

/// <summary>What the generator itself used between two moments.</summary>
internal sealed class GeneratorProbe
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly long _allocated = GC.GetTotalAllocatedBytes();
    private readonly int _collections = GC.CollectionCount(2);
    private readonly TimeSpan _pauses = GC.GetTotalPauseDuration();
    private readonly (long Stolen, long Total)? _machine = MachineTicks();

    public GeneratorHealth Measure()
    {
        var elapsed = Stopwatch.GetElapsedTime(_started);
        return new GeneratorHealth(
            elapsed > TimeSpan.Zero ? (Environment.CpuUsage.TotalTime - _cpu) / elapsed : 0,
            StolenShare(),
            GC.GetTotalAllocatedBytes() - _allocated,
            GC.CollectionCount(2) - _collections,
            GC.GetTotalPauseDuration() - _pauses);
    }

    private double? StolenShare() => _machine is { } before && MachineTicks() is { } now && now.Total > before.Total
        ? (double)(now.Stolen - before.Stolen) / (now.Total - before.Total)
        : null;

    // proc(5), first line of /proc/stat: cpu user nice system idle iowait irq softirq steal. Guest time is within user time.
    private static (long Stolen, long Total)? MachineTicks()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/stat")) return null;
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 9) return null;
        var ticks = fields[1..9].Select(f => long.Parse(f)).ToArray();
        return (ticks[7], ticks.Sum());
    }
}
