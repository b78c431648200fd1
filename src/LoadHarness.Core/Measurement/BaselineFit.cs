using LoadHarness.Core.Proving;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// Whether an earlier run can be compared with this one: both must have asked the same of the same data, on the same schema, server and
/// machine. The harness's own commit may differ: its changes are what is looked for.
/// </summary>
public static class BaselineFit
{
    /// <summary>Options that change what is measured. The scale is compared as seeded, not as asked for; so is the seed.</summary>
    private static readonly string[] MeasuringOptions =
    [
        OptionNames.Profile, OptionNames.ProfileChecksum, OptionNames.Workload, OptionNames.Engine, OptionNames.Pooler, OptionNames.Agents,
    ];

    private const string Address = "server's address";

    private const string DatabaseName = "server's database";

    private const string FileSystem = "server's file system";

    private const string TargetsChecksum = "targets";

    private const string NewestMonth = "newest month of the rows";

    private const string AddedRows = "rows besides the seeded ones";

    /// <summary>
    /// What is told and refuses no baseline. Which targets judged it does not matter: its figures are what counts. Rows of another month
    /// are as many, and as large; and each load of one database leaves more rows to the next.
    /// </summary>
    private static readonly string[] Told = [TargetsChecksum, NewestMonth, AddedRows];

    /// <summary>All that must be equal, by name; a run that lacks one has null there.</summary>
    public static IEnumerable<RunFact> Facts(RunResult run) =>
    [
        new("leads", FactKind.Load, Text(run.Contacts)),
        new("workspaces", FactKind.Load, run.Seed?.Spread.Words()),
        new("seed", FactKind.Load, SeedOf(run)),
        new("checksum of the rows", FactKind.Code, run.Seed?.Checksum),
        new(NewestMonth, FactKind.Code, run.Seed?.SeededAtMonth.ToString("yyyy-MM")),
        new(AddedRows, FactKind.Code, run.Seed?.Found?.Added()),
        new("schema", FactKind.Code, run.Schema?.Checksum),
        new(TargetsChecksum, FactKind.Code, run.TargetsChecksum),
        new("server", FactKind.Machine, run.Server?.Words() ?? run.Findings?.Servers),
        .. GivenServer(run),
        .. (run.Server?.FileSystem ?? run.Findings?.FileSystem) is { } fileSystem
            ? [new(FileSystem, FactKind.Machine, fileSystem)]
            : Array.Empty<RunFact>(),
        .. FactsOfTheStart(run),
        .. MachinesOfAgents(run),
        .. (run.Server?.Settings ?? new Dictionary<string, string>()).OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => new RunFact($"server setting {setting.Key}", FactKind.Machine, setting.Value)),
    ];

    /// <summary>Why the earlier run is no baseline of this one, in words; its own faults are among them.</summary>
    public static IEnumerable<string> Differences(RunResult earlier, RunResult run) =>
        [.. FaultsOf(earlier), .. Differing(earlier, run).Where(pair => !Told.Contains(pair.Name)).Select(Words)];

    /// <summary>What differs between two runs, in words, whether or not either can be trusted.</summary>
    public static IEnumerable<string> Circumstances(RunResult earlier, RunResult run) => Differing(earlier, run).Select(Words);

    private static IEnumerable<(string Name, string? Then, string? Now)> Differing(RunResult earlier, RunResult run) =>
        Unlike(Facts(earlier), Facts(run)).Where(pair => IsCompared(pair, earlier, run));

    /// <summary>
    /// Whether a fact is left out of a comparison where one of the runs does not say it: those of some servers alone, of which earlier
    /// versions did not record all.
    /// </summary>
    public static bool IsLeftOutWhereUnsaid(string fact) => fact is Address or DatabaseName or FileSystem;

    /// <summary>What can be seen before anything runs.</summary>
    /// <param name="run">As it was begun: its options and its machine.</param>
    public static IEnumerable<string> KnownAtStart(
        RunResult earlier, long contacts, WorkspaceSpread spread, ulong seed, RunResult run)
    {
        foreach (var fault in FaultsOf(earlier)) yield return fault;
        if (earlier.Contacts is { } before && before != contacts) yield return $"leads: {Text(before)} then, {Text(contacts)} now";
        if (earlier.Seed is { } rows && rows.Spread != spread) yield return $"leads: {rows.Spread.Words()} then, {spread.Words()} now";
        if (SeedOf(earlier) != Text(seed)) yield return Words(("seed", SeedOf(earlier), Text(seed)));
        foreach (var pair in Unlike(FactsOfTheStart(earlier), FactsOfTheStart(run)).Where(pair => IsCompared(pair, earlier, run)))
            yield return Words(pair);
    }

    // A workload has no rows that the program keeps a record of: what it draws follows from the seed that was asked for.
    private static string? SeedOf(RunResult run) => Text(run.Seed?.Seed) ?? run.Options.GetValueOrDefault(OptionNames.Seed);

    private static IEnumerable<string> FaultsOf(RunResult earlier)
    {
        if (earlier.IncompleteReason is not null) yield return "it is incomplete";
        if (earlier.Invalid.Count > 0) yield return "it is invalid itself";
    }

    private static IEnumerable<RunFact> FactsOfTheStart(RunResult run) =>
    [
        new("machine", FactKind.Machine, MachineOf(run)) { MemoryBytes = MemoryOf(run) },
        new("build", FactKind.Machine, run.Identity.Configuration),
        new("comparing verb", FactKind.Load, run.Findings?.Verb),
        .. MeasuringOptions.Where(option => option != OptionNames.ProfileChecksum || PlaysProfile(run))
            .Select(option => new RunFact(option, FactKind.Load, run.Options.GetValueOrDefault(option))),
    ];

    // Evidence that was judged again is of the machine that measured it.
    private static string MachineOf(RunResult run) => Proof.EvidenceOf(run) switch
    {
        { Host: { } host } => MachineOf(host),
        { } proof => MachineOf(proof.Machine),
        _ => MachineOf(run.Host),
    };

    private static string MachineOf(HostEnvironment host) => $"{host.Cpu}, {Text(host.Cores)} cores, {Gibibytes(host.MemoryBytes)}";

    // Evidence of earlier versions says it in words alone, with the memory to three digits.
    private static string MachineOf(string words)
    {
        const string unit = " GiB";
        var last = words.Split(", ")[^1];
        return last.EndsWith(unit, StringComparison.Ordinal) && double.TryParse(last[..^unit.Length], out var memory)
            ? $"{words[..^last.Length]}{memory:0}{unit}"
            : words;
    }

    // As of the machine; null where there are words alone.
    private static long? MemoryOf(RunResult run) => (Proof.EvidenceOf(run) is { } proof ? proof.Host : run.Host)?.MemoryBytes;

    /// <summary>The other comparing verbs have loads of their own, whatever the profile says.</summary>
    private static bool PlaysProfile(RunResult run) => run.Findings is null || run.Headroom is not null;

    // The harness's own servers have another port each time.
    private static IEnumerable<RunFact> GivenServer(RunResult run) => run.Server is not { Provisioning: ServerKind.Given } server ? [] :
    [
        new(Address, FactKind.Machine, server.Endpoint),
        .. server.Database is { } name ? [new(DatabaseName, FactKind.Machine, name)] : Array.Empty<RunFact>(),
    ];

    // Only of a run with agents. Which machine made which share does not matter, how strong they were does.
    private static IEnumerable<RunFact> MachinesOfAgents(RunResult run) => run.Agents.Count == 0 ? [] :
    [
        new("machines of the agents", FactKind.Machine, string.Join(", ", run.Agents.DistinctBy(agent => agent.Host)
            .CountBy(agent => agent.Cores).OrderBy(group => group.Key).Select(group => $"{Text(group.Value)} of {Text(group.Key)} cores"))),
    ];

    // Another month moves every date, so the checksum says something of equal months only. Without a server there are no settings.
    private static bool IsCompared((string Name, string? Then, string? Now) pair, RunResult earlier, RunResult run) => pair.Name switch
    {
        "checksum of the rows" => earlier.Seed?.SeededAtMonth == run.Seed?.SeededAtMonth,
        // Earlier versions did not record it.
        OptionNames.ProfileChecksum => earlier.Options.ContainsKey(pair.Name) && run.Options.ContainsKey(pair.Name),
        _ when IsLeftOutWhereUnsaid(pair.Name) || pair.Name is TargetsChecksum or NewestMonth =>
            pair is { Then: not null, Now: not null },
        _ when pair.Name.StartsWith("server setting ", StringComparison.Ordinal) => earlier.Server is not null && run.Server is not null,
        _ => true,
    };

    private static IEnumerable<(string Name, string? Then, string? Now)> Unlike(IEnumerable<RunFact> earlier, IEnumerable<RunFact> run)
    {
        var (before, after) = (earlier.ToList(), run.ToList());
        return before.Concat(after).Select(fact => fact.Name).Distinct()
            .Select(name => (Name: name, Then: before.Find(fact => fact.Name == name), Now: after.Find(fact => fact.Name == name)))
            .Where(pair => !RunFact.AreAlike(pair.Then, pair.Now))
            .Select(pair => (pair.Name, pair.Then?.ToldBeside(pair.Now), pair.Now?.ToldBeside(pair.Then)));
    }

    private static string Words((string Name, string? Then, string? Now) pair) =>
        $"{pair.Name}: {pair.Then ?? "none"} then, {pair.Now ?? "none"} now";

    // The operating system keeps a little more or less for itself after each start.
    private static string Gibibytes(long bytes) => $"{bytes / (double)(1L << 30):0} GiB";

    private static string? Text(IFormattable? number) => number?.ToString(null, null);
}

