using System.Globalization;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Where a private cluster lives: its data, its log, and who started it.</summary>
public sealed record ClusterDirectory(string Root)
{
    private const string NamePattern = "loadharness-pg-*";

    public string Data => Path.Combine(Root, "data");

    public string Log => Path.Combine(Root, "server.log");

    public string PasswordFile => Path.Combine(Root, "password");

    /// <summary>How many huge pages were allowed for this cluster; absent where none were.</summary>
    public string HugePagesFile => Path.Combine(Root, "huge-pages");

    private string OwnerFile => Path.Combine(Root, "owner");

    private string KeepFile => Path.Combine(Root, "keep");

    /// <summary>A new empty directory below the temporary one, of this process.</summary>
    internal static async Task<ClusterDirectory> CreateAsync(bool keep, CancellationToken cancellationToken)
    {
        var directory = new ClusterDirectory(Path.Combine(Path.GetTempPath(), NamePattern.Replace("*", Guid.NewGuid().ToString("N")[..12], StringComparison.Ordinal)));
        await ServerAccount.MakeDirectoryAsync(directory.Root, cancellationToken);
        await File.WriteAllTextAsync(directory.OwnerFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellationToken);
        if (keep) await File.WriteAllTextAsync(directory.KeepFile, "", cancellationToken);
        return directory;
    }

    /// <summary>Stops and removes what programs left behind that no longer run; the watch of each does so too, unless it was killed with them.</summary>
    internal static async Task SweepAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.GetTempPath(), NamePattern).Select(root => new ClusterDirectory(root)).Where(IsAbandoned))
        {
            try
            {
                await directory.StopAndRemoveAsync(binaries, cancellationToken);
            }
            catch (Exception failure) when (failure is HarnessException or IOException or UnauthorizedAccessException)
            {
                // Another user's, or its own watch is removing it at this moment: neither is ours to mend.
            }
        }
    }

    internal async Task StopAndRemoveAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await ServerAccount.RunAsync(binaries.PgCtl, ["stop", "-D", Data, "-m", "immediate", "-w"], cancellationToken);
        HugePages.TakeBack(this);
        Directory.Delete(Root, recursive: true);
    }

    private static bool IsAbandoned(ClusterDirectory directory)
    {
        try
        {
            return !File.Exists(directory.KeepFile)
                && int.TryParse(File.ReadAllText(directory.OwnerFile), NumberStyles.None, CultureInfo.InvariantCulture, out var owner)
                && !ServerAccount.IsAlive(owner);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
