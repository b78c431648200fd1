using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;

namespace LoadHarness.Reporting.Page;

/// <summary>What another person needs to repeat the run.</summary>
internal static class EnvironmentSection
{
    /// <summary>Options that the command line has under the same name; the others follow from these or from the machine.</summary>
    private static readonly string[] Repeatable =
        [OptionNames.Contacts, OptionNames.Workspaces, OptionNames.Skew, OptionNames.Profile, OptionNames.Database, OptionNames.Seed,
            OptionNames.Settings, OptionNames.Pooler, OptionNames.Engine, OptionNames.Agents];

    public static Section Of(RunResult run)
    {
        var parts = new List<Html> { HtmlComponents.Facts(Facts(run)), Repeat(run) };
        if (run.Server is { Settings.Count: > 0 } configured)
        {
            parts.Add(HtmlComponents.Heading("Server settings", "As the server showed them after its start.", "settings"));
            parts.Add(HtmlComponents.Table("Server settings", ["Name", "Value"],
                configured.Settings.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(Setting), "short"));
        }
        if (run.Server is { Capabilities.Count: > 0 } server)
        {
            parts.Add(HtmlComponents.Folded("What the server can do",
                HtmlComponents.Table("Capabilities", ["Capability", "Available", "Version", "How to get it"],
                server.Capabilities.Select(c =>
                    (IReadOnlyList<Cell>)[new Name(c.Name), c.Available ? "✓ yes" : "○ no", Html.Of($"{c.Version ?? "–"}"),
                    Html.Of($"{(c.Available ? "–" : Plain.Cut(c.Remedy ?? "–", 500))}")]))));
        }
        if (run.Schema is { } schema)
            parts.Add(HtmlComponents.Folded("Schema",
                HtmlComponents.Table("Migrations in force", ["Migration"], schema.Applied.Append($"checksum {schema.Checksum}")
                .Select(name => (IReadOnlyList<Cell>)[new Name(name)]))));
        parts.Add(HtmlComponents.Folded("Options",
            HtmlComponents.Table("Options", ["Name", "Value"], run.Options.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => (IReadOnlyList<Cell>)[new Name(pair.Key), Html.Of($"{pair.Value}")]), "short")));
        parts.AddRange(StageSection.Of(run));
        return new(
            "environment", "Environment",
            RunCircumstances.IsOfEvidence(run)
                ? "What judged the evidence again, and how to repeat that. The machine that measured it stands at the top of the page."
                : "The machine, the server and the options of this run, and how to repeat it.",
            parts);
    }

    private static IReadOnlyList<Cell> Setting(KeyValuePair<string, string> setting) =>
        [Html.Of($"""<span id="{Trail.SettingPlace(setting.Key)}">{new Name(setting.Key)}</span>"""), Html.Of($"{setting.Value}")];

    private static Html Repeat(RunResult run)
    {
        IEnumerable<string> words = run.Command.Count > 0 ? run.Command : OlderCommand(run);
        if (!words.Any())
            return Html.Of($"""<p class="repeat">An older version recorded this run without its command: see the options below.</p>""");
        var where = IsOnGiven(run)
            ? Html.Of($", with <code>LOADHARNESS_DATABASE</code> set to the connection string of such a database")
            : null;
        return Html.Of($"""<p class="repeat">Repeat it at commit {run.Identity.Commit}{where}: """
            + $"""<code>./run.sh {string.Join(' ', words.Select(Quoted))}</code></p>""");
    }

    private static bool IsOnGiven(RunResult run) => run.Options.GetValueOrDefault(OptionNames.Database) == DatabaseTarget.Given.Words;

    /// <summary>What runs of a load have on record from before commands were.</summary>
    private static IEnumerable<string> OlderCommand(RunResult run)
    {
        if (run.Findings is not null || run.Options.ContainsKey(OptionNames.Workload)) return [];
        return Repeatable.Where(name => run.Options.TryGetValue(name, out var value)
            && value is not ("" or "none" or DatabaseTarget.Given.Words)
            // A given server keeps its own, whatever the run had on record.
            && !(name == OptionNames.Settings && IsOnGiven(run)))
            .SelectMany(name => new[] { $"--{name}", run.Options[name] }).Prepend("run");
    }

    private static string Quoted(string value) =>
        value.Length > 0 && value.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./:=,".Contains(letter, StringComparison.Ordinal))
        ? value
        : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Place(ServerEnvironment server) =>
        server.Database is { } database ? $"{server.Endpoint}, database {database}" : server.Endpoint;

    private static IEnumerable<(string, string)> Facts(RunResult run) =>
    [
        ("Operating system", run.Host.OperatingSystem),
        ("Processor", $"{run.Host.Cpu}, {run.Host.Cores} cores"),
        ("Memory", Format.Bytes(run.Host.MemoryBytes)),
        (".NET", run.Host.DotNetVersion),
        ("In a container", run.Host.IsContainer ? "yes" : "no"),
        ("Server", run.Server is { } server ? $"{server.Words()}, {Place(server)}" : RunCircumstances.Server(run) ?? "none"),
        .. (run.Server?.FileSystem ?? run.Findings?.FileSystem) is { } fileSystem
            ? [("Server's file system", fileSystem)]
            : Array.Empty<(string, string)>(),
        ("LoadHarness", $"{run.Identity.ToolVersion}, {run.Identity.Configuration} build, commit {run.Identity.Commit}"),
        ("Run", run.Identity.Id),
    ];
}
