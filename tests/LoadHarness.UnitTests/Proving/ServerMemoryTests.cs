using LoadHarness.Comparing.Proving;

namespace LoadHarness.UnitTests.Proving;

public sealed class ServerMemoryTests
{
    [Fact]
    public void As_many_connections_are_opened_as_send_their_requests_in_time()
    {
        var minute = TimeSpan.FromMinutes(1);

        Assert.Equal(50, ServerMemory.ConnectionsWithin(minute, milliseconds: 1, most: 50));
        Assert.Equal(10 * Environment.ProcessorCount, ServerMemory.ConnectionsWithin(minute, milliseconds: 1_000, most: 1_000));
        Assert.Equal(3, ServerMemory.ConnectionsWithin(minute, milliseconds: 1e6, most: 50));
        Assert.Equal(2, ServerMemory.ConnectionsWithin(minute, milliseconds: 1e6, most: 2));
    }
}
