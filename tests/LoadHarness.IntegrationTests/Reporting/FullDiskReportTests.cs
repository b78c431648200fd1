using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Reporting;

namespace LoadHarness.IntegrationTests.Reporting;

/// <summary>A disk that fills up while a run is kept costs no figure: run.json comes first, and whole.</summary>
public sealed class FullDiskReportTests
{
    // Some 3 MB in run.json, and as much again in the page.
    private static readonly RunResult Run = new()
    {
        Identity = new("20260101T000000Z-abc", DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), "abc", "0", "Release", 0, null),
        Options = new Dictionary<string, string>(),
        Host = new("os", "cpu", 2, 0, "10", false),
        Scenarios = [],
        Warnings = [.. Enumerable.Range(0, 30_000).Select(number => $"{number,8} {new string('x', 90)}")],
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_json_is_whole_where_only_it_has_room_and_what_has_none_is_named()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 5, Stop);

        var kept = await RunReport.KeepAsync(Run, disk.Path, Stop);

        Assert.StartsWith(disk.Path, kept.Files[0], StringComparison.Ordinal);
        Assert.Equal(Run.Warnings, (await RunJson.ReadAsync(kept.Files[0], Stop)).Warnings);
        Assert.Contains(kept.Notes, note => note.Contains("report.html could not be written", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(disk.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_run_that_has_no_room_is_kept_in_the_temporary_directory_and_says_so()
    {
        await using var disk = await SmallDisk.MountAsync(megabytes: 1, Stop);

        var kept = await RunReport.KeepAsync(Run, disk.Path, Stop);

        var directory = Path.GetDirectoryName(kept.Files[0])!;
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "loadharness-runs-"), directory, StringComparison.Ordinal);
        // Nobody else reads it, and nobody else's directory is in the way.
        if (!OperatingSystem.IsWindows())
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(directory)!));
        Assert.Contains(kept.Notes, note => note.Contains(directory, StringComparison.Ordinal));
        Assert.Equal(Run.Warnings.Count, (await RunJson.ReadAsync(kept.Files[0], Stop)).Warnings.Count);
        Directory.Delete(Path.GetDirectoryName(directory)!, recursive: true);
    }
}
