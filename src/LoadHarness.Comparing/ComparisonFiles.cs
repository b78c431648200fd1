using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing;

/// <summary><c>compare.json</c> and <c>compare.md</c> in a folder of their own.</summary>
public static class ComparisonFiles
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        // A counter that A does not have makes an infinite ratio.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="content">A comparison, a decision or rates of the gate.</param>
    public static string Json<T>(T content) => JsonSerializer.Serialize(content, Format);

    /// <param name="report">The Markdown; that of the comparison where none is given.</param>
    /// <returns>The folder.</returns>
    public static async Task<string> WriteAsync(ArmComparison comparison, string directory, CancellationToken cancellationToken, string? report = null)
    {
        var folder = Path.Combine(Path.GetFullPath(directory), FormattableString.Invariant($"{comparison.StartedUtc:yyyyMMdd'T'HHmmss'Z'}"));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "compare.json"), Json(comparison) + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "compare.md"), report ?? ComparisonText.Of(comparison), cancellationToken);
        return folder;
    }
}
