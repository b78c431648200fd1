using LoadHarness.Comparing.Counters;

namespace LoadHarness.UnitTests.Comparing;

public sealed class PlannerStatisticsTests
{
    private static readonly ColumnStatistics Workspace = new("leads", "workspace_id", new(0.95, 0));
    private static readonly ColumnStatistics Phone = new("leads", "phone", new(0, 0.55));

    [Fact]
    public void Samples_of_the_same_rows_are_no_change() => Assert.Empty(PlannerStatistics.Compare(
        [Workspace, Phone], [Workspace with { Figures = new(0.94, 0) }, Phone with { Figures = new(0.001, 0.56) }]));

    [Fact]
    public void Statistics_of_other_rows_are_named_with_the_column_and_its_figures()
    {
        var change = Assert.Single(PlannerStatistics.Compare([Workspace, Phone], [Workspace with { Figures = new(0.02, 0) }, Phone]));
        Assert.True(change.MayExplainB);
        Assert.Equal(
            "On B the statistics of leads are of other rows than on A (workspace_id: the commonest value 95% to 2% of the rows). "
                + "Run ANALYZE leads.",
            change.Sentence());
    }

    [Fact]
    public void A_column_that_became_null_is_named() => Assert.Contains(
        "phone: nulls 55% to 99% of the rows",
        Assert.Single(PlannerStatistics.Compare([Phone], [Phone with { Figures = new(0, 0.99) }])).Sentence(), StringComparison.Ordinal);

    [Fact]
    public void Lost_statistics_are_counted()
    {
        var change = Assert.Single(PlannerStatistics.Compare(
            [Workspace, Phone], [Workspace with { Figures = null }, Phone with { Figures = null }]));
        Assert.Equal((2, 0), (change.ColumnsA, change.ColumnsB));
        Assert.StartsWith("On B the planner has statistics of 0 columns of leads, on A of 2.", change.Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_that_one_arm_lacks_has_lost_no_statistics() =>
        Assert.Empty(PlannerStatistics.Compare([Workspace, Phone], [Workspace]));

    [Fact]
    public void More_statistics_on_B_explain_nothing() => Assert.False(
        Assert.Single(PlannerStatistics.Compare([Phone with { Figures = null }], [Phone])).MayExplainB);
}
