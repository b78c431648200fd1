using LoadHarness.Core.Measurement;
using LoadHarness.Seeding;
using LoadHarness.Seeding.Loading;

namespace LoadHarness.UnitTests.Seeding;

/// <summary>A private server goes with the program, so only a given database is gone on with.</summary>
public sealed class SeedFaultsTests
{
    private static readonly SeedRequest Request = new(1_000_000, 42, 2);

    [Theory]
    [InlineData(ServerKind.Given, true)]
    [InlineData(ServerKind.Native, false)]
    [InlineData(ServerKind.Container, false)]
    public void Only_a_given_database_is_promised_to_be_gone_on_with(ServerKind kind, bool goesOn)
    {
        var request = Request with { Server = kind };

        Assert.All([SeedFaults.Stopped(request, "why"), SeedFaults.DiskFull(request, "why")], told =>
        {
            Assert.Contains("(why)", told, StringComparison.Ordinal);
            Assert.Contains("tart again", told, StringComparison.Ordinal);
            Assert.Equal(goesOn, told.EndsWith("the seeding goes on where it stopped.", StringComparison.Ordinal));
            Assert.Equal(!goesOn, told.EndsWith("so the seeding begins anew.", StringComparison.Ordinal));
        });
    }

    // Fifty small workspaces of 1,000 leads come on top.
    [Theory]
    [InlineData(ServerKind.Native, "TMPDIR")]
    [InlineData(ServerKind.Container, "container engine")]
    public void A_full_disk_of_a_private_server_is_told_with_the_room_that_is_needed_and_where(ServerKind kind, string place)
    {
        var told = SeedFaults.DiskFull(Request with { Server = kind }, "why");

        Assert.Contains("1050000 leads need about 2.1 GB", told, StringComparison.Ordinal);
        Assert.Contains(place, told, StringComparison.Ordinal);
    }
}
