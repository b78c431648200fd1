using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Output;

namespace LoadHarness.Reporting;

/// <summary>
/// <c>run.json</c>: the whole <see cref="RunResult"/> in camelCase. Durations are numbers of seconds, exact to 100 ns; times are ISO 8601;
/// histograms are HdrHistogram's V2 compressed form in Base64.
/// </summary>
public static class RunJson
{
    /// <summary>
    /// However long it ran, a scenario has at most 7,200 samples and eight million characters of histograms in them
    /// (<see cref="SecondSample.MostText"/>): ten of them have less. What is read takes up to four times as much memory.
    /// </summary>
    private const long LargestFile = 128_000_000;

    private const string Instead = "Give the run.json of a run, found in its folder";

    private static readonly JsonShape Shape = new(JsonFormat.Options, unknownFieldsAreFaults: false);

    /// <exception cref="HarnessException">It could not be written; a file that was there before is untouched.</exception>
    public static Task WriteAsync(RunResult run, string path, CancellationToken cancellationToken) =>
        WholeFile.WriteAsync(path, file => JsonSerializer.SerializeAsync(file, run, JsonFormat.Options, cancellationToken));

    /// <exception cref="HarnessException">
    /// The file cannot be read, is damaged, or of a version that this program does not know; every fault is named.
    /// </exception>
    public static Task<RunResult> ReadAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Find(path, out var faults) is { } run
            ? Task.FromResult(run)
            : throw new HarnessException(string.Join(Environment.NewLine, faults), ExitCode.BadUsage);
    }

    /// <param name="faults">Everything that is wrong with the file, a line each; nothing when the run is returned.</param>
    public static RunResult? Find(string path, out IReadOnlyList<string> faults)
    {
        var (run, found) = Read(path);
        faults = [.. InputFault.Lines(path, found)];
        return run;
    }

    /// <summary>Looks at a file that this program has just written. Whatever that meets, the file is there and stays.</summary>
    /// <returns>What keeps this program from reading it again; nothing when it can.</returns>
    internal static IReadOnlyList<InputFault> Faults(string path)
    {
        try
        {
            return Read(path).Faults;
        }
        catch (Exception unread)
        {
            return [new("", $"reading it failed: {unread.Message.TrimEnd('.')}", "Keep the file")];
        }
    }

    private static (RunResult? Run, IReadOnlyList<InputFault> Faults) Read(string path)
    {
        var (bytes, unreadable) = InputFile.Read(path, LargestFile, Instead);
        if (unreadable is not null) return (null, [unreadable]);
        var version = Shape.Check<VersionOnly>(bytes);
        if (version.Count > 0) return (null, [new("", "not a run.json of this program", "Give the one that a run wrote"), .. version]);
        if (OfVersion(JsonSerializer.Deserialize<VersionOnly>(bytes, JsonFormat.Options)!.SchemaVersion) is { } unknown)
            return (null, [unknown]);
        if (Shape.Check<RunResult>(bytes) is { Count: > 0 } damaged)
            return (null, [new("", "not a run.json of this program, or a damaged one", "Measure again, or take an unchanged copy"),
                .. damaged]);

        var run = JsonSerializer.Deserialize<RunResult>(bytes, JsonFormat.Options)!;
        var contradictions = RunCheck.Faults(run).ToList();
        return contradictions.Count == 0 ? (run, []) : (null, contradictions);
    }

    private static InputFault? OfVersion(int version) => version switch
    {
        > RunResult.CurrentSchemaVersion =>
            new("schemaVersion", $"it is of schema version {version}, and this program reads {RunResult.CurrentSchemaVersion}",
            "Use the newer program that wrote it"),
        < 1 => new("schemaVersion", $"it is {version}", $"Allowed: {RunResult.CurrentSchemaVersion}"),
        _ => null,
    };

    private sealed record VersionOnly(int SchemaVersion);
}
