using System.Globalization;

namespace LoadHarness.Postgres.Observation;

/// <summary>What a native server's processes used, from <c>/proc</c>. Other systems and remote servers have none to read.</summary>
internal sealed class ServerProcesses(int? postmaster)
{
    /// <summary>Clock ticks a second in /proc/PID/stat: USER_HZ, 100 on every Linux that .NET supports.</summary>
    private const double TicksPerSecond = 100;

    private readonly bool _readable = postmaster is not null && OperatingSystem.IsLinux();

    /// <returns>
    /// CPU time used since the server started, and memory: private pages of all processes and the shared pages once. Null where there is
    /// nothing to read.
    /// </returns>
    public (TimeSpan Cpu, long ResidentBytes)? Read()
    {
        if (!_readable) return null;
        var cpu = TimeSpan.Zero;
        long anonymous = 0, shared = 0;
        foreach (var process in Family())
        {
            cpu += process.Cpu;
            var memory = Memory(process.Id);
            anonymous += memory.Anonymous;
            shared = Math.Max(shared, memory.Shared);
        }

        return (cpu, anonymous + shared);
    }

    /// <returns>The postmaster first, then its children; on other systems the postmaster alone.</returns>
    public IReadOnlyList<int> Ids() => !_readable
        ? [postmaster ?? 0]
        : [.. Family().Select(process => process.Id).OrderBy(id => id != postmaster)];

    private IEnumerable<(int Id, TimeSpan Cpu)> Family()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, null, out var id)) continue;
            if (Fields(id) is not { } fields) continue;
            // Behind the name in brackets: state, ppid, ...; utime and stime are fields 14 and 15 of the whole line, cutime and cstime 16
            // and 17.
            if (id == postmaster) yield return (id, OwnTime(id, fields) + OfTicks(fields[13] + fields[14]));
            else if ((int)fields[1] == postmaster) yield return (id, OwnTime(id, fields));
        }
    }

    // Ticks of 10 ms are too coarse for a turn of lookups; schedstat has nanoseconds, where the kernel keeps it.
    private static TimeSpan OwnTime(int id, double[] fields) =>
        ReadText($"/proc/{id}/schedstat") is { Length: > 0 } text && long.TryParse(text.Split(' ')[0], out var nanoseconds)
            ? TimeSpan.FromMicroseconds(nanoseconds / 1_000.0)
            : OfTicks(fields[11] + fields[12]);

    private static TimeSpan OfTicks(double ticks) => TimeSpan.FromSeconds(ticks / TicksPerSecond);

    private static double[]? Fields(int id)
    {
        if (ReadText($"/proc/{id}/stat") is not { } line) return null;
        var words = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return [0, .. words.Skip(1).Take(16).Select(word => double.Parse(word))];
    }

    private static (long Anonymous, long Shared) Memory(int id)
    {
        long anonymous = 0, shared = 0;
        foreach (var line in ReadText($"/proc/{id}/status")?.Split('\n') ?? [])
        {
            if (line.StartsWith("RssAnon:", StringComparison.Ordinal)) anonymous = Bytes(line);
            if (line.StartsWith("RssShmem:", StringComparison.Ordinal)) shared = Bytes(line);
        }

        return (anonymous, shared);
    }

    private static long Bytes(string line) =>
        1024 * long.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim());

    // A process may end between the listing and the reading.
    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
