namespace LoadHarness.Scenarios.Profiles;

/// <summary>How many connections a profile's scenarios hold at once.</summary>
public static class ProfileConnections
{
    /// <summary>What an application's pool holds for a lone scenario.</summary>
    private const int Fewest = 16;

    /// <summary>
    /// Of the application, for each scenario: a connection for every user, import and scheduler of the mix, for every session of an import,
    /// which holds all of them at once, and for every scheduler of a campaign.
    /// </summary>
    public static int OfApp(LoadProfile profile)
    {
        var mixed = profile.MixedUsers is { } mix ? mix.Users + mix.Imports + mix.Campaigns : 0;
        return Largest(mixed, profile.BulkImport?.Sessions ?? 0, profile.CampaignSend?.Workers ?? 0);
    }

    /// <summary>Of the senders in the background, for each scenario.</summary>
    public static int OfWorker(LoadProfile profile) =>
        Largest(profile.CampaignSend?.Workers ?? 0, profile.MixedUsers?.Campaigns ?? 0);

    /// <summary>What the server must have free: scenarios of one part of the profile run at once, the parts one after the other.</summary>
    /// <param name="mostOfRole">Of one role of a scenario, over all generators.</param>
    /// <param name="generators">Each has pools of its own.</param>
    /// <returns>Of the part that wants most, with the fields that say how many.</returns>
    public static (string Fields, int Connections) Most(LoadProfile profile, int mostOfRole, int generators) =>
        Parts(profile, mostOfRole, generators).DefaultIfEmpty((Fields: "", Connections: 0)).MaxBy(part => part.Connections);

    private static IEnumerable<(string Fields, int Connections)> Parts(LoadProfile profile, int mostOfRole, int generators)
    {
        (string Name, ArrivalLoad? Load)[] arrivals =
            [("leadQueries", profile.LeadQueries), ("leadSearch", profile.LeadSearch), ("segmentation", profile.Segmentation)];
        foreach (var (name, load) in arrivals)
            if (load is not null) yield return ($"{name}.maxInFlight", OfRole(Math.Min(load.MaxInFlight, generators * OfApp(profile))));
        if (profile.BulkImport is { } import) yield return ("bulkImport.sessions", OfRole(import.Sessions));
        // Who schedules keeps the connections while others send.
        if (profile.CampaignSend is { } campaign) yield return ("campaignSend.workers", 2 * OfRole(campaign.Workers));
        if (profile.MixedUsers is { } mix)
            yield return ("mixedUsers.users, imports or campaigns",
                OfRole(mix.Users) + OfRole(mix.Imports) + (2 * OfRole(mix.Campaigns)));

        int OfRole(int wanted) => Math.Min(wanted, mostOfRole);
    }

    private static int Largest(params ReadOnlySpan<int> wanted)
    {
        var largest = Fewest;
        foreach (var one in wanted) largest = Math.Max(largest, one);
        return largest;
    }
}
