namespace LoadHarness.Seeding.Loading;

/// <summary>A share, or a mean, that seeded rows must have.</summary>
/// <param name="Table">The one whose rows it is a share of.</param>
/// <param name="Query">Gives it.</param>
internal sealed record SeededShare(string Name, string Table, ShareBounds Bounds, string Query)
{
    // Sends a lead as SendDraws makes them: who signs up late finds fewer campaigns to come, and of one a month fewer than of five.
    private const double SendsOfFiveCampaigns = 1.484;
    private const double SendsOfOneCampaign = 1.280;
    private const double SendsTolerance = 0.1;

    /// <summary>Of sends and of activities, from lead to lead: 1.4 and less, whatever the spread.</summary>
    private const double DeviationOfALead = 1.5;

    public static IReadOnlyList<SeededShare> Of(SeedPlan plan) =>
    [
        new("share of active leads", "leads", new(0.86, 0.90), ProgramSql.Of("share-of-active-leads")),
        new("sends a lead", "leads", ShareBounds.Around(SendsPerLead(plan), SendsTolerance, DeviationOfALead),
            ProgramSql.Of("sends-per-lead")),
        new("activities a lead", "leads", new(1.8, 2.3, DeviationOfALead), ProgramSql.Of("activities-per-lead")),
        new("share of opened or clicked among sends", "email_sends", new(0.28, 0.48), ProgramSql.Of("share-of-opened-sends")),
        new("share of leads with a non-ASCII name", "leads", new(0.05, 0.5), ProgramSql.Of("share-of-foreign-names")),
    ];

    /// <summary>The mean that the campaigns imply: the first workspace sends five a month, any other one.</summary>
    internal static double SendsPerLead(SeedPlan plan)
    {
        var first = (double)plan.Sizes[0] / plan.Leads;
        return (first * SendsOfFiveCampaigns) + ((1 - first) * SendsOfOneCampaign);
    }
}
