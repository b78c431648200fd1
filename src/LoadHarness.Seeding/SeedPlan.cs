namespace LoadHarness.Seeding;

/// <summary>Which workspace and id each lead has. The order is the primary workspace's leads, then those of the small ones.</summary>
internal sealed record SeedPlan(long Contacts)
{
    public const long PrimaryWorkspaceId = 1;
    public const int SmallWorkspaces = 50;

    /// <summary>Ids of a small workspace's leads start here times its id: the primary workspace may grow without moving them.</summary>
    public const long IdSpace = 1_000_000_000;

    public const int SentCampaignsPerMonth = 5;

    /// <summary>Ids of a small workspace's campaigns, templates, ... start here times its id.</summary>
    public const long SmallIdSpace = 1_000;

    public long LeadsPerSmallWorkspace => Math.Max(20, Contacts / 1000);

    public long Leads => Contacts + (SmallWorkspaces * LeadsPerSmallWorkspace);

    public static IEnumerable<long> Workspaces => Enumerable.Range(1, SmallWorkspaces + 1).Select(id => (long)id);

    /// <summary>The primary workspace sends five campaigns a month, a small one one.</summary>
    public static int CampaignsPerMonth(long workspace) => workspace == PrimaryWorkspaceId ? SentCampaignsPerMonth : 1;

    /// <param name="row">From 1.</param>
    public static long IdOf(long workspace, long row) => workspace == PrimaryWorkspaceId ? row : (workspace * IdSpace) + row;

    /// <param name="index">From 0.</param>
    public static long CampaignId(long workspace, int index) =>
        (workspace == PrimaryWorkspaceId ? 0 : workspace * SmallIdSpace) + index + 1;

    /// <param name="ordinal">From 0, below <see cref="Leads"/>.</param>
    public (long Workspace, long Id) LeadAt(long ordinal)
    {
        if (ordinal < Contacts)
            return (PrimaryWorkspaceId, ordinal + 1);
        var (small, row) = Math.DivRem(ordinal - Contacts, LeadsPerSmallWorkspace);
        var workspace = small + 2;
        return (workspace, IdOf(workspace, row + 1));
    }
}
