using LoadHarness.Core.Output;
using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary><c>prove.json</c> and <c>prove.md</c> in a folder of their own.</summary>
public static class ProofFiles
{
    public static string Json(Proof proof) => System.Text.Json.JsonSerializer.Serialize(proof, JsonFormat.Options);

    /// <returns>The folder.</returns>
    public static async Task<string> WriteAsync(Proof proof, string directory, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Path.GetFullPath(directory), FormattableString.Invariant($"{proof.StartedUtc:yyyyMMdd'T'HHmmss'Z'}"));
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "prove.json"), Json(proof) + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "prove.md"), ProofText.Of(proof), cancellationToken);
        return folder;
    }
}
