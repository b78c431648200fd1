using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.UnitTests.Workloads;

/// <summary>A pool holds what the profile's largest scenario needs at once, and the server is asked for the sum.</summary>
public sealed class ProfileConnectionsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static LoadProfile None { get; } = new("none", "");

    [Fact]
    public void A_pool_has_a_connection_for_each_session_of_an_import_and_each_worker_of_a_campaign()
    {
        var import = None with { BulkImport = new(2_000, 1, Sessions: 20) };
        var campaign = None with { CampaignSend = new(1_000, 30, 1) };

        Assert.Equal((16, 16), (ProfileConnections.OfApp(None), ProfileConnections.OfWorker(None)));
        Assert.Equal((20, 16), (ProfileConnections.OfApp(import), ProfileConnections.OfWorker(import)));
        Assert.Equal((30, 30), (ProfileConnections.OfApp(campaign), ProfileConnections.OfWorker(campaign)));
        Assert.Equal(117, ProfileConnections.OfApp(import with { MixedUsers = Mix(100, 12, 5) }));
    }

    [Fact]
    public void The_part_that_wants_most_is_the_one_that_the_server_must_have_room_for()
    {
        var mixed = None with { LeadQueries = new(10, Second, Second, 500), MixedUsers = Mix(100, 10, 5) };

        Assert.Equal(120, ProfileConnections.Most(mixed, int.MaxValue, 1).Connections);
        // Two generators share the users, and have a pool each for what arrives.
        Assert.Equal(("leadQueries.maxInFlight", 230), ProfileConnections.Most(mixed, int.MaxValue, 2));
        Assert.Equal(60, ProfileConnections.Most(mixed, 40, 1).Connections);
        Assert.Equal(("campaignSend.workers", 34), ProfileConnections.Most(None with { CampaignSend = new(1_000, 17, 1) }, 40, 1));
        Assert.Equal(0, ProfileConnections.Most(None, int.MaxValue, 1).Connections);
    }

    /// <summary>With three beside them the 123 of docs/your-database.md.</summary>
    [Theory]
    [InlineData("smoke")]
    [InlineData("standard")]
    [InlineData("nightly")]
    [InlineData("soak")]
    public void A_shipped_profile_with_users_holds_as_many_as_the_document_says(string profile) =>
        Assert.Equal(120, ProfileConnections.Most(ProfileCatalog.Read(profile), int.MaxValue, 1).Connections);

    private static MixedLoad Mix(int users, int imports, int campaigns) => new(
        users, Second, imports, ImportRows: 500, campaigns, CampaignRecipients: 500, Second, Second);
}
