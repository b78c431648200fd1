using LoadHarness.Core.Input;

namespace LoadHarness.Core.Proving;

/// <summary>What a percentage claim means: a reviewed file of <c>scenarios/claims</c>, written before its figures are known.</summary>
/// <param name="Id">Of the target, as in targets.json, which holds the limit.</param>
/// <param name="Definition">How the figure is computed, in a sentence.</param>
/// <param name="Baseline">
/// The one way that the claim is judged against: C, a careful team on the base schema; N and X stand next to it. In words where the claim
/// is not about two schemas.
/// </param>
/// <param name="Operations">What is measured, with its share in the mix; empty where the whole database is.</param>
/// <param name="NotWorse">What must not get worse for it.</param>
/// <param name="Search">What is raised to find the highest level that holds; null where no search is made.</param>
/// <param name="NotWorseIn">
/// Claims whose operations must not get worse for it either: checked where they are in the same proof. Null for none.
/// </param>
/// <param name="NotMeasured">Why <c>prove</c> does not measure it, and what would; null where it does.</param>
public sealed record ClaimContract(
    string Id,
    string Claim,
    string Definition,
    string Baseline,
    ClaimStatistic Statistic,
    IReadOnlyList<ClaimedOperation> Operations,
    string NotWorse,
    string? NotMeasured = null,
    ClaimSearch? Search = null,
    IReadOnlyList<string>? NotWorseIn = null)
{
    public IEnumerable<string> OperationNames => Operations.Select(operation => operation.Name);
}

/// <param name="Name"><c>scenario/operation</c>.</param>
/// <param name="Weight">Weights relate to each other only.</param>
/// <param name="Part">
/// Of a claim about response times that is judged by the worst of its parts: which one the operation belongs to. Null in all others.
/// </param>
public sealed record ClaimedOperation(string Name, [property: Within(0.0001, 1e6)] double Weight, string? Part = null);

/// <summary>How the highest level that holds is looked for: doubled until it breaks, then halved in between.</summary>
/// <param name="Least">
/// No lower level is tried: baseline C counts as if it held it where it does not, and the claim's figure is a lower bound then.
/// </param>
/// <param name="First">Where the search begins.</param>
/// <param name="Most">No higher level is tried.</param>
/// <param name="QueriesPerSecond">Of <see cref="SearchedLoad.ImportedRows"/>: lead queries that go on at this rate.</param>
public sealed record ClaimSearch(
    SearchedLoad Load,
    [property: Within(0.01, 1e6)] double Least,
    [property: Within(0.01, 1e6)] double First,
    [property: Within(0.01, 1e6)] double Most,
    [property: Within(0, 10_000)] double QueriesPerSecond = 0);

public enum SearchedLoad
{
    /// <summary>Users that mean to send a request of the mix every second.</summary>
    Users,

    /// <summary>Requests of the mix a second, whatever the responses do.</summary>
    Requests,

    /// <summary>Rows a second that imports offer while lead queries go on.</summary>
    ImportedRows,
}

/// <summary>What a claim's figure is taken from.</summary>
public enum ClaimStatistic
{
    /// <summary>Bytes of all indexes.</summary>
    IndexBytes,

    /// <summary>Bytes of all tables and indexes.</summary>
    AllBytes,

    /// <summary>Shared blocks touched a request.</summary>
    BlocksPerRequest,

    /// <summary>Pss_Anon of all server processes.</summary>
    AnonymousMemory,

    /// <summary>Time of a connection and a trivial statement.</summary>
    ConnectionTime,

    /// <summary>Mean response time of each operation; the claim's figure is their geometric mean.</summary>
    MeanResponseTime,

    /// <summary>Requests completed a second of the server's CPU time.</summary>
    RequestsPerCpuSecond,

    /// <summary>The highest load that holds, found by bisection.</summary>
    BoundedSearch,
}
