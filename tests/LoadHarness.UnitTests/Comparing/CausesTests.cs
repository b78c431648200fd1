using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests.Comparing;

public sealed class CausesTests
{
    /// <summary>The plan of the search's first page was told of the segments' first page, whose own was told of none.</summary>
    [Fact]
    public void A_plan_that_changed_is_told_of_the_operations_that_send_its_statement()
    {
        var plans = ArmPlans.Compare(
            [
                Plan("search_first_page", "lead-search/first_page", "Index Scan using search_idx on leads"),
                Plan("segment_page", "segmentation/first_page", "Index Scan using segment_idx on leads"),
            ],
            [
                Plan("search_first_page", "lead-search/first_page", "Bitmap Heap Scan on leads"),
                Plan("segment_page", "segmentation/first_page", "Seq Scan on leads"),
            ]);

        var cause = Assert.Single(Causes.Of(
            Sample.Comparison with { Plans = plans, Counters = [Sample.Blocks("segmentation/first_page", 400, 800)] }));

        Assert.StartsWith(
            "segmentation/first_page: its plan changed from Index Scan using segment_idx on leads to Seq Scan on leads; blocks", cause,
            StringComparison.Ordinal);

        static QueryPlan Plan(string statement, string operation, string node) =>
            new(statement, "", [], TimeSpan.Zero, $"{node}  (cost=0.00..1 rows=1 width=8)") { Operations = [operation] };
    }

    [Theory]
    [InlineData(null, "segmentation/first_page", "search_first_page", false)]
    [InlineData(null, "lead-queries/status_page", "status_page", true)]
    [InlineData("things 1", "load/reprice", "reprice, old", true)]
    [InlineData("things 1", "load/price", "reprice, old", false)]
    public void In_a_record_of_an_earlier_version_the_name_of_the_statement_has_to_be_the_operations(
        string? workload, string operation, string statement, bool isTold)
    {
        var cause = Assert.Single(Causes.Of(Sample.Comparison with
        {
            Workload = workload,
            Plans = [new(statement, ["Index Scan using a_idx on a"], ["Seq Scan on a"])],
            Counters = [Sample.Blocks(operation, 400, 800)],
        }));

        Assert.Equal(isTold, cause.Contains("its plan changed", StringComparison.Ordinal));
    }
}
