using System.Security.Cryptography;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

/// <summary><c>report</c> on the folder of a run, as it was copied from another machine.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private const string Doubt = "The generator was busy elsewhere.";
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_keeps_what_the_run_recorded_and_never_writes_its_input(bool elsewhere)
    {
        var folder = Path.Combine(_directory.Path, "copied");
        var recorded = SampleRun.Create() with { Invalid = [Doubt] };
        await RunReport.WriteAsync(recorded, folder, Stop);
        var before = Checksums(folder);
        string[] output = elsewhere ? ["--out", Path.Combine(_directory.Path, "again")] : [];

        var ended = await BuiltProgram.RunAsync(["report", folder, .. output]);

        Assert.True(ended.ExitCode is 3 or 5, ended.StandardError);
        Assert.Equal(before, Checksums(folder));
        var made = elsewhere ? output[1]
            : Assert.Single(Directory.GetDirectories(folder), directory => Path.GetFileName(directory)
            .StartsWith("judged-", StringComparison.Ordinal));
        var again = await RunJson.ReadAsync(Path.Combine(made, "run.json"), Stop);
        Assert.Contains(Doubt, again.Invalid);
        Assert.Equal(recorded.Verdicts.Select(Words), again.Rejudged!.Recorded.Select(Words));
        Assert.Equal((int)ExitCodes.Of(again), ended.ExitCode);
        Assert.Contains("Judged again on", await File.ReadAllTextAsync(Path.Combine(made, "summary.md"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_to_write_over_a_run()
    {
        await RunReport.WriteAsync(SampleRun.Create(), _directory.Path, Stop);
        var before = Checksums(_directory.Path);

        var ended = await BuiltProgram.RunAsync("report", _directory.Path, "--out", _directory.Path);

        Assert.Equal(2, ended.ExitCode);
        Assert.Equal(before, Checksums(_directory.Path));
    }

    private static (string, VerdictKind, double?, string?) Words(Verdict verdict) =>
        (verdict.Id, verdict.Kind, verdict.Figure, verdict.Reason);

    private static Dictionary<string, string> Checksums(string folder) =>
        Directory.EnumerateFiles(folder).ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));
}
