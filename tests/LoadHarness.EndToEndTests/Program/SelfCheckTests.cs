using System.Text.Json;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>The self-check at its small scale. A busy machine may miss limits; figures may not be missing.</summary>
public sealed class SelfCheckTests
{
    private static readonly string[] Judged =
    [
        "SELF-PERCENTILE-LOGNORMAL", "SELF-MEMORY", "SELF-RATE-100", "SELF-SECOND-1000", "SELF-START-P50-100", "SELF-START-P99-5000",
        "SELF-STALL-OPEN-P99", "SELF-STALL-PACED-P999", "SELF-OVERLOAD-RATE", "SELF-OVERLOAD-LOST", "SELF-OVERLOAD-MEMORY",
        "SELF-UNANSWERED", "SELF-UNANSWERED-RATE", "SELF-STALL-LIVE", "SELF-FAILED-SHARE", "SELF-NOOP", "SELF-YIELD", "SELF-RESIDENT",
            "SELF-BARE", "SELF-WATCH",
    ];

    [Fact]
    public async Task Every_figure_has_a_limit_or_says_that_it_has_none_and_what_was_left_out_is_named()
    {
        var directory = Directory.CreateTempSubdirectory("loadharness-selfcheck-").FullName;
        try
        {
            var result = await BuiltProgram.RunAsync("selfcheck", "--quick", "--json", "--database", "native", "--out", directory);

            Assert.True(result.ExitCode is 0 or 3 or 5, result.StandardError);
            var checks = JsonDocument.Parse(result.StandardOutput).RootElement.GetProperty("checks").EnumerateArray()
                .ToDictionary(check => check.GetProperty("id").GetString()!);
            Assert.All(Judged, id => Assert.True(
                checks[id].GetProperty("figure").ValueKind == JsonValueKind.Number && checks[id].GetProperty("limit")
                    .ValueKind == JsonValueKind.Number && WordOf(checks[id]) is "met" or "missed" or "inconclusive", id));
            Assert.Equal("unavailable", WordOf(checks["SELF-RATE-500"]));
            Assert.Contains("--quick", checks["SELF-RATE-500"].GetProperty("evidence").GetString(), StringComparison.Ordinal);
            Assert.Contains(WordOf(checks["SELF-PGBENCH"]), (string[])["stated", "unavailable"]);
            Assert.Equal("met", WordOf(checks["SELF-OVERLOAD-LOST"]));
            Assert.Single(Directory.GetFiles(directory, "*.json"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string? WordOf(JsonElement check) => check.GetProperty("verdict").GetString();
}
