namespace LoadHarness.Comparing.Proving;

/// <summary>How much a proof does. What it measures is the contracts'.</summary>
/// <param name="Rounds">Pairs of turns of a read; even, since A B B A.</param>
/// <param name="WriteRounds">Pairs of turns of an import or a campaign.</param>
/// <param name="Turn">How long the slower arm works on one operation in a turn.</param>
/// <param name="MostCalls">Of a turn, however short a call is.</param>
/// <param name="Compared">Calls whose rows are compared between the arms, where they do not take too long.</param>
/// <param name="ImportRows">Rows of one import.</param>
/// <param name="Connections">Open at once while the memory is read, where their requests do not take too long.</param>
/// <param name="MemoryRounds">How often that is done on each arm.</param>
public sealed record ProofPlan(
    int Rounds, int WriteRounds, TimeSpan Turn, int MostCalls, int Compared, int ImportRows, int Connections, int MemoryRounds)
{
    /// <summary>Leads that each of the two schedulers of a campaign looks at.</summary>
    public long LeadsAtOnce { get; init; } = 50_000;

    /// <summary>Calls of a turn, however long a call takes.</summary>
    public int FewestCalls { get; init; } = 2;

    /// <summary>
    /// Pairs of a read of which the fewest calls take longer than a turn. At two million leads a scan of C takes seconds, and what it is
    /// compared with milliseconds: four pairs show such a factor as well as eight.
    /// </summary>
    public int SlowRounds { get; init; } = 4;

    /// <summary>How long the rows of one operation are compared, but for the first calls.</summary>
    public TimeSpan Comparing { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the connections of C send their requests, before the memory is read once.</summary>
    public TimeSpan MemoryRound { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Requests of a round of each way of connecting: a connection, select 1, and back.</summary>
    public int ConnectionRequests { get; init; } = 200;

    /// <summary>How long a level of load is held while the highest that holds is looked for.</summary>
    public TimeSpan Level { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How near to each other the level that held and the one that broke have to come, as a factor.</summary>
    public double LevelPrecision { get; init; } = 1.1;

    public static ProofPlan Standard { get; } = new(8, 6, TimeSpan.FromSeconds(1), 1_000, 12, 50_000, 50, 4);

    public static ProofPlan Quick { get; } = new(4, 4, TimeSpan.FromMilliseconds(200), 300, 4, 5_000, 10, 3)
    {
        LeadsAtOnce = 10_000,
        Comparing = TimeSpan.FromSeconds(1),
        MemoryRound = TimeSpan.FromSeconds(5),
        ConnectionRequests = 100,
        Level = TimeSpan.FromSeconds(1),
        LevelPrecision = 1.42,
    };

    /// <summary>Calls of one turn.</summary>
    /// <param name="milliseconds">Of a call on the slower arm.</param>
    public int CallsOf(double milliseconds) =>
        (int)Math.Clamp(Turn.TotalMilliseconds / Math.Max(0.01, milliseconds), FewestCalls, MostCalls);

    /// <summary>Pairs of a read.</summary>
    /// <param name="milliseconds">Of a call on the slower arm.</param>
    public int RoundsOf(double milliseconds) => FewestCalls * milliseconds > Turn.TotalMilliseconds ? SlowRounds : Rounds;

    /// <summary>A campaign goes to every active lead of the ranges that are scheduled first, so this is only the least.</summary>
    public long Recipients => LeadsAtOnce / 10;
}
