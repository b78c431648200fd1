using LoadHarness.Reporting;

namespace LoadHarness.Cli.Pipeline;

/// <summary>A file that <c>--markdown</c> names. A verb writes its head; what people add to it stays.</summary>
internal static class MarkdownFile
{
    /// <summary>What stands after this line stays when the file is written again.</summary>
    public const string KeptMark = "<!-- Kept when this file is written again: -->";

    /// <exception cref="Core.HarnessException">It could not be written; what was there before is untouched.</exception>
    public static async Task WriteAsync(string file, string text, CancellationToken cancellationToken)
    {
        var kept = File.Exists(file) ? KeptOf(await File.ReadAllTextAsync(file, cancellationToken)) : "";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        await WholeFile.WriteTextAsync(file, $"{text.TrimEnd()}\n{kept}", cancellationToken);
    }

    private static string KeptOf(string text) =>
        text.IndexOf(KeptMark, StringComparison.Ordinal) is >= 0 and var place ? $"\n{text[place..]}" : "";
}
