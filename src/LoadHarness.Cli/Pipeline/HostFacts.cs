using System.Runtime.InteropServices;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The machine that the harness runs on.</summary>
internal static class HostFacts
{
    public static HostEnvironment Read() => new(
        RuntimeInformation.OSDescription,
        Cpu(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Environment.Version.ToString(),
        Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is not null || File.Exists("/.dockerenv"));

    /// <summary>The machine in one line.</summary>
    public static string Words() => Read().Words();

    private static string Cpu()
    {
        const string linux = "/proc/cpuinfo";
        if (!File.Exists(linux))
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var line = File.ReadLines(linux).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
