using System.Collections.Concurrent;
using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Progress;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Where a private cluster lives: its data, its log, and who started it.</summary>
public sealed record ClusterDirectory(string Root)
{
    /// <summary>Between a directory and the mark in it lies a moment: an older one without was left by a crash.</summary>
    private static readonly TimeSpan LongestMaking = TimeSpan.FromDays(1);

    /// <summary>Those that could not be removed: a comparison starts many servers, and says it once.</summary>
    private static readonly ConcurrentDictionary<string, bool> Told = new(StringComparer.Ordinal);

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
    internal static async Task SweepAsync(PostgresBinaries binaries, IStageProgress progress, CancellationToken cancellationToken)
    {
        if (await PrivateRoot.SharedAsync(cancellationToken) is not { } home) return;
        foreach (var directory in Directory.GetDirectories(home).Select(root => new ClusterDirectory(root)).Where(IsAbandoned))
        {
            if (await directory.RemoveAsync(binaries, cancellationToken) is { } fault && Told.TryAdd(directory.Root, true))
                progress.Note($"What a program left that was killed could not be removed: {fault}. Remove {directory.Root} by hand.");
        }
    }

    /// <summary>Stops the server, if one runs here, and removes the directory: also where the server could not be stopped.</summary>
    /// <returns>Why the directory could not be removed; null when it is gone.</returns>
    internal async Task<string?> RemoveAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            ReturnHugePages();
            return await ServerReaper.RemoveNowAsync(this, binaries, cancellationToken);
        }

        try
        {
            if (HasServerOnWindows())
                await ServerAccount.RunAsync(binaries.PgCtl, ["stop", "-D", Data, "-m", "immediate", "-w"], cancellationToken);
        }
        catch (HarnessException)
        {
            // A server that still runs keeps its files, which says more.
        }

        try
        {
            Directory.Delete(Root, recursive: true);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Directory.Exists(Root) ? refused.Message.TrimEnd('.') : null;
        }
    }

    /// <summary>Who it belongs to; empty where a crash came before that was written.</summary>
    private string Mark() => File.Exists(PrivateRoot.OwnerOf(Root)) ? File.ReadAllText(PrivateRoot.OwnerOf(Root)) : "";

    private void ReturnHugePages()
    {
        try
        {
            // A machine that was started again allows what it is set up with.
            if (ProcessMark.IsOfEarlierBoot(Mark())) File.Delete(HugePagesFile);
            else HugePages.TakeBack(this);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Its own watch is at it at this moment, or only root may.
        }
    }

    // Windows does not tell where a process is at work. After a crash the number in the file may be another program's by now.
    private bool HasServerOnWindows()
    {
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First()));
            return process.ProcessName == "postgres";
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or ArgumentException or FormatException
            or OverflowException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsAbandoned(ClusterDirectory directory)
    {
        try
        {
            if (File.Exists(directory.KeepFile)) return false;
            return ProcessMark.IsAlive(directory.Mark()) is { } alive
                ? !alive
                : Directory.GetLastWriteTimeUtc(directory.Root) < DateTime.UtcNow - LongestMaking;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
