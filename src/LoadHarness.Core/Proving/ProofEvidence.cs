using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Proving;

/// <summary>All that was measured for the claims, before anything is judged.</summary>
public sealed record ProofEvidence
{
    /// <summary>
    /// By operation: how its results differ between the optimized schema and baseline C, or how it fails. No figure of such an operation
    /// counts.
    /// </summary>
    public IReadOnlyDictionary<string, string> Differences { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, OperationPairs> Times { get; init; } = new Dictionary<string, OperationPairs>();

    /// <summary>Shared blocks a call.</summary>
    public IReadOnlyDictionary<string, ArmValues> Blocks { get; init; } = new Dictionary<string, ArmValues>();

    /// <summary>Null where they were not read.</summary>
    public ArmValues? IndexBytes { get; init; }

    public ArmValues? AllBytes { get; init; }

    /// <summary>Pss_Anon of all server processes, round by round; empty where it cannot be read.</summary>
    public IReadOnlyList<ArmValues> Memory { get; init; } = [];

    public int MemoryConnections { get; init; }

    /// <summary>Pss_Anon of the server process of a connection, their mean, round by round; empty where it was not read.</summary>
    public IReadOnlyList<ArmValues> ConnectionMemory { get; init; } = [];

    /// <summary>By claim: the highest levels that held, round by round.</summary>
    public IReadOnlyDictionary<string, SearchedLevels> Searches { get; init; } = new Dictionary<string, SearchedLevels>();

    /// <summary>Bytes of sends and activities after the older half of the months went; null where it was not measured.</summary>
    public ArmValues? AgedBytes { get; init; }

    /// <summary>RE-4, as a run measures it; null where it was not measured.</summary>
    public Comparison? Connections { get; init; }
}

/// <summary>One figure by each arm.</summary>
/// <param name="Naive">Null where it was not measured.</param>
public sealed record ArmValues(double Optimized, double Careful, double? Naive = null)
{
    /// <summary>Of each arm, that they are the means of; 1 for what is read once.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>
    /// Means of the batches that <see cref="Calls"/> came in, with the same arguments on both arms; empty where there are none.
    /// </summary>
    public IReadOnlyList<double> OptimizedBatches { get; init; } = [];

    /// <inheritdoc cref="OptimizedBatches"/>
    public IReadOnlyList<double> CarefulBatches { get; init; } = [];

    /// <summary>How far batches of these calls lie apart on the arm where they do most, as a share of its figure.</summary>
    public double Spread { get; init; }
}

/// <summary>The highest levels that held, of both arms in the same rounds.</summary>
/// <param name="What">The level in words, such as users.</param>
public sealed record SearchedLevels(string What, string Unit, IReadOnlyList<HeldLevel> Optimized, IReadOnlyList<HeldLevel> Careful)
{
    /// <summary>
    /// A factor: between what held and what broke, the mean of the rounds. The mean of the highest levels lies no further above the mean of
    /// those that held.
    /// </summary>
    internal double OptimizedGap => Gap(Optimized);

    /// <inheritdoc cref="OptimizedGap"/>
    internal double CarefulGap => Gap(Careful);

    private static double Gap(IReadOnlyList<HeldLevel> levels) =>
        ProofArithmetic.GeometricMean([.. levels.Select(level => level.BrokeAt / level.Level ?? 1)]);
}

/// <param name="Level">That held; the least or the most that was tried where <paramref name="End"/> says so.</param>
/// <param name="Broke">What broke at the next level; null where none broke.</param>
public sealed record HeldLevel(double Level, SearchEnd End, string? Broke)
{
    /// <summary>The lowest level that broke; null where none did above the level that held.</summary>
    public double? BrokeAt { get; init; }

    /// <summary>The generator or a neighbour ended the search, and not what was loaded.</summary>
    public bool IsSpoilt => End is SearchEnd.Spoilt or SearchEnd.SpoiltAbove;

    /// <summary>Nothing that was loaded broke above it: it may hold any more.</summary>
    internal bool IsOpenAbove => End == SearchEnd.AtMost || (IsSpoilt && BrokeAt is null);
}

public enum SearchEnd
{
    Found,

    /// <summary>It broke at the least level that was tried.</summary>
    BelowLeast,

    /// <summary>It held at the most that was tried.</summary>
    AtMost,

    /// <summary>The next level was spoilt by the generator or a neighbour: more may hold, below what broke further above.</summary>
    SpoiltAbove,

    /// <summary>The least level was spoilt, and no other held: nothing is known.</summary>
    Spoilt,
}

/// <summary>One operation in pairs of turns on the optimized schema and by baseline C.</summary>
/// <param name="Optimized">Mean response time in milliseconds, turn by turn.</param>
/// <param name="OptimizedCpu">Milliseconds of the server's CPU time a call, turn by turn; empty where it cannot be read.</param>
/// <param name="Naive">Mean response time by baseline N; null where it was not measured.</param>
public sealed record OperationPairs(
    IReadOnlyList<double> Optimized,
    IReadOnlyList<double> Careful,
    IReadOnlyList<double> OptimizedCpu,
    IReadOnlyList<double> CarefulCpu,
    double? Naive = null,
    double? Expert = null)
{
    /// <summary>Calls of one turn.</summary>
    public int Calls { get; init; } = 1;

    public IReadOnlyList<double> LogRatios => [.. Optimized.Zip(Careful, (mine, theirs) => Math.Log(mine / theirs))];
}
