namespace LoadHarness.TestSupport;

/// <summary>Files of the repository that these tests were built in.</summary>
public static class Repository
{
    /// <summary>Path of a file or folder below the repository's root.</summary>
    public static string File(params string[] parts)
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (System.IO.File.Exists(Path.Combine(directory, "LoadHarness.sln"))) return Path.Combine([directory, .. parts]);
        }

        throw new DirectoryNotFoundException("no LoadHarness.sln above the tests");
    }
}
