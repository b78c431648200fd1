using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>What another person needs to repeat the run.</summary>
internal static class EnvironmentSection
{
    public static Section Of(RunResult run)
    {
        var parts = new List<Html> { Part.Facts(Facts(run)) };
        if (run.Schema is { } schema)
            parts.Add(Part.Folded("Schema", Part.Table("Migrations in force", ["Migration"], schema.Applied.Select(name => (IReadOnlyList<string>)[name]).Append([$"checksum {schema.Checksum}"]))));
        if (run.Server is { } server)
        {
            parts.Add(Part.Folded("What the server can do", Part.Table("Capabilities", ["Capability", "Available", "Version", "How to get it"],
                server.Capabilities.Select(c => (IReadOnlyList<string>)[c.Name, c.Available ? "✓ yes" : "○ no", c.Version ?? "–", c.Available ? "–" : c.Remedy ?? "–"]))));
            parts.Add(Part.Folded("Server settings", Pairs("Server settings", server.Settings)));
        }
        parts.Add(Part.Folded("Options", Pairs("Options", run.Options)));
        return new("environment", "Environment and settings", null, parts);
    }

    private static IEnumerable<(string, string)> Facts(RunResult run) =>
    [
        ("Operating system", run.Host.OperatingSystem),
        ("Processor", $"{run.Host.Cpu}, {run.Host.Cores} cores"),
        ("Memory", Wording.Bytes(run.Host.MemoryBytes)),
        (".NET", run.Host.DotNetVersion),
        ("In a container", run.Host.IsContainer ? "yes" : "no"),
        ("Server", run.Server is { } server ? $"PostgreSQL {server.Version}, {server.Provisioning}, {server.Endpoint}" : "none"),
        ("LoadHarness", $"{run.Identity.ToolVersion}, {run.Identity.Configuration} build, commit {run.Identity.Commit}"),
    ];

    private static Html Pairs(string caption, IReadOnlyDictionary<string, string> pairs) =>
        Part.Table(caption, ["Name", "Value"], pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (IReadOnlyList<string>)[pair.Key, pair.Value]));
}
