using System.Diagnostics;
using LoadHarness.Postgres.Seeding;

namespace LoadHarness.UnitTests.Seeding;

public sealed class SeededRowTests
{
    private static readonly SeedRequest Request = new(2_000, 42, 1) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    [Fact]
    public void The_checksum_of_a_pinned_request_never_changes() => Assert.Equal("c0534f9cba5016b555c0341ee43e90f7", SeedChecksum.Of(Request));
}
