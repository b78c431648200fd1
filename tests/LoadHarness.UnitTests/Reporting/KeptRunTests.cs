using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>How a run that has just ended is kept, whatever the disk does.</summary>
public sealed class KeptRunTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Runs_that_began_in_the_same_second_get_a_folder_each()
    {
        var run = SampleRun.Create();

        var kept = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => Task.Run(() => RunReport.KeepAsync(run, _directory.Path, Stop), Stop)));

        Assert.Equal(5, kept.Select(k => k.Files[0]).Distinct().Count());
        Assert.Equal(5, Directory.GetDirectories(_directory.Path).Length);
        Assert.All(kept, k => Assert.Equal(k.Run.Identity.Id, Path.GetFileName(Path.GetDirectoryName(k.Files[0]))));
        Assert.All(kept, k => Assert.Equal(k.Run.Identity.Id, RunJson.ReadAsync(k.Files[0], Stop).GetAwaiter().GetResult().Identity.Id));
        Assert.All(kept, k => Assert.Empty(k.Notes));
    }

    [Theory]
    [InlineData("below a file")]
    [InlineData("/proc/nowhere")]
    public async Task A_run_whose_place_cannot_be_written_is_kept_elsewhere_and_says_where(string place)
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "", Stop);

        var kept = await RunReport.KeepAsync(SampleRun.Create(), place == "below a file" ? Path.Combine(file, "runs") : place, Stop);

        Assert.True(File.Exists(kept.Files[0]), "run.json is nowhere");
        Assert.Contains(kept.Notes, note => note.Contains(Path.GetDirectoryName(kept.Files[0])!, StringComparison.Ordinal));
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(kept.Files[0]))!, recursive: true);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_leaves_the_one_before_whole_and_nothing_beside_it()
    {
        var path = Path.Combine(_directory.Path, "run.json");
        await RunJson.WriteAsync(SampleRun.Create(), path, Stop);
        var before = await File.ReadAllBytesAsync(path, Stop);

        await Assert.ThrowsAsync<Core.HarnessException>(() => WholeFile.WriteAsync(path, async stream =>
        {
            await stream.WriteAsync(before.AsMemory(0, 100), Stop);
            throw new IOException("No space left on device");
        }));

        Assert.Equal(before, await File.ReadAllBytesAsync(path, Stop));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task A_record_that_could_not_be_read_again_is_kept_whole_and_is_a_fault_that_names_the_field()
    {
        var run = SampleRun.Create(seconds: 3);
        var statement = run.Observation!.Statements[0] with { SharedBlocksHit = -950 };

        var kept = await RunReport.KeepAsync(
            run with { Observation = run.Observation with { Statements = [statement] } }, _directory.Path, Stop);

        Assert.StartsWith(_directory.Path, kept.Files[0], StringComparison.Ordinal);
        Assert.Contains("-950", await File.ReadAllTextAsync(kept.Files[0], Stop), StringComparison.Ordinal);
        Assert.Contains("observation.statements[0].sharedBlocksHit: it is -950", kept.Loss, StringComparison.Ordinal);
        Assert.Contains(kept.Loss, kept.Notes);
        Assert.Contains(kept.Files, file => file.EndsWith("report.html", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_report_that_cannot_be_made_is_a_note_and_the_measurements_are_kept()
    {
        var run = SampleRun.Create();
        var spoilt = run with
        {
            Scenarios = [.. run.Scenarios.Select(scenario => scenario with
            {
                Operations = [.. scenario.Operations.Select(o => o with { Response = o.Response with { Encoded = "not a histogram" } })],
            })],
        };

        var kept = await RunReport.KeepAsync(spoilt, _directory.Path, Stop);

        Assert.Contains(kept.Files, file => file.EndsWith("run.json", StringComparison.Ordinal));
        Assert.Contains(kept.Files, file => file.EndsWith("summary.md", StringComparison.Ordinal));
        Assert.Contains(kept.Notes, note => note.Contains("could not be made", StringComparison.Ordinal));
    }
}
