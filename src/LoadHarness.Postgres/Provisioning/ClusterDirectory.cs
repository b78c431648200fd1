using System.Globalization;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Where a private cluster lives: its data, its log, and who started it.</summary>
public sealed record ClusterDirectory(string Root)
{
    public string Data => Path.Combine(Root, "data");

    public string Log => Path.Combine(Root, "server.log");

    public string PasswordFile => Path.Combine(Root, "password");

    /// <summary>How many huge pages were allowed for this cluster; absent where none were.</summary>
    public string HugePagesFile => Path.Combine(Root, "huge-pages");

    private string KeepFile => Path.Combine(Root, "keep");

    /// <summary>A new empty directory of this process, in a place where nobody else can put anything.</summary>
    internal static async Task<ClusterDirectory> CreateAsync(bool keep, CancellationToken cancellationToken)
    {
        // Of this user: the server's account gets the data and the log alone, and can plant no link where this program writes.
        var directory = new ClusterDirectory(await PrivateRoot.MakeOwnedAsync("pg", cancellationToken));
        if (keep) await PrivateRoot.WriteAsync(directory.KeepFile, "", cancellationToken);
        await PrivateRoot.WriteAsync(directory.Log, "", cancellationToken);
        await ServerAccount.OwnAsync(directory.Log, cancellationToken);
        return directory;
    }

    /// <summary>
    /// Stops and removes what this user's programs left behind that no longer run; the watch of each does so too, unless it was killed with
    /// them. Copies of clusters and the directories of poolers and brokers lie there as well: without a server there is nothing to stop.
    /// </summary>
    internal static async Task SweepAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (await PrivateRoot.SharedAsync(cancellationToken) is not { } home) return;
        foreach (var directory in Directory.EnumerateDirectories(home).Select(root => new ClusterDirectory(root)).Where(IsAbandoned))
        {
            try
            {
                await directory.StopAndRemoveAsync(binaries, cancellationToken);
            }
            catch (Exception failure) when (failure is HarnessException or IOException or UnauthorizedAccessException)
            {
                // Its own watch is removing it at this moment.
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
                && int.TryParse(File.ReadAllText(PrivateRoot.OwnerOf(directory.Root)), NumberStyles.None, null, out var owner)
                && !ServerAccount.IsAlive(owner);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
