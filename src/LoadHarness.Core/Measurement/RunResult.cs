using System.Text.Json.Serialization;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Measurement;

/// <summary>Everything a run measured: the content of <c>run.json</c>, and the only input of judging, reporting and gating.</summary>
public sealed record RunResult
{
    public const int CurrentSchemaVersion = 1;

    [JsonRequired]
    public int SchemaVersion { get; init; } = CurrentSchemaVersion;

    public required RunIdentity Identity { get; init; }

    /// <summary>Why the run is incomplete; null when every stage ended.</summary>
    public string? IncompleteReason { get; init; }

    /// <summary>
    /// The exit code of the fault that ended the run early; <see cref="IncompleteReason"/> has its words. Null where there was none, and in
    /// runs of older versions.
    /// </summary>
    public ExitCode? Fault { get; init; }

    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>
    /// The verb and its options as they were typed, without what changes no figure and without a given database's connection string: with
    /// them the run is asked for again. Empty in runs of older versions.
    /// </summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public required HostEnvironment Host { get; init; }

    public ServerEnvironment? Server { get; init; }

    public SchemaVersion? Schema { get; init; }

    public SeedManifest? Seed { get; init; }

    [JsonRequired]
    public IReadOnlyList<StageTiming> Stages { get; init; } = [];

    [JsonRequired]
    public IReadOnlyList<ScenarioResult> Scenarios { get; init; } = [];

    /// <summary>What this run compared by itself; other comparisons need more than one run.</summary>
    [JsonRequired]
    public IReadOnlyList<Comparison> Comparisons { get; init; } = [];

    /// <summary>The generators that shared the load; empty when this program made it alone.</summary>
    public IReadOnlyList<AgentRecord> Agents { get; init; } = [];

    public DatabaseObservation? Observation { get; init; }

    /// <summary>Null when the run was not asked to be compared with an earlier one.</summary>
    public Baseline? Baseline { get; init; }

    /// <summary>Reasons why figures of this run must not be trusted, in words. Any one makes the run invalid (exit code 5).</summary>
    [JsonRequired]
    public IReadOnlyList<string> Invalid { get; init; } = [];

    /// <summary>What a reader should know, without making the run invalid.</summary>
    [JsonRequired]
    public IReadOnlyList<string> Warnings { get; init; } = [];

    [JsonRequired]
    public IReadOnlyList<Verdict> Verdicts { get; init; } = [];

    /// <summary>
    /// Ids of the targets, and of rows of the checklist, that have to be judged (<c>--require</c>); empty when none was named.
    /// </summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Of the targets that the verdicts are by.</summary>
    public string? TargetsChecksum { get; init; }

    /// <summary>Null when the verdicts are those of the run itself.</summary>
    public Rejudgement? Rejudged { get; init; }

    /// <summary>One row for each id of requirements.md, from <c>verify</c>.</summary>
    [JsonRequired]
    public IReadOnlyList<Verdict> Checklist { get; init; } = [];

    /// <summary>Every percentage claim with what was measured for it, from <c>prove</c>.</summary>
    public Proof? Proof { get; init; }

    /// <summary>How every operation grows with the number of leads, from <c>scale</c>.</summary>
    public ScaleReport? Growth { get; init; }

    /// <summary>At which rate the first target of every scenario breaks, from <c>headroom</c>.</summary>
    public HeadroomReport? Headroom { get; init; }

    /// <summary>What every index costs and whom it serves, from <c>ledger</c>.</summary>
    public IndexLedger? Ledger { get; init; }

    /// <summary>The gate's own error rates, from <c>gate selftest</c>.</summary>
    public GateRates? GateRates { get; init; }

    /// <summary>Two arms compared, from <c>compare</c> and <c>gate</c>.</summary>
    public ArmComparison? Arms { get; init; }

    /// <summary>What the gate holds the arms against; null for a comparison.</summary>
    public GateContext? Gate { get; init; }

    /// <summary>Leads that it was measured with, the most where there were several sizes; null where there were none.</summary>
    public long? Contacts => Seed?.Contacts ?? Findings?.MostContacts;

    /// <summary>What a verb other than <c>run</c> found; null for a run of a load.</summary>
    public IFindings? Findings => (IFindings?)Proof ?? Growth ?? Headroom ?? Ledger ?? GateRates
        ?? (Arms is null ? (IFindings?)null : new FoundArms(Arms, Gate));

    /// <summary>The same run with what a verb found in its place; null for a run of a load.</summary>
    public RunResult Holding(IFindings? found) => this with
    {
        Proof = found as Proof,
        Growth = found as ScaleReport,
        Headroom = found as HeadroomReport,
        Ledger = found as IndexLedger,
        GateRates = found as GateRates,
        Arms = (found as FoundArms)?.Arms,
        Gate = (found as FoundArms)?.Gate,
    };

