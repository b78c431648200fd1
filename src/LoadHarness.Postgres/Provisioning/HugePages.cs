using System.Diagnostics;
using System.Globalization;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Lets the kernel give a private server huge pages for its buffers. On pages of 4 kB every session pays a fault for each page of the
/// buffers that it touches first, and a lookup in larger tables for every other; see docs/decisions/0017.
/// </summary>
public static class HugePages
{
    /// <summary>The setting under which a server, from version 17 on, tells whether it has them.</summary>
    public const string Status = "huge_pages_status";

    // Pages beyond those that an administrator set aside. They are taken when a server starts and go with it: that more are allowed costs
    // nothing.
    internal const string AllowedFile = "/proc/sys/vm/nr_overcommit_hugepages";

    /// <summary>
    /// Locked (flock) by who changes the number, and read by nobody: each server of each program adds what it needs, and its watch takes
    /// it back.
    /// </summary>
    internal const string LockedFile = "/proc/sys/vm/nr_hugepages";

    // To read and to write a number. Who holds the lock for longer is none of these programs: the number is changed all the same.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Allows as many as a server that is about to start will ask for; its <see cref="ClusterDirectory.HugePagesFile"/> says how many, for
    /// who stops it.
    /// </summary>
    /// <remarks>
    /// Only root may, and not every kernel can. Where not, the server starts on small pages: it asks for huge ones and does without.
    /// </remarks>
    public static async Task AllowAsync(ClusterDirectory directory, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists(AllowedFile)) return;
        try
        {
            var pages = Number(await ServerAccount.RunAsync(
                binaries.PathOf("postgres"), ["-D", directory.Data, "-C", "shared_memory_size_in_huge_pages"], cancellationToken));
            if (pages <= 0 || LeastGroupLimit(File.ReadAllText("/proc/self/cgroup"), "/sys/fs/cgroup") < pages * PageBytes()) return;
            await PrivateRoot.WriteAsync(directory.HugePagesFile, Text(pages), cancellationToken);
            Add(pages, AllowedFile, LockedFile);
        }
        catch (Exception refusal) when (refusal is HarnessException or IOException or UnauthorizedAccessException)
        {
            // A server that cannot read its settings says so when it starts; a read-only /proc is a container's.
            File.Delete(directory.HugePagesFile);
        }
    }

    /// <summary>Takes back what <see cref="AllowAsync"/> allowed. The cluster's watch does the same, without this program.</summary>
    public static void TakeBack(ClusterDirectory directory)
    {
        if (!File.Exists(directory.HugePagesFile)) return;
        Add(-Number(File.ReadAllText(directory.HugePagesFile)), AllowedFile, LockedFile);
        File.Delete(directory.HugePagesFile);
    }

    /// <summary>Whether a server on this machine has its buffers on huge pages; null when that cannot be seen.</summary>
    public static bool? AreUsedBy(int postmaster)
    {
        try
        {
            return File.ReadLines($"/proc/{postmaster}/smaps")
                .Any(line => line.StartsWith("KernelPageSize:", StringComparison.Ordinal)
                    && !line.EndsWith(" 4 kB", StringComparison.Ordinal));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The least bytes of huge pages that this process's control groups let it have. A server that maps more is not refused, but killed
    /// when it touches them (SIGBUS): the case of a privileged container that was given none.
    /// </summary>
    /// <param name="groups">As in /proc/self/cgroup: lines of hierarchy, controllers and path, with colons between.</param>
    /// <param name="root">Where the hierarchies are mounted.</param>
    internal static long LeastGroupLimit(string groups, string root)
    {
        var least = long.MaxValue;
        foreach (var parts in groups.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':', 3)))
        {
            // The second version has one hierarchy without controllers in its line; the first has one of its own for huge pages.
            if (parts is not [_, "" or "hugetlb", var path]) continue;
            var top = Path.Combine(root, parts[1]);
            for (var group = Path.Join(top, path).TrimEnd('/'); group.Length >= top.TrimEnd('/')
                .Length; group = Path.GetDirectoryName(group)!)
                least = Math.Min(least, LimitsIn(group).DefaultIfEmpty(long.MaxValue).Min());
        }

        return least;
    }

    private static IEnumerable<long> LimitsIn(string group) => !Directory.Exists(group) ? [] : Directory.EnumerateFiles(group, "hugetlb.*")
        .Where(file => file.EndsWith(".max", StringComparison.Ordinal) || file.EndsWith(".limit_in_bytes", StringComparison.Ordinal))
        .Select(file => long.TryParse(File.ReadAllText(file), NumberStyles.AllowTrailingWhite, null, out var bytes)
            ? bytes
            : long.MaxValue);

    // "Hugepagesize:       2048 kB"
    private static long PageBytes() => File.ReadLines("/proc/meminfo")
        .Where(line => line.StartsWith("Hugepagesize:", StringComparison.Ordinal))
        .Select(line => Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024).Single();

    /// <param name="allowed">Holds the number.</param>
    /// <param name="locked">Is held meanwhile.</param>
    internal static void Add(long pages, string allowed, string locked)
    {
        using var held = Hold(locked);
        File.WriteAllText(allowed, Text(Math.Max(0, Number(File.ReadAllText(allowed)) + pages)));
    }

    private static FileStream? Hold(string locked)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(locked, FileMode.Open, FileAccess.Read, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(began) < LockPatience)
            {
                Thread.Sleep(1);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    private static long Number(string text) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, null, out var number) ? number : 0;

    private static string Text(long number) => number.ToString();
}
