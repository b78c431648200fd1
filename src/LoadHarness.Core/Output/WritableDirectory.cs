namespace LoadHarness.Core.Output;

/// <summary>Tries whether files can be written to a directory, before the work that is to write them.</summary>
public static class WritableDirectory
{
    /// <summary>Makes the directory when it is not there, and writes a file to it that is taken away again.</summary>
    /// <returns>Why nothing can be written there, and what to do; null when it can.</returns>
    public static string? FaultOf(string directory)
    {
        try
        {
            var path = Path.GetFullPath(directory);
            if (File.Exists(path)) return "that is a file. Give a directory; it is made when it does not exist.";
            string[] missing = [.. MissingOf(path)];
            Directory.CreateDirectory(path);
            var trial = Path.Combine(path, $".loadharness-{Guid.NewGuid():N}");
            File.WriteAllText(trial, "");
            File.Delete(trial);
            // A command that is refused for something else leaves nothing behind.
            foreach (var made in missing) Directory.Delete(made);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"nothing can be written there: {refused.Message.TrimEnd('.')}. Give a directory that you may write to.";
        }
    }

    /// <summary>The directory and those above it that are not there, the innermost first.</summary>
    private static IEnumerable<string> MissingOf(string path)
    {
        for (var next = path; next is not null && !Directory.Exists(next); next = Path.GetDirectoryName(next)) yield return next;
    }
}
