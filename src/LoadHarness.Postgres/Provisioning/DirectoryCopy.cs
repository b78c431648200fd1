namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Copies a directory with all that is in it, where the system has no command that does so and keeps to the cluster's layout.
/// </summary>
internal static class DirectoryCopy
{
    // Several files at once keep a disk busy; a data directory is a few large files and thousands of small ones.
    private const int FilesAtOnce = 4;

    /// <param name="target">
    /// Must not exist. Empty directories are copied too: a server does not start without pg_notify and the like.
    /// </param>
    public static async Task RunAsync(string source, string target, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(target);
        foreach (var directory in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, directory)));
        var files = Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories);
        await Parallel.ForEachAsync(files,
            new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
            (file, _) =>
        {
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)));
            return ValueTask.CompletedTask;
        });
    }
}
