using LoadHarness.Core.Output;
using LoadHarness.Core.Validity;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Where private servers and copies of them lie, and on what.</summary>
public static class ServersPlace
{
    /// <summary>What lies there outlives a restart of the machine, so it is on a disk.</summary>
    private const string OfLongerUse = "/var/tmp";

    /// <summary>
    /// The temporary directory. Some systems have it in memory, where a commit waits for no disk: there it is /var/tmp, unless TMPDIR says
    /// otherwise.
    /// </summary>
    public static string Root => RootOf(Environment.GetEnvironmentVariable("TMPDIR"), PrivateRoot.Above, OfLongerUse, FileSystemOf);

    /// <param name="chosen">By the user; null or empty where nobody chose.</param>
    /// <param name="other">Instead of the standard one, where that is in memory and this one is not.</param>
    internal static string RootOf(string? chosen, string standard, string other, Func<string, string?> fileSystemOf) =>
        string.IsNullOrEmpty(chosen) && DataStorage.IsInMemory(fileSystemOf(standard))
            && fileSystemOf(other) is { } found && !DataStorage.IsInMemory(found) && WritableDirectory.FaultOf(other) is null
            ? other
            : standard;

    /// <summary>Name of the file system that a directory is on, such as ext4; null where that cannot be seen.</summary>
    public static string? FileSystemOf(string directory)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            return new DriveInfo(directory).DriveFormat;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
