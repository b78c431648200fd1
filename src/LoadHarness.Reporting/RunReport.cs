using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Files;
using LoadHarness.Reporting.Page;

namespace LoadHarness.Reporting;

/// <summary>Every file of a run. Needs no database and no network: the run's record is the only input.</summary>
public static class RunReport
{
    /// <summary>Fields that a sentence names.</summary>
    private const int MostNamed = 5;

    /// <summary>
    /// Keeps a run that has just ended, in a folder of its own below <c>--out</c>, or below the temporary directory when nothing can be
    /// written there. What cannot be written becomes a note: it costs no verdict, and no other file. A record that this program could not
    /// read again is kept too, and is a fault.
    /// </summary>
    public static async Task<KeptRun> KeepAsync(RunResult run, string output, CancellationToken cancellationToken)
    {
        var notes = new List<string>();
        foreach (var place in (Func<string>[])[() => output, RunFolder.OfTemporaryFiles])
        {
            try
            {
                var (named, directory, unreadable) = await RunFolder.MakeAsync(run, place(), cancellationToken);
                if (notes.Count > 0) notes.Add($"The run is kept in {directory} instead.");
                var json = Path.Combine(directory, RunFiles.Name);
                var damage = Damage(json, unreadable);
                if (damage is not null) notes.Add(damage);
                return new(named, [json, .. await RenderAsync(named, Companions.None, directory, notes, cancellationToken)], notes)
                {
                    Damage = damage,
                };
            }
            catch (HarnessException failure)
            {
                notes.Add(failure.Message);
            }
        }

        return new(run, [], notes);
    }

    /// <summary>
    /// Writes <c>run.json</c> and everything rendered from it; appends the summary to <c>$GITHUB_STEP_SUMMARY</c> when that is set.
    /// </summary>
    /// <param name="directory">Created when it is absent; files of the same names are replaced.</param>
    /// <param name="companions">Whose chapters stand on the page too; null for none.</param>
    /// <returns>The paths written, <c>run.json</c> first and the page second.</returns>
    /// <exception cref="HarnessException">A file could not be written; those that were there before are untouched.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        RunResult run, string directory, CancellationToken cancellationToken, Companions? companions = null)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception failure) when (WholeFile.IsOfTheDisk(failure))
        {
            throw new HarnessException($"--out '{directory}' could not be made: {failure.Message}", inner: failure);
        }

        // The measurements first: whatever fails while rendering, they are safe and can be rendered again.
        var json = Path.Combine(directory, "run.json");
        await RunJson.WriteAsync(run, json, cancellationToken);
        var notes = new List<string>();
        var files = await RenderAsync(run, companions ?? Companions.None, directory, notes, cancellationToken);
        return notes.Count == 0 ? [json, .. files] : throw new HarnessException(string.Join('\n', notes));
    }

    /// <summary>Renders again from a <c>run.json</c>, a copy of which ends up in the directory.</summary>
    /// <exception cref="HarnessException">The file is absent, not a run, or of a newer version.</exception>
    public static async Task<IReadOnlyList<string>> RenderAsync(
        string runJsonPath, string directory, CancellationToken cancellationToken) =>
        await WriteAsync(await RunJson.ReadAsync(runJsonPath, cancellationToken), directory, cancellationToken);

    private static string? Damage(string json, IReadOnlyList<InputFault> faults)
    {
        if (faults.Count == 0) return null;
        // What is said of the whole file is meant for somebody who was given it.
        var named = faults.Where(fault => fault.Field.Length > 0).DefaultIfEmpty(faults[0]).ToList();
        return $"{json} is kept, but this program cannot read it again: {string.Join(' ', named.Take(MostNamed))} "
            + (named.Count > MostNamed ? $"{named.Count - MostNamed} more fields are wrong. " : "")
            + "That is a fault of the program: open an issue with the file.";
    }

    private static async Task<IReadOnlyList<string>> RenderAsync(
        RunResult run, Companions companions, string directory, List<string> notes, CancellationToken cancellationToken)
    {
        var files = new List<string>();
        await Try("report.html", path => WholeFile.WriteTextAsync(path, ReportPage.Render(run, companions), cancellationToken));
        await Try("summary.md", path => WholeFile.WriteTextAsync(path, SummaryMarkdown.Of(run), cancellationToken));
        await Try("junit.xml", path => WholeFile.WriteAsync(path, stream => JUnitXml.WriteAsync(run, stream, cancellationToken)));
        await Try("metrics.csv", path => WholeFile.WriteTextAsync(path, MetricsCsv.Of(run), cancellationToken));
        if (run.Verdicts.Any(TargetsImage.Shows))
            await Try("targets.png", path =>
                WholeFile.WriteAsync(path, stream => stream.WriteAsync(TargetsImage.Of(run.Verdicts), cancellationToken).AsTask()));
        await TryAsync("latency", async () => files.AddRange(await PercentileFiles.WriteAsync(run, Path.Combine(directory, "latency"))));
        await StepSummary.AppendAsync(run, cancellationToken);
        return files;

        Task Try(string name, Func<string, Task> write) => TryAsync(name, async () =>
        {
            var path = Path.Combine(directory, name);
            await write(path);
            files.Add(path);
        });

        // Each file is for another reader: one that cannot be made keeps nobody from the others.
        async Task TryAsync(string name, Func<Task> write)
        {
            try
            {
                await write();
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                notes.Add($"{(failure is HarnessException ? failure.Message : $"{name} could not be made: {failure.Message}")} Make it "
                    + $"again from run.json: loadharness report {directory} --out DIR");
            }
        }
    }
}

/// <param name="Run">Under the name that it is kept by.</param>
/// <param name="Files">Paths, <c>run.json</c> first; none when nothing could be written anywhere.</param>
/// <param name="Notes">What could not be written, and where the run is instead.</param>
public sealed record KeptRun(RunResult Run, IReadOnlyList<string> Files, IReadOnlyList<string> Notes)
{
    /// <summary>Why <c>run.json</c> cannot be read again, with the fields; null when it can.</summary>
    public string? Damage { get; init; }

    /// <summary>Why the run is nowhere, or cannot be read again, which is a fault of the program's end; null when it was kept.</summary>
    public string? Loss => Files.Count > 0 ? Damage : $"The run could not be kept: {string.Join(' ', Notes)}";
}
