using System.Text.Json;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Output;

namespace LoadHarness.Comparing;

/// <summary><c>compare.json</c> and <c>compare.md</c>, or those of another verb, in a folder of their own.</summary>
public static class ComparisonFiles
{
    /// <param name="report">The Markdown; that of the comparison where none is given.</param>
    /// <returns>The folder.</returns>
    public static Task<string> WriteAsync(
        ArmComparison comparison, string directory, CancellationToken cancellationToken, string? report = null) =>
        WriteAsync("compare", comparison, report ?? ComparisonText.Of(comparison), comparison.StartedUtc, directory, cancellationToken);

    /// <param name="name">Of the files, without their endings.</param>
    /// <returns>The folder.</returns>
    public static async Task<string> WriteAsync<T>(
        string name, T content, string report, DateTimeOffset startedUtc, string directory, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetFullPath(directory), FormattableString.Invariant($"{startedUtc:yyyyMMdd'T'HHmmss'Z'}"));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(content, JsonFormat.Options) + "\n",
            cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.md"), report, cancellationToken);
        return folder;
    }
}
