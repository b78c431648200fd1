using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Files;

/// <summary><c>latency/*.hgrm</c>: the response times of each operation, for HdrHistogram's plotters.</summary>
internal static class PercentileFiles
{
    public static async Task<IReadOnlyList<string>> WriteAsync(RunResult run, string directory)
    {
        Directory.CreateDirectory(directory);
        var paths = new List<string>();
        foreach (var scenario in run.Scenarios)
        {
            foreach (var operation in scenario.Operations.Where(operation => operation.Response.Count > 0))
                paths.Add(await WriteAsync(operation, Unused(directory, $"{scenario.Name}.{operation.Name}", paths)));
        }
        return paths;
    }

    private static async Task<string> WriteAsync(OperationResult operation, string path)
    {
        await WholeFile.WriteAsync(path, async stream =>
        {
            await using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            PercentileText.Write(LatencyHistogram.Decode(operation.Response.Encoded), writer);
        });
        return path;
    }

    /// <summary>
    /// Names come from scenarios: what a file system could take for a path is replaced, and two names may then be the same.
    /// </summary>
    private static string Unused(string directory, string name, List<string> taken)
    {
        var plain = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        var stem = Path.Combine(directory, plain[..Math.Min(plain.Length, 120)].TrimStart('.'));
        return Enumerable.Range(1, int.MaxValue)
            .Select(number => number == 1 ? $"{stem}.hgrm" : $"{stem}-{number}.hgrm")
            .First(path => !taken.Contains(path));
    }
}
