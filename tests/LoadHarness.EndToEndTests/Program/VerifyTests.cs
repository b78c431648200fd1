using System.Text.Json;

namespace LoadHarness.EndToEndTests.Program;

public sealed class VerifyTests(SeededSnapshot snapshot) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task A_database_of_its_own_is_migrated_there_and_back_loaded_and_probed_and_every_line_lands_in_the_checklist()
    {
        var checklist = Path.Combine(_output.Path, "checklist.md");

        await snapshot.MakeAsync();
        var ended = await BuiltProgram.RunAsync(
            ["verify", .. SeededSnapshot.Options, "--profile", BuiltProgram.TinyProfile, "--markdown", checklist, "--json"]);

        using var printed = JsonDocument.Parse(ended.StandardOutput);
        var checks = printed.RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("id").GetString()!,
                check => (Verdict: check.GetProperty("verdict").GetString(), Evidence: check.GetProperty("evidence").GetString()!));
        Assert.All(new[] { "DP-1", "DP-2", "QA-1", "QA-5", "SV-3" }, id => Assert.True(checks[id].Verdict == "met", $"{id}: {checks[id]}"));
        // Two seconds of load are too short to judge; that they ran is what the evidence tells.
        Assert.All(new[] { "QA-2", "QA-3" },
            id => Assert.Contains("2000 leads in one workspace", checks[id].Evidence, StringComparison.Ordinal));
        var lines = await File.ReadAllLinesAsync(checklist, TestContext.Current.CancellationToken);
        Assert.All(checks.Keys, id => Assert.Contains(lines, line => line.StartsWith($"| {id} |", StringComparison.Ordinal)));
    }
}
