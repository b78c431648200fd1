using LoadHarness.Cli.Pipeline;
using Npgsql;

namespace LoadHarness.UnitTests.Cli;

/// <summary>What a person reads when a program ends with a fault.</summary>
public sealed class FaultTests
{
    [Fact]
    public void A_lost_connection_is_told_with_what_it_was_lost_to()
    {
        var lost = new NpgsqlException("Exception while reading from stream", new EndOfStreamException("The server has ended"));

        Assert.Equal(
            "The connection to the server was lost or timed out: Exception while reading from stream: The server has ended",
            Faults.Sentence(lost));
    }
}
