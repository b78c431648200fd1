using System.Collections.Concurrent;
using LoadHarness.Core;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Page.History;

namespace LoadHarness.Reporting;

/// <summary>Finds and reads the records of many runs.</summary>
public static class RunFiles
{
    public const string Name = "run.json";

    /// <summary>The file itself, or the one in a run's folder.</summary>
    public static string Of(string path) => Directory.Exists(path) ? Path.Combine(path, Name) : path;

    /// <exception cref="HarnessException">One or more cannot be read; all faults are named.</exception>
    public static IReadOnlyList<RunResult> Read(IReadOnlyList<string> paths)
    {
        var read = paths.Select(path => (Run: RunJson.Find(Of(path), out var faults), faults)).ToList();
        var wrong = read.SelectMany(one => one.faults).ToList();
        return wrong.Count == 0
            ? [.. read.Select(one => one.Run!)]
            : throw new HarnessException(string.Join(Environment.NewLine, wrong), ExitCode.BadUsage);
    }

    /// <summary>Every run below a folder. What cannot be read is named and left out; a run that was copied counts once.</summary>
    /// <exception cref="HarnessException">The folder cannot be read, or holds no run at all.</exception>
    public static async Task<(IReadOnlyList<RunNight> Nights, IReadOnlyList<LeftOutFile> LeftOut)> NightsBelowAsync(
        string folder, CancellationToken cancellationToken)
    {
        var paths = PathsBelow(folder);
        var (nights, leftOut) = (new ConcurrentDictionary<string, RunNight>(), new ConcurrentBag<LeftOutFile>());
        // Each is read, condensed and dropped: hundreds of whole runs would not fit into memory.
        await Parallel.ForEachAsync(paths, cancellationToken, (path, _) =>
        {
            if (RunJson.Find(path, out var faults) is { } run) nights[path] = RunNight.Of(run);
            else leftOut.Add(new(Path.GetRelativePath(folder, path), faults));
            return ValueTask.CompletedTask;
        });
        return (
            // Of a run and its copies, such as one judged again in a folder inside, the one with the shortest path.
            [.. nights.OrderBy(night => night.Key.Length).ThenBy(night => night.Key, StringComparer.Ordinal)
                .Select(night => night.Value).DistinctBy(night => night.Identity)],
            [.. leftOut.OrderBy(file => file.Path, StringComparer.Ordinal)]);
    }

    private static IReadOnlyList<string> PathsBelow(string folder)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 12 };
            IReadOnlyList<string> paths = [.. Directory.EnumerateFiles(folder, Name, options)];
            return paths.Count > 0
                ? paths
                : throw new HarnessException(
                    $"--history '{folder}': there is no {Name} below it. Give a folder of runs, such as reports/runs.", ExitCode.BadUsage);
        }
        catch (Exception failure) when (WholeFile.IsOfTheDisk(failure))
        {
            throw new HarnessException(
                $"--history '{folder}': {failure.Message.TrimEnd('.')}. Give a folder of runs, such as reports/runs.", ExitCode.BadUsage,
                failure);
        }
    }
}