    /// <param name="earlier">Null for none: then nothing changes.</param>
    public RunResult ComparedWith(RunResult? earlier) => earlier is null ? this : this with { Baseline = Baseline.Of(earlier, this) };
}

/// <param name="Commit">Of the harness, short; <c>unknown</c> outside a repository.</param>
/// <param name="Configuration">Debug or Release build: figures of a Debug build are invalid.</param>
public sealed record RunIdentity(
    string Id, DateTimeOffset StartedUtc, TimeSpan Duration, string Commit, string ToolVersion, string Configuration, long PeakProgramBytes,
    long? PeakServerBytes);

public sealed record StageTiming(string Stage, TimeSpan Duration, string Detail);

public sealed record HostEnvironment(
    string OperatingSystem, string Cpu, int Cores, long MemoryBytes, string DotNetVersion, bool IsContainer)
{
    /// <summary>The machine in one line.</summary>
    public string Words() => $"{Cpu}, {Cores} cores, {Format.Bytes(MemoryBytes)}";
}

/// <param name="Endpoint">Host and port, never credentials.</param>
/// <param name="Settings">As SHOW gives them after the start; durability settings among them.</param>
/// <param name="Capabilities">One entry for each thing the harness can use when it is there.</param>
public sealed record ServerEnvironment(
    ServerKind Provisioning,
    string Endpoint,
    string Version,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<Capability> Capabilities)
{
    /// <summary>Name of a given database; null for one of the harness's own, and in runs of older versions.</summary>
    public string? Database { get; init; }

    /// <summary>
    /// Name of the file system that the data is on; null where it cannot be seen, as of a server elsewhere, and in runs of older versions.
    /// </summary>
    public string? FileSystem { get; init; }

    public string Words() => $"PostgreSQL {Version}, {Provisioning.Word()}";
}

/// <param name="Remedy">How to get it, as a command or a sentence, when it is missing.</param>
public sealed record Capability(string Name, bool Available, string? Version, string? Remedy);

/// <param name="Applied">Names of the migrations in force, in order.</param>
/// <param name="Checksum">Of the SQL applied: runs on different schemas are not compared.</param>
public sealed record SchemaVersion(IReadOnlyList<string> Applied, string Checksum, TimeSpan Duration);

/// <param name="Checksum">Of every generated value, the same for the same seed and scale on any machine.</param>
/// <param name="PrimaryWorkspaceId">The one large workspace (SC-1); with a spread, the largest.</param>
/// <param name="SeededAtMonth">First day of the newest seeded month; the 24 months that end here hold the data.</param>
/// <param name="Reused">A kept database was used, nothing was generated.</param>
public sealed record SeedManifest(
    ulong Seed,
    long Contacts,
    string Checksum,
    long PrimaryWorkspaceId,
    DateOnly SeededAtMonth,
    IReadOnlyList<TableLoad> Tables,
    IReadOnlyList<DistributionSample> Distributions,
    IReadOnlyList<InvariantCheck> Invariants,
    TimeSpan LoadTime,
    TimeSpan IndexTime,
    TimeSpan AnalyzeTime,
    bool Reused)
{
    /// <summary>Over how many workspaces the leads are spread; runs from before there was a choice have one.</summary>
    public WorkspaceSpread Spread { get; init; } = WorkspaceSpread.One;

    /// <summary>Of a database that was seeded earlier, what it held at the start of this run; null where it was seeded for it.</summary>
    public FoundRows? Found { get; init; }

    /// <summary>What claims about a number of leads are judged by: they speak of one workspace. As counted, where that was done.</summary>
    public long LeadsOfLargest() => Found?.LeadsOfLargest ?? Spread.SizesOf(Contacts)[0];

    /// <summary>As <c>2,000,000 leads in 200 workspaces (skew 1)</c>; of one workspace the leads alone.</summary>
    public string Scale() => $"{Contacts:N0} leads{(Spread.IsOne() ? "" : $" {Spread.Words()}")}";
}

public sealed record TableLoad(string Table, long Rows, TimeSpan Duration)
{
    public double RowsPerSecond => Duration > TimeSpan.Zero ? Rows / Duration.TotalSeconds : 0;
}

/// <summary>
/// A documented shape as it came out, for a picture in the report: label and share of the rows, largest first or in time order.
/// </summary>
public sealed record DistributionSample(string Name, IReadOnlyList<string> Labels, IReadOnlyList<double> Shares);

public sealed record InvariantCheck(string Name, bool Holds, string Evidence);
