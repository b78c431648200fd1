using LoadHarness.Core;

namespace LoadHarness.Reporting;

/// <summary>Writes a file next to its place and renames it: under its name there is the whole of it, or what was there before.</summary>
public static class WholeFile
{
    /// <exception cref="HarnessException">It could not be written; what was there before is untouched.</exception>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            throw new HarnessException(
                $"{path} could not be written: {failure.Message.TrimEnd('.')}. Free some space there or give another --out.",
                inner: failure);
        }
        finally
        {
            Remove(part);
        }
    }

    public static Task WriteTextAsync(string path, string text, CancellationToken cancellationToken) =>
        WriteAsync(path, stream => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken).AsTask());

    public static bool IsOfTheDisk(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    private static void Remove(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            // The first failure is the one to tell.
        }
    }
}
