using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Running;

/// <summary>What the generator itself has used up to a moment.</summary>
internal sealed record GeneratorReading(
    Instant At, TimeSpan Cpu, long Allocated, int Collections, TimeSpan Pauses, (long Stolen, long Total)? Machine)
{
    public static GeneratorReading Of(LoadClock clock) => new(
        clock.Now, Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), GC.CollectionCount(2), GC.GetTotalPauseDuration(),
        MachineTicks());

    /// <summary>
    /// Nanoseconds. Over less, what the program does between two loads looks like busy cores, and the kernel's clock ticks a few times.
    /// </summary>
    public const long ShortestWindow = 100_000_000;

    /// <summary>
    /// What was used since an earlier reading. Less than <see cref="ShortestWindow"/> says nothing of processors: 0 cores, no stolen share.
    /// </summary>
    public GeneratorHealth Since(GeneratorReading earlier)
    {
        var elapsed = At - earlier.At;
        var isLong = elapsed >= ShortestWindow;
        return new GeneratorHealth(
            isLong ? (Cpu - earlier.Cpu).TotalSeconds / (elapsed / 1e9) : 0,
            isLong ? StolenSince(earlier) : null,
            Allocated - earlier.Allocated,
            Collections - earlier.Collections,
            Pauses - earlier.Pauses);
    }

    // A virtual machine that moves to another host may find its counters set back: then the share is not known.
    private double? StolenSince(GeneratorReading earlier)
    {
        if (earlier.Machine is not { } before || Machine is not { } now) return null;
        var (stolen, total) = (now.Stolen - before.Stolen, now.Total - before.Total);
        return total > 0 && stolen >= 0 && stolen <= total ? (double)stolen / total : null;
    }

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
