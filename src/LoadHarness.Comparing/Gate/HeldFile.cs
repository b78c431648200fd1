using LoadHarness.Core;

namespace LoadHarness.Comparing;

/// <summary>
/// A file that one process at a time can hold. It is deleted when it is given back, and ends with its process at the latest.
/// </summary>
internal sealed class HeldFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly FileStream _held;

    private HeldFile(FileStream held) => _held = held;

    /// <returns>Null where another has it.</returns>
    public static HeldFile? Take(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        try
        {
            return new(new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
        }
        catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <exception cref="HarnessException">Nobody gave it back in time, or the folder cannot be written.</exception>
    public static async Task<HeldFile> WaitAsync(string file, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var left = patience; left > TimeSpan.Zero; left -= Pause)
        {
            if (Take(file) is { } held) return held;
            await Task.Delay(Pause, cancellationToken);
        }

        throw new HarnessException(
            $"{file} could not be taken within {patience.TotalSeconds:F0} s. "
            + "Another program holds it, or its folder cannot be written: end that program, or name another file.",
            ExitCode.Fault);
    }

    public void Dispose() => _held.Dispose();
}
