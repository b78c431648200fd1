namespace LoadHarness.Core.Output;

/// <summary>Tries whether files can be written to a directory, before the work that is to write them.</summary>
public static class WritableDirectory
{
    /// <summary>A program that is started at the same time may take the directory away, and those above it, once each.</summary>
    private const int MostTrials = 10;

    /// <summary>Makes the directory when it is not there, and writes a file to it that is taken away again.</summary>
    /// <returns>Why nothing can be written there, and what to do; null when it can.</returns>
    public static string? FaultOf(string directory)
    {
        try
        {
            var path = Path.GetFullPath(directory);
            if (File.Exists(path)) return "that is a file. Give a directory; it is made when it does not exist.";
            string[] missing = [.. MissingOf(path)];
            Try(path);
            // A command that is refused for something else leaves nothing behind.
            Remove(missing);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"nothing can be written there: {refused.Message.TrimEnd('.')}. Give a directory that you may write to.";
        }
    }

    private static void Try(string path)
    {
        var trial = Path.Combine(path, $".loadharness-{Guid.NewGuid():N}");
        for (var left = MostTrials - 1; ; left--)
        {
            try
            {
                Directory.CreateDirectory(path);
                File.WriteAllText(trial, "");
                break;
            }
            catch (Exception refused) when (left > 0 && refused is IOException or UnauthorizedAccessException)
            {
                // Another program that tries the same directory may have taken it away again.
            }
        }

        File.Delete(trial);
    }

    private static void Remove(IEnumerable<string> made)
    {
        try
        {
            foreach (var directory in made) Directory.Delete(directory);
        }
        catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
        {
            // Another program is at work in it by now, or took it away itself.
        }
    }

    /// <summary>The directory and those above it that are not there, the innermost first.</summary>
    private static IEnumerable<string> MissingOf(string path)
    {
        for (var next = path; next is not null && !Directory.Exists(next); next = Path.GetDirectoryName(next)) yield return next;
    }
}
