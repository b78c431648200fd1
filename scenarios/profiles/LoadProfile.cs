namespace LoadHarness.Scenarios.Profiles;

/// <summary>How hard and how long each scenario runs: the content of a file in <c>scenarios/profiles</c>. A scenario that the file leaves out does not run.</summary>
public sealed record LoadProfile(
    string Name,
    string Description,
    ArrivalLoad? LeadQueries = null,
    ArrivalLoad? LeadSearch = null,
    ArrivalLoad? Segmentation = null,
    ImportLoad? BulkImport = null,
    CampaignLoad? CampaignSend = null,
    MixedLoad? MixedUsers = null);

/// <summary>An open model: arrivals at a steady rate, whatever the responses do.</summary>
/// <param name="MaxInFlight">Requests that find so many before them are counted as skipped.</param>
public sealed record ArrivalLoad(double RatePerSecond, TimeSpan WarmUp, TimeSpan During, int MaxInFlight);

/// <param name="Rows">Rows of one import.</param>
/// <param name="KnownPercent">Rows of a hundred whose address the workspace has already. Such a row costs several times what a new one does.</param>
public sealed record ImportLoad(int Rows, int Repetitions, int KnownPercent = ImportLoad.UsuallyKnownPercent)
{
    public const int UsuallyKnownPercent = 10;
}

/// <param name="Recipients">At most; all active leads when there are fewer.</param>
/// <param name="Workers">Claiming and sending at once.</param>
public sealed record CampaignLoad(long Recipients, int Workers, int Repetitions);

/// <summary>Users, imports and campaigns at the same time.</summary>
/// <param name="ThinkTime">Mean pause of a user between two requests.</param>
public sealed record MixedLoad(
    int Users, TimeSpan ThinkTime, int Imports, int ImportRows, int Campaigns, long CampaignRecipients, TimeSpan WarmUp, TimeSpan During);
