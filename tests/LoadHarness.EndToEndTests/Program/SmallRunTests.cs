using System.Text.Json;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Program;

public sealed class SmallRunTests : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_run_writes_every_file_and_can_be_rendered_again()
    {
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "5000", "--profile", BuiltProgram.TinyProfile, "--database", "native", "--out", _output.Path, "--json");

        using var printed = JsonDocument.Parse(ended.StandardOutput);
        Assert.True(printed.RootElement.TryGetProperty("checks", out _));
        var folder = Assert.Single(Directory.GetDirectories(_output.Path));
        RequireFiles(folder);
        Assert.Contains(Path.Combine(folder, "report.html"), ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("of WAL segments are at hand", ended.StandardError, StringComparison.Ordinal);
        var run = await RunJson.ReadAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken);
        Assert.Null(run.IncompleteReason);
        Assert.NotEmpty(run.Scenarios);
        Assert.Equal((int)ExitCodes.Of(run), ended.ExitCode);

        var again = Path.Combine(_output.Path, "again");
        var rendered = await BuiltProgram.RunAsync("report", Path.Combine(folder, "run.json"), "--out", again);
        Assert.Equal(ended.ExitCode, rendered.ExitCode);
        Assert.Contains(Path.Combine(again, "report.html"), rendered.StandardOutput, StringComparison.Ordinal);
        RequireFiles(again);
    }

    [Fact]
    public async Task A_baseline_that_does_not_fit_is_refused_with_every_difference_before_anything_is_provisioned()
    {
        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "5000", "--profile", BuiltProgram.TinyProfile, "--database", "native", "--out", _output.Path, "--baseline",
                Path.Combine(BuiltProgram.Repository, "reports", "sample"));

        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("it does not fit: leads:", ended.StandardError, StringComparison.Ordinal);
        Assert.Contains("it does not fit: profile:", ended.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_output.Path));
    }

    [Fact]
    public async Task A_run_over_workspaces_through_pgbouncer_fails_no_request_and_judges_what_a_connection_costs_RE_4()
    {
        Require.Present(PgBouncer.Find() is null ? "pgbouncer is not installed: apt-get install pgbouncer." : null);

        var ended = await BuiltProgram.RunAsync(
            "run", "--contacts", "2000", "--workspaces", "8", "--skew", "0.8", "--profile", BuiltProgram.TinyProfile, "--database",
                "native",
            "--pooler", "pgbouncer", "--out", _output.Path);

        Assert.True(ended.ExitCode is 0 or 3 or 5, ended.StandardError);
        var run = await RunJson.ReadAsync(
            Path.Combine(Assert.Single(Directory.GetDirectories(_output.Path)), "run.json"), TestContext.Current.CancellationToken);
        Assert.Null(run.IncompleteReason);
        Assert.All(run.Scenarios, scenario => Assert.Equal((scenario.Name, 0L), (scenario.Name, scenario.Accounting.Failed)));
        Assert.Equal(new WorkspaceSpread(8, 0.8), run.Seed!.Spread);
        Assert.Contains("--workspaces 8 --skew 0.8", await File.ReadAllTextAsync(
            Path.Combine(Directory.GetDirectories(_output.Path)[0], "report.html"), TestContext.Current.CancellationToken));
        Assert.Contains(run.Observation!.Plans, plan => plan.Query == "email_lookup in the smallest workspace");
        var connections = run.Verdicts.Single(verdict => verdict.Id == "RE-4");
        Assert.NotEqual(VerdictKind.Unavailable, connections.Kind);
        Assert.Contains("pgbouncer", connections.Evidence, StringComparison.Ordinal);
    }

    private static void RequireFiles(string folder)
    {
        Assert.All(
            ["run.json", "report.html", "summary.md", "junit.xml", "metrics.csv"],
            (string name) => Assert.True(new FileInfo(Path.Combine(folder, name)) is { Exists: true, Length: > 0 },
                $"{name} is missing or empty"));
        Assert.NotEmpty(Directory.EnumerateFiles(Path.Combine(folder, "latency"), "*.hgrm"));
    }
}
