using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting;

/// <summary>
/// The folder of one run below <c>--out</c>. It appears under its name with run.json in it, and belongs to this run alone.
/// </summary>
internal static class RunFolder
{
    /// <summary>
    /// Makes the folder and writes run.json. A run that began in the same second as another gets a number behind its name.
    /// </summary>
    /// <returns>
    /// The run under the name that it got, its folder, and what keeps run.json from being read again: it is kept all the same.
    /// </returns>
    /// <exception cref="HarnessException">Nothing can be written there.</exception>
    public static async Task<(RunResult Run, string Directory, IReadOnlyList<InputFault> Unreadable)> MakeAsync(
        RunResult run, string output, CancellationToken cancellationToken)
    {
        try
        {
            var part = Path.Combine(Path.GetFullPath(output), $".{run.Identity.Id}.{Guid.NewGuid():N}");
            Directory.CreateDirectory(part);
            try
            {
                return await NameAsync(run, part, Path.GetFullPath(output), cancellationToken);
            }
            finally
            {
                if (Directory.Exists(part)) Directory.Delete(part, recursive: true);
            }
        }
        catch (Exception failure) when (WholeFile.IsOfTheDisk(failure))
        {
            throw new HarnessException($"--out '{output}' could not be written: {failure.Message}", inner: failure);
        }
    }

    /// <summary>A new directory that nobody else can read, or have made before.</summary>
    /// <exception cref="HarnessException">None can be made.</exception>
    public static string OfTemporaryFiles()
    {
        try
        {
            return Directory.CreateTempSubdirectory("loadharness-runs-").FullName;
        }
        catch (Exception failure) when (WholeFile.IsOfTheDisk(failure))
        {
            throw new HarnessException($"The temporary directory could not be written: {failure.Message}", inner: failure);
        }
    }

    private static async Task<(RunResult Run, string Directory, IReadOnlyList<InputFault> Unreadable)> NameAsync(
        RunResult run, string part, string output, CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            var named = number == 1 ? run : run with { Identity = run.Identity with { Id = $"{run.Identity.Id}-{number}" } };
            var directory = Path.Combine(output, named.Identity.Id);
            if (Directory.Exists(directory)) continue;
            var json = Path.Combine(part, RunFiles.Name);
            await RunJson.WriteAsync(named, json, cancellationToken);
            var unreadable = RunJson.Faults(json);
            try
            {
                // A folder with something in it is never replaced: of two runs, one comes first.
                Directory.Move(part, directory);
                return (named, directory, unreadable);
            }
            catch (IOException) when (Directory.Exists(directory))
            {
                // The other came first.
            }
        }
    }
}
