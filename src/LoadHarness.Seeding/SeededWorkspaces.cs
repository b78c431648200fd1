using LoadHarness.Core.Measurement;

namespace LoadHarness.Seeding;

/// <summary>The workspaces that scenarios work in, as they were seeded, the largest first.</summary>
public sealed class SeededWorkspaces
{
    /// <summary>For each workspace, the leads up to its last one.</summary>
    private readonly long[] _ends;

    private SeededWorkspaces(IReadOnlyList<SeededWorkspace> all)
    {
        All = all;
        long end = 0;
        _ends = [.. all.Select(workspace => end += workspace.Leads)];
    }

    public IReadOnlyList<SeededWorkspace> All { get; }

    /// <summary>Without a spread, the one large workspace; the small ones are there so that rows of others are in every table.</summary>
    public static SeededWorkspaces Of(SeedManifest seed) => new(
        [.. seed.Spread.SizesOf(seed.Contacts).Select((leads, index) => new SeededWorkspace(seed.PrimaryWorkspaceId + index, leads))]);

    /// <summary>A workspace by the leads that it holds. Of one workspace nothing is drawn.</summary>
    /// <returns>Its place in <see cref="All"/>.</returns>
    public int Draw(Random random)
    {
        if (All.Count == 1) return 0;
        var place = Array.BinarySearch(_ends, random.NextInt64(_ends[^1]));
        return place < 0 ? ~place : place + 1;
    }
}

/// <summary>A workspace with its seeded leads, whose ids follow one another.</summary>
public sealed record SeededWorkspace(long Id, long Leads)
{
    public long FirstLeadId => LeadId(1);

    public long LastLeadId => LeadId(Leads);

    /// <param name="row">From 1.</param>
    public long LeadId(long row) => SeedPlan.IdOf(Id, row);

    public long DrawLeadId(Random random) => LeadId(random.NextInt64(1, Leads + 1));
}
