using System.Security.Cryptography;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Output;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A freshly seeded native cluster, kept as a copy of its data directory: <c>--keep</c> saves one, <c>--reuse</c> starts from a copy of it.
/// </summary>
/// <remarks>
/// What a run does to its rows never reaches the snapshot. It lies in the user's cache directory, or below LOADHARNESS_CACHE.
/// </remarks>
public sealed record ClusterSnapshot(string Directory)
{
    private const string Complete = "complete";
    private const string Unfinished = ".saving-";

    // Read once: no program changes its own files.
    private static readonly Lazy<string> Sql = new(() => SqlChecksumOf(Path.Combine(AppContext.BaseDirectory, "sql")));

    /// <summary>No copy takes so long: what is older was left by a program that was killed together with its watch.</summary>
    private static readonly TimeSpan LongestSaving = TimeSpan.FromDays(1);

    /// <summary>Whether it was saved to its end.</summary>
    public bool Exists => File.Exists(Path.Combine(Directory, Complete));

    public string Data => Path.Combine(Directory, "data");

    /// <summary>Holds the superuser's password; readable by its owner alone.</summary>
    public string PasswordFile => Path.Combine(Directory, "password");

    /// <summary>Where snapshots lie.</summary>
    public static string Root =>
        Environment.GetEnvironmentVariable("LOADHARNESS_CACHE") is { Length: > 0 } given ? given
        : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? Path.Combine(cache, "loadharness")
        : OperatingSystem.IsWindows() ? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "loadharness")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "loadharness");

    /// <summary>
    /// The place of what equal rows, SQL files and server make. Another SQL file, except in sql/program, or server version has another
    /// place.
    /// </summary>
    /// <param name="rows">Names the seeded rows; a part of a directory's name.</param>
    public static ClusterSnapshot Of(string rows, int serverMajorVersion) =>
        new(Path.Combine(Root, $"seed-{rows}-pg{serverMajorVersion}-{Sql.Value}"));

    /// <summary>Why nothing can be kept on this machine, and what to do; null when it can.</summary>
    public static string? RootFault() =>
        WritableDirectory.FaultOf(Root) is { } fault ? $"'{Root}': {fault} LOADHARNESS_CACHE names it." : null;

    /// <summary>Of what makes a schema and asks it, in a folder like <c>sql</c>.</summary>
    internal static string SqlChecksumOf(string root)
    {
        // The program's own statements make no schema: they count as little as the code that sends them.
        var program = Path.Combine(root, "program") + Path.DirectorySeparatorChar;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in System.IO.Directory.EnumerateFiles(root, "*.sql", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(program, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file)));
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }

    /// <summary>Looks, before a cluster is filled, whether a copy of it can be kept here.</summary>
    /// <exception cref="HarnessException">It cannot; the message names the ways out.</exception>
    public void Require()
    {
        if ((Exists ? null : Fault() ?? RootFault()) is { } fault)
            throw new HarnessException($"The seeded database cannot be kept: {fault}", ExitCode.BadUsage);
    }

    /// <summary>Whether something lies here that this user may not read: nobody can tell then whether it was saved to its end.</summary>
    internal bool IsUnreadable()
    {
        if (!System.IO.Directory.Exists(Directory)) return false;
        try
        {
            _ = System.IO.Directory.GetFileSystemEntries(Directory);
            return false;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Else another program has put a whole one in its place at this moment.
            return refused is UnauthorizedAccessException;
        }
    }

    /// <summary>Copies a running cluster; call it when seeding has ended and before anything else changes a row.</summary>
    /// <exception cref="HarnessException">
    /// It cannot lie here, or pg_basebackup failed; carries its own words. Nothing half-done stays behind.
    /// </exception>
    public async Task SaveAsync(string adminConnectionString, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (Fault() is { } fault) throw new HarnessException($"The seeded database cannot be kept: {fault}");
        try
        {
            await SaveWholeAsync(adminConnectionString, binaries, cancellationToken);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new HarnessException(
                $"The seeded database could not be copied to '{Directory}': {refused.Message.TrimEnd('.')}. Give a directory that you may "
                    + "write to, with room for the copy: LOADHARNESS_CACHE names it with --keep, and TMPDIR without.", inner: refused);
        }
    }

    /// <summary>Why no copy can lie here, and what to do; null when nothing is in its way.</summary>
    private string? Fault() =>
        File.Exists(Directory) ? $"'{Directory}' is a file. Remove it, or name another directory with LOADHARNESS_CACHE."
        : IsUnreadable() ? $"'{Directory}' is there, and only another user may read it. Have it removed, or name another directory with "
            + "LOADHARNESS_CACHE."
        : null;

    private async Task SaveWholeAsync(string adminConnectionString, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        // Under a name of its own until it is whole: two programs may save the same rows at once.
        var own = new ClusterSnapshot($"{Directory}{Unfinished}{Guid.NewGuid():N}");
        await using var watch = WatchedDirectory.Over(own.Directory);
        SweepUnfinished();
        MakePrivate(own.Directory);
        await own.FillAsync(new(adminConnectionString), binaries, cancellationToken);
        own.TakePlaceOf(this);
    }

    /// <summary>
    /// Puts a copy of the data directory where a server may start on it. A file system that can share blocks copies in an instant.
    /// </summary>
    /// <param name="target">Must not exist.</param>
    public async Task CopyToAsync(string target, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux())
            await RunAsync("cp", ["-a", "--reflink=auto", Data, target], null, cancellationToken);
        else if (OperatingSystem.IsMacOS())
            await RunAsync("cp", ["-Rpc", Data, target], null, cancellationToken);
        else
            await DirectoryCopy.RunAsync(Data, target, cancellationToken);
        if (ServerAccount.Prefix.Count > 0)
            await RunAsync("chown", ["-R", $"{ServerAccount.SystemUser}:{ServerAccount.SystemUser}", target], null, cancellationToken);
    }

    public void RemoveIfThere()
    {
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    private async Task FillAsync(NpgsqlConnectionStringBuilder server, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        await BackupAsync(server, binaries, cancellationToken);
        await File.WriteAllTextAsync(PasswordFile, server.Password, cancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PasswordFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(Path.Combine(Directory, Complete), "", cancellationToken);
    }

    private void TakePlaceOf(ClusterSnapshot place)
    {
        // A whole one that came first holds the same rows.
        if (place.Exists) return;
        place.RemoveIfThere();
        try
        {
            System.IO.Directory.Move(Directory, place.Directory);
        }
        catch (IOException) when (place.Exists)
        {
            // It came first between the look and the move.
        }
    }

    private void SweepUnfinished()
    {
        var parent = Path.GetDirectoryName(Directory)!;
        if (!System.IO.Directory.Exists(parent)) return;
        foreach (var left in System.IO.Directory.EnumerateDirectories(parent, $"*{Unfinished}*")
            .Where(left => System.IO.Directory.GetCreationTimeUtc(left) < DateTime.UtcNow - LongestSaving))
        {
            try
            {
                new ClusterSnapshot(left).RemoveIfThere();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It is another user's, or another program is removing it at this moment.
            }
        }
    }

    private Task BackupAsync(NpgsqlConnectionStringBuilder server, PostgresBinaries binaries, CancellationToken cancellationToken) =>
        RunAsync(
        binaries.PathOf("pg_basebackup"),
        ["-h", server.Host!, "-p", server.Port.ToString(), "-U", server.Username!, "-D", Data, "-X", "fetch",
            "-c", "fast", "--no-sync", "--no-manifest"],
        server.Password,
        cancellationToken);

    private static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
            System.IO.Directory.CreateDirectory(directory);
        else
            System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task RunAsync(string program, string[] arguments, string? password, CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap(program).WithArguments(arguments)
            .WithEnvironmentVariables(variables => variables.Clean().Set("PGPASSWORD", password).Set("LC_ALL", "C"))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        if (!result.IsSuccess)
            throw new HarnessException(
                $"{Path.GetFileName(program)} ended with code {result.ExitCode}: {Redaction.Of(result.StandardError.Trim())} The seeded "
                    + "database could not be copied; free some disk space, or leave out --keep and --reuse.");
    }
}
