namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Whether the data directory that a server names is one of this machine. Another machine, and a container, often have one of the same
/// path, and the free space of this one says nothing of theirs.
/// </summary>
internal static class DirectoryHere
{
    /// <param name="backend">Process number of a session of that server, as the server gives it.</param>
    public static bool Is(string dataDirectory, int backend) => IsOwn(dataDirectory) || IsOfProcess(dataDirectory, backend);

    // A private server's name is drawn: no other machine has it. Its processes may be those of another account, which this one cannot see.
    private static bool IsOwn(string dataDirectory)
    {
        try
        {
            return Path.GetDirectoryName(dataDirectory) is { } root
                && File.ReadAllText(PrivateRoot.OwnerOf(root)).Trim() == ProcessMark.OfThis;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Every process of a server works in its data directory. What this account may not see counts as elsewhere.
    private static bool IsOfProcess(string dataDirectory, int backend) => OperatingSystem.IsLinux()
        && new DirectoryInfo($"/proc/{backend}/cwd").LinkTarget == Path.TrimEndingDirectorySeparator(dataDirectory);
}
