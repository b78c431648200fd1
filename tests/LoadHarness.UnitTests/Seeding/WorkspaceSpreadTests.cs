using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;

namespace LoadHarness.UnitTests.Seeding;

public sealed class WorkspaceSpreadTests
{
    private static readonly SeedRequest Request = new(4_000, 42, 1) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    public static TheoryData<long, int, double> Spreads => new()
    {
        { 1_000, 2, 0 },
        { 1_001, 7, 0.5 },
        { 99_999, 200, 1 },
        { 2_000_000, 200, 0.37 },
        { 10_000_000, 10_000, 1 },
        { 100_000_000, 10_000, 2 },
    };

    [Theory]
    [MemberData(nameof(Spreads))]
    public void Sizes_fall_with_the_rank_and_sum_up_to_all_leads(long contacts, int workspaces, double skew)
    {
        var sizes = new WorkspaceSpread(workspaces, skew).SizesOf(contacts);

        Assert.Equal(workspaces, sizes.Count);
        Assert.Equal(contacts, sizes.Sum());
        Assert.All(sizes.Zip(sizes.Skip(1)), pair => Assert.True(pair.First >= pair.Second));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.27)]
    [InlineData(2)]
    public void Sizes_follow_Zipfs_law(double skew)
    {
        var sizes = new WorkspaceSpread(100, skew).SizesOf(50_000_000);
        foreach (var rank in new[] { 2, 3, 10, 50, 100 })
            Assert.Equal(Math.Pow(rank, skew), (double)sizes[0] / sizes[rank - 1], 1e-3 * Math.Pow(rank, skew));
    }

    // These are part of the identity of seeded rows: they must be equal on every machine, and in every version.
    [Fact]
    public void Sizes_of_a_pinned_spread_never_change()
    {
        Assert.Equal([1_633, 817, 544, 408, 326, 272], new WorkspaceSpread(6, 1).SizesOf(4_000));
        Assert.Equal((2, "fb23adb52ed9bf3222cd3d222160d1d0"),
            (SeedRequest.RowsVersion, SeedChecksum.Of(Request with { Spread = new(6, 1) })));
    }

    [Fact]
    public void One_workspace_is_what_it_was_before_there_was_a_choice()
    {
        Assert.Equal([4_000], WorkspaceSpread.One.SizesOf(4_000));
        Assert.Equal(SeedChecksum.Of(Request), SeedChecksum.Of(Request with { Spread = new(1, 1.5) }));
        Assert.Equal($"4000 contacts, seed 42, 24 months to 2026-10, words of Bogus 35.6.5, rows version {SeedRequest.RowsVersion}",
            Request.Identity);
        Assert.Equal(50 + 1, new SeedPlan(4_000, WorkspaceSpread.One).Sizes.Count);
    }

    [Fact]
    public void Another_number_of_workspaces_or_skew_is_another_seeding()
    {
        SeedRequest[] requests =
            [Request, Request with { Spread = new(6, 1) }, Request with { Spread = new(7, 1) }, Request with { Spread = new(6, 0.5) }];

        Assert.Equal(requests.Length, requests.Select(SeedChecksum.Of).Distinct().Count());
        Assert.Equal(requests.Length, requests.Select(request => request.Identity).Distinct().Count());
        Assert.Equal(requests.Length, requests.Select(request => request.SnapshotFor(15).Directory).Distinct().Count());
    }

    [Fact]
    public void Every_lead_is_in_one_workspace_and_each_workspace_has_its_share()
    {
        foreach (var spread in new[] { WorkspaceSpread.One, new(30, 1.1) })
        {
            var plan = new SeedPlan(10_000, spread);
            var leads = Enumerable.Range(0, (int)plan.Leads).Select(ordinal => plan.LeadAt(ordinal)).ToList();

            Assert.Equal(leads.Count, leads.Distinct().Count());
            Assert.Equal(plan.Sizes, leads.CountBy(lead => lead.Workspace).OrderBy(pair => pair.Key).Select(pair => (long)pair.Value));
            Assert.Equal(leads, leads.OrderBy(lead => lead.Id));
        }
    }

    [Fact]
    public void Workspaces_are_drawn_by_their_leads_and_the_same_seed_draws_the_same()
    {
        var workspaces = SeededWorkspaces.Of(Manifest(new(50, 1)));
        const int draws = 200_000;
        int[] Drawn(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, draws).Select(_ => workspaces.Draw(random))];
        }

        var drawn = Drawn(7);

        Assert.Equal(drawn, Drawn(7));
        Assert.NotEqual(drawn, Drawn(8));
        foreach (var (place, count) in drawn.CountBy(place => place))
        {
            // Five standard deviations of a binomial count.
            var expected = (double)draws * workspaces.All[place].Leads / 100_000;
            Assert.InRange(count, expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
        }
    }

    [Fact]
    public void Of_one_workspace_nothing_is_drawn()
    {
        var (drawn, untouched) = (new Random(3), new Random(3));

        Assert.Equal(0, SeededWorkspaces.Of(Manifest(WorkspaceSpread.One)).Draw(drawn));

        // Arguments of a run with one workspace stay what they were.
        Assert.Equal(untouched.Next(), drawn.Next());
    }

    [Fact]
    public void A_lead_is_drawn_from_its_own_workspace()
    {
        var random = new Random(1);
        Assert.All(SeededWorkspaces.Of(Manifest(new(50, 1))).All, workspace =>
        {
            var leads = Enumerable.Range(0, 2_000).Select(_ => workspace.DrawLeadId(random)).ToList();
            Assert.All(leads, lead => Assert.InRange(lead, workspace.FirstLeadId, workspace.LastLeadId));
            Assert.True(leads.Distinct().Count() > Math.Min(workspace.Leads, 2_000) / 2);
        });
    }

    [Theory]
    [InlineData(1_000, 200, 1, "the smallest would hold")]
    [InlineData(2_000, 100, 0, "the largest would hold")]
    [InlineData(1_000, 1, 1, null)]
    [InlineData(200_000, 200, 1, null)]
    public void Workspaces_that_would_be_too_small_are_named(long contacts, int workspaces, double skew, string? part)
    {
        var fault = new WorkspaceSpread(workspaces, skew).FaultOf(contacts);
        if (part is null) Assert.Null(fault);
        else Assert.Contains(part, fault, StringComparison.Ordinal);
    }

    private static SeedManifest Manifest(WorkspaceSpread spread) =>
        new(42, 100_000, "", 1, new DateOnly(2026, 10, 1), [], [], [], default, default, default, false) { Spread = spread };
}
