using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class PlanNodesTests
{
    private const string ByIndex =
        """
        Limit  (cost=0.29..8.31 rows=1 width=120) (actual time=0.020..0.021 rows=1 loops=1)
          ->  Index Scan using leads_workspace_tags_idx on leads  (cost=0.29..8.31 rows=1 width=120) (actual time=0.01..0.01 rows=1 loops=1)
                Index Cond: (workspace_id = 1)
        Execution Time: 0.05 ms
        """;

    [Fact]
    public void Nodes_are_named_without_figures() =>
        Assert.Equal(["Limit", "Index Scan using leads_workspace_tags_idx on leads"], PlanNodes.Of(ByIndex));

    [Fact]
    public void Another_index_is_another_plan()
    {
        var change = PlanNodes.Compare(
            "tag_filter", ByIndex, ByIndex.Replace("leads_workspace_tags_idx", "leads_created_idx", StringComparison.Ordinal));
        Assert.Equal(["Index Scan using leads_workspace_tags_idx on leads"], change!.LostNodes);
        Assert.Equal(["Index Scan using leads_created_idx on leads"], change.NewNodes);
    }

    [Fact]
    public void Other_figures_are_the_same_plan() =>
        Assert.Null(PlanNodes.Compare("tag_filter", ByIndex, ByIndex.Replace("0.019", "7.000", StringComparison.Ordinal)));

    [Theory]
    [InlineData("  ->  Seq Scan on email_sends_p2026_11 email_sends_3  (cost=0.00..1 rows=1 width=8)")]
    [InlineData("  ->  Seq Scan on email_sends_p20261101 email_sends  (cost=0.00..1 rows=1 width=8)")]
    [InlineData("  ->  Seq Scan on email_sends_default email_sends_25  (never executed)")]
    public void Partitions_count_under_their_parents_name(string line) =>
        Assert.Equal(["Seq Scan on email_sends"], PlanNodes.Of(line));

    [Fact]
    public void Another_alias_is_the_same_plan() => Assert.Null(PlanNodes.Compare(
        "import_merge",
        "Update on lead_imports  (cost=0.00..1 rows=0 width=0)\n  ->  Seq Scan on lead_imports  (cost=0.00..1 rows=1 width=8)",
        "Update on lead_imports i  (cost=0.00..1 rows=0 width=0)\n  ->  Seq Scan on lead_imports i  (cost=0.00..1 rows=1 width=8)"));

    [Fact]
    public void A_plan_that_scans_more_partitions_is_a_change()
    {
        const string pruned =
            """
            Append  (cost=0.42..8.45 rows=3 width=40) (actual time=0.010..0.030 rows=2 loops=1)
              ->  Index Scan using activities_p2026_10_idx on activities_p2026_10 a_1  (cost=0.42..2 rows=1) (actual time=0.01..0.01 rows=1)
              ->  Bitmap Heap Scan on activities_p2026_09 a_2  (cost=0.42..2 rows=1) (actual time=0.01..0.01 rows=1)
                    ->  Bitmap Index Scan on activities_p2026_09_idx  (cost=0.42..2 rows=1) (actual time=0.01..0.01 rows=1)
              ->  Index Scan using activities_p2026_08_idx on activities_p2026_08 a_3  (cost=0.42..2 rows=1) (never executed)
            """;
        Assert.Equal(2, PlanNodes.Partitions(pruned));
        Assert.Null(PlanNodes.Compare("lead_with_activities", pruned, pruned));

        var all = pruned.Replace("(never executed)", "(actual time=0.01..0.01 rows=0 loops=1)", StringComparison.Ordinal);
        var change = PlanNodes.Compare("lead_with_activities", pruned, all);
        Assert.Empty(change!.NewNodes);
        Assert.Equal("partitions scanned: 2 to 3", change.Partitions!.ToString());
    }

    [Fact]
    public void Tables_that_are_no_partitions_are_not_counted() => Assert.Equal(0, PlanNodes.Partitions(ByIndex));
}
