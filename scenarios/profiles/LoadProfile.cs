using System.Text.Json;
using LoadHarness.Core.Input;
using LoadHarness.Core.Output;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios.Profiles;

/// <summary>
/// How hard and how long each scenario runs: the content of a file in <c>scenarios/profiles</c>. A scenario that the file leaves out does
/// not run.
/// </summary>
public sealed record LoadProfile(
    string Name,
    string Description,
    ArrivalLoad? LeadQueries = null,
    ArrivalLoad? LeadSearch = null,
    ArrivalLoad? Segmentation = null,
    ImportLoad? BulkImport = null,
    CampaignLoad? CampaignSend = null,
    MixedLoad? MixedUsers = null)
{
    /// <summary>SHA-256 of all that it says, whatever its file looks like, as lower-case hexadecimal digits.</summary>
    /// <param name="digits">How many of the 64 to keep.</param>
    public string Checksum(int digits = 64) => TextHash.Of(JsonSerializer.Serialize(this, JsonFormat.Line), digits);
}

/// <summary>An open model: arrivals at a steady rate, whatever the responses do.</summary>
/// <param name="MaxInFlight">Requests that find so many before them are counted as skipped.</param>
public sealed record ArrivalLoad(
    [property: Within(0.001, 1_000_000)] double RatePerSecond,
    [property: Within(0, 3_600)] TimeSpan WarmUp,
    [property: Within(0.1, 604_800)] TimeSpan During,
    [property: Within(1, 100_000)] int MaxInFlight);

/// <param name="Rows">Rows of one import.</param>
/// <param name="KnownPercent">
/// Rows of a hundred whose address the workspace has already. Such a row costs several times what a new one does.
/// </param>
/// <param name="Sessions">That the file is dealt out to.</param>
public sealed record ImportLoad(
    [property: Within(1, 10_000_000)] int Rows,
    [property: Within(1, 10_000)] int Repetitions,
    [property: Within(0, 100)] int KnownPercent = ImportLoad.UsuallyKnownPercent,
    [property: Within(1, 1_000)] int Sessions = ImportLoad.UsualSessions)
{
    public const int UsualSessions = 2;

    public const int UsuallyKnownPercent = 10;
}

/// <param name="Recipients">As many; all active leads when there are fewer.</param>
/// <param name="Workers">Claiming and sending at once.</param>
/// <param name="LeadsAtOnce">Leads looked at by one transaction that schedules, at most.</param>
public sealed record CampaignLoad(
    [property: Within(1, 100_000_000)] long Recipients,
    [property: Within(1, 1_000)] int Workers,
    [property: Within(1, 10_000)] int Repetitions,
    [property: Within(1, 100_000_000)] long LeadsAtOnce = LeadRange.UsuallyAtOnce);

/// <summary>Users, imports and campaigns at the same time.</summary>
/// <param name="ThinkTime">
/// From one start of a user's request to the next, however long the answer takes; a start that comes late counts from when it was due.
/// Zero: a user sends its next request when it has its answer.
/// </param>
/// <param name="CampaignRecipients">Of one campaign; all active leads when there are fewer.</param>
public sealed record MixedLoad(
    [property: Within(1, 10_000)] int Users,
    [property: Within(0, 3_600)] TimeSpan ThinkTime,
    [property: Within(1, 1_000)] int Imports,
    [property: Within(1, 10_000_000)] int ImportRows,
    [property: Within(1, 1_000)] int Campaigns,
    [property: Within(1, 100_000_000)] long CampaignRecipients,
    [property: Within(0, 3_600)] TimeSpan WarmUp,
    [property: Within(0.1, 604_800)] TimeSpan During);
