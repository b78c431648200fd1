using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.Cli.Options;

/// <summary>Tries a directory for the run's files before anything is measured.</summary>
internal static class OutputDirectory
{
    /// <exception cref="HarnessException">Nothing can be written there.</exception>
    public static void Require(string verb, string directory)
    {
        if (WritableDirectory.FaultOf(directory) is { } fault)
            throw new HarnessException($"{verb} '{directory}': {fault} Name one with --out.", ExitCode.BadUsage);
    }
}
