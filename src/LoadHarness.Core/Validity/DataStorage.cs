namespace LoadHarness.Core.Validity;

/// <summary>What a server's data lies on, by the name of its file system.</summary>
public static class DataStorage
{
    private const string Doubt = "The server's data is in memory: a commit waits for no disk. Set TMPDIR to a directory on a disk.";

    /// <param name="fileSystem">As the system names it; null where it is not known.</param>
    public static bool IsInMemory(string? fileSystem) => fileSystem is "tmpfs" or "ramfs";

    /// <summary>Why times that such a server took must not be trusted, and what to do; nothing where it is not in memory.</summary>
    public static IEnumerable<string> Doubts(string? fileSystem) => IsInMemory(fileSystem) ? [Doubt] : [];
}
