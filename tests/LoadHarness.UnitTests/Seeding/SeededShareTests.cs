using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;
using LoadHarness.Seeding.Loading;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.UnitTests.Seeding;

/// <summary>What the seeder holds its rows against lets sound rows of every scale and spread pass, and no others.</summary>
public sealed class SeededShareTests
{
    private static readonly SeedCalendar Calendar = new(new DateOnly(2026, 10, 1));

    // By the draws alone: what the rows say of these two is in them.
    [Theory]
    [InlineData(20_000, 100, 0, 42)]
    [InlineData(20_000, 20, 0, 42)]
    [InlineData(60_000, 200, 0, 42)]
    [InlineData(30_000, 30, 1, 42)]
    [InlineData(1_000, 2, 2, 42)]
    [InlineData(1_000, 1, 1, 38)]
    [InlineData(1_000, 1, 1, 97)]
    [InlineData(1_000, 1, 1, 123)]
    [InlineData(1_000, 1, 1, 361)]
    [InlineData(50_000, 1, 1, 7)]
    public void Rows_that_the_seeder_draws_lie_inside(long contacts, int workspaces, double skew, ulong seed)
    {
        var plan = new SeedPlan(contacts, new(workspaces, skew));
        var leads = new LeadDraws(seed, Calendar);
        var sends = new SendDraws(seed, leads, plan);
        var (drawn, active, rows) = (0L, 0L, new SendRow[SendDraws.MostPerLead]);
        for (var ordinal = 0L; ordinal < plan.Leads; ordinal++)
        {
            var (workspace, lead) = plan.LeadAt(ordinal);
            drawn += sends.Fill(workspace, lead, rows);
            if (leads.Words.Statuses[leads.Status(lead)] == "active") active++;
        }

        RequireInside("sends a lead", plan, drawn);
        RequireInside("share of active leads", plan, active);
    }

    [Theory]
    [InlineData("share of active leads", 0.86, 0.90)]
    [InlineData("activities a lead", 1.8, 2.3)]
    [InlineData("share of opened or clicked among sends", 0.28, 0.48)]
    [InlineData("share of leads with a non-ASCII name", 0.05, 0.5)]
    public void At_a_large_scale_the_bounds_are_the_documented_ones(string share, double low, double high)
    {
        var bounds = Of(share, new(10_000_000, WorkspaceSpread.One)).At(10_000_000);

        Assert.Equal(low, bounds.Low, 0.002);
        Assert.Equal(high, bounds.High, 0.002);
    }

    [Fact]
    public void The_mean_of_sends_follows_from_the_share_of_the_workspace_that_sends_most()
    {
        Assert.Equal(1.474, SeededShare.SendsPerLead(new(2_000_000, WorkspaceSpread.One)), 0.001);
        Assert.Equal(1.382, SeededShare.SendsPerLead(new(1_000, WorkspaceSpread.One)), 0.001);
        Assert.Equal(1.281, SeededShare.SendsPerLead(new(2_000_000, new(200, 0))), 0.001);
        var (low, high) = Of("sends a lead", new(2_000_000, WorkspaceSpread.One)).At(2_100_000);
        Assert.True(low > 1.3 && high < 1.7, $"{low} to {high}");
    }

    [Fact]
    public void A_share_has_four_standard_errors_of_its_rows_beyond_its_bounds()
    {
        var (low, high) = new ShareBounds(0.86, 0.90).At(2_000);

        Assert.Equal(0.86 - (4 * Math.Sqrt(0.86 * 0.14 / 2_000)), low, 1e-9);
        Assert.Equal(0.90 + (4 * Math.Sqrt(0.90 * 0.10 / 2_000)), high, 1e-9);
        Assert.Equal(1.8 - (4 * 1.5 / 100), new ShareBounds(1.8, 2.3, 1.5).At(10_000).Low, 1e-9);
    }

    private static void RequireInside(string share, SeedPlan plan, long count)
    {
        var (low, high) = Of(share, plan).At(plan.Leads);
        Assert.InRange((double)count / plan.Leads, low, high);
    }

    private static ShareBounds Of(string share, SeedPlan plan) => SeededShare.Of(plan).Single(one => one.Name == share).Bounds;
}
