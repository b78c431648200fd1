using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.Cli.Options;

/// <summary>Tries the place of a file before anything is measured.</summary>
internal static class OutputFile
{
    /// <param name="option">That names the file, such as <c>--markdown</c>.</param>
    /// <exception cref="HarnessException">It cannot be written.</exception>
    public static void Require(string option, string file)
    {
        if (FaultOf(file) is { } fault) throw new HarnessException($"{option} '{file}': {fault}", ExitCode.BadUsage);
    }

    private static string? FaultOf(string file)
    {
        if (string.IsNullOrWhiteSpace(file)) return "give the name of a file.";
        if (Directory.Exists(file)) return "that is a directory. Give the name of a file in it.";
        if (!File.Exists(file)) return WritableDirectory.FaultOf(Path.GetDirectoryName(Path.GetFullPath(file))!);
        try
        {
            using var opened = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be written: {refused.Message.TrimEnd('.')}. Give a file that you may write to.";
        }
    }
}
