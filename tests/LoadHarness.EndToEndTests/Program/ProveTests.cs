using System.Text.Json;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>
/// A quick proof at the smallest scale that judges: both schemas are built, rows are compared, each claim asked for has a verdict, and what
/// was found can be judged again from its folder. Not that claims are met: that is said at the scale they are made for.
/// </summary>
public sealed class ProveTests(SeededSnapshot snapshot) : IDisposable
{
    private static readonly string[] Claims = ["RE-2", "RE-4", "ER-1", "ER-2"];

    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_quick_proof_judges_its_claims_and_leaves_a_folder_that_is_judged_again_alike()
    {
        await snapshot.MakeAsync();
        // As a user gives it: nobody has made it.
        var output = Path.Combine(_output.Path, "proofs");
        var ended = await BuiltProgram.RunAsync(
            "prove", "--contacts", "2000", "--quick", "--claims", string.Join(',', Claims), "--out", output, "--json");

        // Claims may be missed or undecided on a busy machine; faults and other rows may not be.
        Assert.True(ended.ExitCode is 0 or 3 or 5, $"{ended.ExitCode}: {ended.StandardError}");
        Assert.Equal(Claims, Checks(ended.StandardOutput).Select(check => check.Id));
        var folder = Assert.Single(Directory.GetDirectories(output));
        using var run = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder, "run.json"), TestContext.Current.CancellationToken));
        foreach (var claim in run.RootElement.GetProperty("proof").GetProperty("claims").EnumerateArray())
        {
            Assert.DoesNotContain(
                "results differ", claim.GetProperty("verdict").GetProperty("evidence").GetString(), StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.Number, claim.GetProperty("verdict").GetProperty("figure").ValueKind);
        }

        var summary = await File.ReadAllTextAsync(Path.Combine(folder, "summary.md"), TestContext.Current.CancellationToken);
        Assert.Contains("lead-queries/lead_with_activities", summary, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));

        var again = await BuiltProgram.RunAsync("report", folder, "--out", Path.Combine(_output.Path, "again"), "--json");
        Assert.Equal(ended.ExitCode, again.ExitCode);
        Assert.Equal(Checks(ended.StandardOutput), Checks(again.StandardOutput));
        // What was measured is kept apart from what was said of it: an hour's work is not lost with a fault that comes after it.
        var judged = await BuiltProgram.RunAsync(
            "prove", "--evidence", Path.Combine(output, "evidence.json"), "--claims", "RE-2,ER-4", "--out", output, "--json");
        Assert.Equal(
            [Checks(ended.StandardOutput)[0], ("ER-4", "unavailable")], Checks(judged.StandardOutput));
        var second = Directory.GetDirectories(output).Single(made => made != folder);
        using var later = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(second, "run.json"), TestContext.Current.CancellationToken));
        var options = later.RootElement.GetProperty("options");
        Assert.Equal(("2000", false), (options.GetProperty("contacts").GetString(), options.TryGetProperty("settings", out _)));
        Assert.Contains(later.RootElement.GetProperty("warnings").EnumerateArray(), note =>
            note.GetString()!.Contains("by prove --contacts 2000 --quick", StringComparison.Ordinal)
            && note.GetString()!.EndsWith("This run measured nothing: it judged these figures again.", StringComparison.Ordinal));
    }

    private static IReadOnlyList<(string Id, string Verdict)> Checks(string json)
    {
        using var printed = JsonDocument.Parse(json);
        return
        [
            .. printed.RootElement.GetProperty("checks").EnumerateArray()
                .Select(check => (check.GetProperty("id").GetString()!, check.GetProperty("verdict").GetString()!)),
        ];
    }
}
