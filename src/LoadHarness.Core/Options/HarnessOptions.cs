using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;

namespace LoadHarness.Core.Options;

/// <summary>What the person asked for, parsed and checked once; every stage reads it, none changes it.</summary>
public sealed record HarnessOptions
{
    /// <summary>The verb and its options as they were typed, without what changes no figure and without secrets.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Leads in the one large workspace (SC-1), with fifty small workspaces on top; or in all workspaces of the spread.</summary>
    public required long Contacts { get; init; }

    public WorkspaceSpread Spread { get; init; } = WorkspaceSpread.One;

    /// <summary>Name of a file in <c>scenarios/profiles</c>, without its ending, or the path of any other profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Folder of a workload of one's own; null for the CRM's scenarios.</summary>
    public string? Workload { get; init; }

    public required DatabaseTarget Database { get; init; }

    public required string OutputDirectory { get; init; }

    /// <summary>Every generated value is a pure function of this seed, the table, the field and the row.</summary>
    public required ulong Seed { get; init; }

    public ServerProfile ServerProfile { get; init; } = ServerProfile.Checklist;

    public LoadEngine Engine { get; init; } = LoadEngine.LoadHarness;

    public Pooler Pooler { get; init; } = Pooler.None;

    /// <summary>Several generators share the load; null for this program alone.</summary>
    public AgentOptions? Agents { get; init; }

    /// <summary>
    /// Allows a given database that already holds tables to be used, and the rows of an earlier seeding there to be deleted.
    /// </summary>
    public bool Force { get; init; }

    /// <summary>And also when its rows are not the harness's own.</summary>
    public bool DeleteAllRows { get; init; }

    /// <summary>Extensions that a private server is treated as not having, with commas between; null for none.</summary>
    public string? WithoutExtensions { get; init; }

    /// <summary>Leaves the provisioned server's data directory or container behind, and says where it is.</summary>
    public bool Keep { get; init; }

    /// <summary>Starts from a kept database of the same scale, seed and schema when there is one.</summary>
    public bool Reuse { get; init; }

    /// <summary>The earlier run to compare with; null for none.</summary>
    public RunResult? Baseline { get; init; }

    /// <summary>What the run is judged by.</summary>
    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>The file of <see cref="Targets"/> as it was given; null where they are the default's or a workload's.</summary>
    public string? TargetsFile { get; init; }

    /// <summary>Ids that have to be judged; empty for none.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What was measured earlier is judged again: nobody set a server for it.</summary>
    public bool FromEvidence { get; init; }

    /// <summary>Shows the page in the browser at the end.</summary>
    public bool Open { get; init; }

    /// <summary>Standard output carries one JSON object; people's text goes to standard error.</summary>
    public bool Json { get; init; }
}

/// <param name="Count">How many there are.</param>
/// <param name="Broker">Where agents on other machines meet; null starts a broker and the agents here.</param>
/// <param name="TokenFile">Holds the secret of that broker; null takes the environment's.</param>
public sealed record AgentOptions(int Count, string? Broker, string? TokenFile);

/// <summary>Server settings to provision with.</summary>
public enum ServerProfile
{
    /// <summary>The figures of CF-1 to CF-5.</summary>
    Checklist,

    /// <summary>Computed from the memory and cores that the server may use, as PgTune does.</summary>
    Tuned,
}

public enum LoadEngine
{
    LoadHarness,
    NBomber,
}

/// <summary>What stands between the scenarios and the server, besides Npgsql's own pool.</summary>
public enum Pooler
{
    None,

    /// <summary>pgbouncer in transaction pooling.</summary>
    PgBouncer,
}
