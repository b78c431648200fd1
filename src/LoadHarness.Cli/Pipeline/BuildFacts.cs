using System.Reflection;

namespace LoadHarness.Cli.Pipeline;

/// <summary>What is known of this build.</summary>
internal static class BuildFacts
{
    public static string Version { get; } = typeof(BuildFacts).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Two programs of equal words are the same one.</summary>
    public static string Words => $"version {Version}, commit {Commit}, {Configuration}";

    public static string Configuration { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "unknown";

    /// <summary>The SDK stamps the commit behind a plus sign when it builds inside a repository.</summary>
    public static string Commit { get; } =
        typeof(BuildFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split(
            '+') is [_, { Length: >= 7 } commit, ..]
            ? commit[..7]
            : "unknown";
}
