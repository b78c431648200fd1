using LoadHarness.Core.Measurement;

namespace LoadHarness.Seeding;

/// <summary>
/// Which workspace and id each lead has. The order is that of the workspaces: the largest, then the others. Without a spread, workspace 1
/// has all leads that were asked for, and fifty small workspaces come on top.
/// </summary>
internal sealed class SeedPlan
{
    public const long PrimaryWorkspaceId = 1;

    /// <summary>Ids of a small workspace's leads start here times its id: the primary workspace may grow without moving them.</summary>
    public const long IdSpace = 1_000_000_000;

    public const int SentCampaignsPerMonth = 5;

    /// <summary>Ids of a small workspace's campaigns, templates, ... start here times its id.</summary>
    public const long SmallIdSpace = 1_000;

    private const int SmallWorkspaces = 50;

    /// <summary>For each workspace, the ordinal behind its last lead.</summary>
    private readonly long[] _ends;

    public SeedPlan(long contacts, WorkspaceSpread spread)
    {
        (Contacts, Spread) = (contacts, spread);
        Sizes = spread.IsOne()
            ? [contacts, .. Enumerable.Repeat(Math.Max(20, contacts / 1000), SmallWorkspaces)]
            : spread.SizesOf(contacts);
        long end = 0;
        _ends = [.. Sizes.Select(size => end += size)];
    }

    /// <summary>Leads that were asked for: those that scenarios work with.</summary>
    public long Contacts { get; }

    public WorkspaceSpread Spread { get; }

    /// <summary>Leads of each workspace, in the order of their ids.</summary>
    public IReadOnlyList<long> Sizes { get; }

    public long Leads => _ends[^1];

    public IEnumerable<long> Workspaces => Enumerable.Range(1, _ends.Length).Select(id => (long)id);

    /// <summary>The primary workspace sends five campaigns a month, any other one.</summary>
    public static int CampaignsPerMonth(long workspace) => workspace == PrimaryWorkspaceId ? SentCampaignsPerMonth : 1;

    /// <param name="row">From 1.</param>
    public static long IdOf(long workspace, long row) => workspace == PrimaryWorkspaceId ? row : (workspace * IdSpace) + row;

    /// <param name="index">From 0.</param>
    public static long CampaignId(long workspace, int index) =>
        (workspace == PrimaryWorkspaceId ? 0 : workspace * SmallIdSpace) + index + 1;

    /// <param name="ordinal">From 0, below <see cref="Leads"/>.</param>
    public (long Workspace, long Id) LeadAt(long ordinal)
    {
        if (ordinal < _ends[0])
            return (PrimaryWorkspaceId, ordinal + 1);
        var place = Array.BinarySearch(_ends, ordinal);
        var index = place < 0 ? ~place : place + 1;
        var workspace = index + 1L;
        return (workspace, IdOf(workspace, ordinal - _ends[index - 1] + 1));
    }
}
