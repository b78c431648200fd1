using LoadHarness.Core;
using LoadHarness.Workloads.Checking;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>Users hold connections from the beginning; requests in flight may come to need some. Two more watch the server.</summary>
public sealed class WorkloadConnectionsTests : IDisposable
{
    private readonly WorkloadFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scenarios_hold_theirs_one_after_the_other_and_those_of_a_group_at_once()
    {
        Assert.Equal(new(10, 52, 60), Of(free: 60));

        _folder.Changed("workload.json", "\"operations\": { \"order_by_id\": 1 }",
            "\"group\": \"all\", \"operations\": { \"order_by_id\": 1 }")
            .Changed("workload.json", "\"warmUp\": \"1s\"", "\"group\": \"all\", \"warmUp\": \"1s\"");

        Assert.Equal(new(10, 60, 60), Of(free: 60));
    }

    [Fact]
    public void A_pool_opens_what_requests_need_and_no_more_than_it_may()
    {
        _folder.Changed("workload.json", "\"name\": \"shop\",",
            "\"name\": \"shop\", \"tenant\": { \"setting\": \"app.tenant\", \"value\": \":state\" },")
            .Changed("workload.json", "\"operations\": { \"order_by_id\": 1 }",
                "\"connections\": 400, \"operations\": { \"order_by_id\": 1 }")
            .Changed("workload.json", "\"warmUp\": \"1s\"", "\"connections\": 5, \"warmUp\": \"1s\"");

        // Eight users never use more than eight of 400, and fifty requests share five.
        Assert.Equal(new(2, 10, 60), Of(free: 60));
    }

    [Fact]
    public void Users_without_a_connection_are_refused_and_requests_that_may_find_none_are_a_warning()
    {
        Of(free: 10).Require(isPrivate: false);
        var refused = Assert.Throws<HarnessException>(() => Of(free: 9).Require(isPrivate: false));
        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains("raise max_connections by at least 1, or lower copies", refused.Message, StringComparison.Ordinal);
        Assert.Contains("a server of your own", Assert.Throws<HarnessException>(() => Of(free: 9).Require(isPrivate: true)).Message,
            StringComparison.Ordinal);

        Assert.Null(Of(free: 52).Warning(isPrivate: false));
        Assert.Contains("may hold 52 connections at once, and the server had 51 free", Of(free: 51).Warning(isPrivate: false),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_a_pooler_nothing_is_said_of_what_is_not_known()
    {
        Of(free: null).Require(isPrivate: false);
        Assert.Null(Of(free: null).Warning(isPrivate: false));
    }

    private WorkloadConnections Of(int? free)
    {
        var (workload, faults) = _folder.Read();
        Assert.Empty(faults);
        return WorkloadConnections.Of(workload!, free);
    }
}
