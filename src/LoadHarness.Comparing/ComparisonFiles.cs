using System.Text.Json;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Output;

namespace LoadHarness.Comparing;

/// <summary><c>compare.json</c> and <c>compare.md</c> in a folder of their own.</summary>
public static class ComparisonFiles
{
    /// <param name="report">The Markdown; that of the comparison where none is given.</param>
    /// <returns>The folder.</returns>
    public static async Task<string> WriteAsync(ArmComparison comparison, string directory, CancellationToken cancellationToken, string? report = null)
    {
        var folder = Path.Combine(Path.GetFullPath(directory), FormattableString.Invariant($"{comparison.StartedUtc:yyyyMMdd'T'HHmmss'Z'}"));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "compare.json"), JsonSerializer.Serialize(comparison, JsonFormat.Options) + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "compare.md"), report ?? ComparisonText.Of(comparison), cancellationToken);
        return folder;
    }
}
