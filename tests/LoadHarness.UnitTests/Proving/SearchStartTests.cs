using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Proving;

namespace LoadHarness.UnitTests.Proving;

public sealed class SearchStartTests
{
    [Fact]
    public void A_search_begins_near_what_the_cores_could_do_by_the_times_of_single_calls()
    {
        // A mix of 3 to 1 takes 28 ms a request: two cores do 71 a second at most.
        Assert.Equal(50, Start(SearchedLoad.Requests, ("lead-queries/email_lookup", 3, 4), ("lead-queries/recent_leads", 1, 100)), 6);
        Assert.Equal(50, Start(SearchedLoad.Users, ("lead-queries/email_lookup", 3, 4.1), ("lead-queries/recent_leads", 1, 100)), 6);
    }

    [Fact]
    public void Imports_begin_near_the_rate_of_a_single_one()
    {
        // 5,000 rows in half a second; the lead queries do not count.
        Assert.Equal(7_000, Start(SearchedLoad.ImportedRows, ("bulk-import/import", 1, 500), ("lead-queries/recent_leads", 1, 100)), 6);
    }

    [Fact]
    public void Without_times_and_out_of_range_it_begins_where_the_contract_says()
    {
        Assert.Equal(32, Start(SearchedLoad.Requests, ("lead-queries/email_lookup", 3, 4), ("lead-queries/recent_leads", 1, null)));
        Assert.Equal(32, Start(SearchedLoad.ImportedRows, ("bulk-import/import", 1, null)));
        Assert.Equal(20_000, Start(SearchedLoad.Requests, ("lead-queries/email_lookup", 1, 0.001)));
        Assert.Equal(1, Start(SearchedLoad.Users, ("lead-queries/email_lookup", 1, 60_000)));
    }

    private static double Start(SearchedLoad load, params (string Name, double Weight, double? Milliseconds)[] mix) => SearchStart.Of(
        new("ER-8", "c", "d", "C", ClaimStatistic.BoundedSearch, [.. mix.Select(one => new ClaimedOperation(one.Name, one.Weight))], "n",
            Search: new(load, 1, 32, 20_000)),
        name => mix.Single(one => one.Name == name).Milliseconds, rows: 5_000, cores: 2);
}
