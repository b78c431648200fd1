using System.Collections.Concurrent;
using LoadHarness.Core;

namespace LoadHarness.Workloads;

/// <summary>The folders that a person names. What was checked is what runs, also when a file is changed meanwhile.</summary>
public static class WorkloadCatalog
{
    private static readonly ConcurrentDictionary<string, Workload> Checked = new();

    /// <param name="faults">Everything that is wrong in the folder, a line each; nothing when the workload is returned.</param>
    public static Workload? Find(string folder, out IReadOnlyList<string> faults)
    {
        var (workload, found) = WorkloadReader.Read(folder);
        faults = found;
        if (workload is not null) Checked[folder] = workload;
        return workload;
    }

    /// <exception cref="HarnessException">The folder holds no workload; the message names every file and field.</exception>
    public static Workload Read(string folder) =>
        Checked.TryGetValue(folder, out var known) ? known
        : Find(folder, out var faults) is { } workload ? workload
        : throw new HarnessException(string.Join(Environment.NewLine, faults), ExitCode.BadUsage);
}