/// <summary>One circumstance of a run that its figures depend on.</summary>
public sealed record RunFact(string Name, FactKind Kind, string? Value)
{
    /// <summary>
    /// Largest quotient of two memories that count as equal: the operating system keeps a little more or less for itself after each start.
    /// </summary>
    private const double MostMemoryRatio = 1.02;

    /// <summary>Of a machine, whose value ends with it in words; null where the words are all that is known.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>Whether two runs say the same; one that does not say has null.</summary>
    public static bool AreAlike(RunFact? one, RunFact? other) => one is { MemoryBytes: { } a } && other is { MemoryBytes: { } b }
        ? one.BesideMemory() == other.BesideMemory() && Math.Max(a, b) <= Math.Min(a, b) * MostMemoryRatio
        : one?.Value == other?.Value;

    /// <summary>The value; with its memory to the byte where it would be told in the words of the other one.</summary>
    public string? ToldBeside(RunFact? other) =>
        MemoryBytes is { } bytes && Value == other?.Value ? $"{Value} ({bytes:N0} bytes)" : Value;

    private string? BesideMemory() =>
        Value is { } words ? words[..Math.Max(0, words.LastIndexOf(", ", StringComparison.Ordinal))] : null;
}

/// <summary>What a run's figures depend on.</summary>
public enum FactKind
{
    /// <summary>What was asked for: scale, seed, profile.</summary>
    Load,

    /// <summary>Where it ran: processor, server, settings.</summary>
    Machine,

    /// <summary>What was under test: its change is what a comparison looks for.</summary>
    Code,
}
