using System.Text.Json;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Output;
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
            Faults.Sentence(lost, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Whatever_ends_a_verb_after_an_interruption_is_told_as_that()
    {
        var interrupted = new CancellationToken(canceled: true);
        foreach (var fault in (Exception[])
            [new OperationCanceledException(), new HarnessException("cp ended with code 130"), new IOException("lost")])
        {
            Assert.Equal(ExitCode.Inconclusive, Faults.Print(fault, interrupted));
            Assert.Equal("Interrupted.", Faults.Sentence(fault, interrupted));
            RequireIncomplete("Interrupted.", JsonOf(fault, interrupted));
        }
    }

    [Fact]
    public void The_object_of_a_fault_that_decides_nothing_has_a_verdict_and_that_of_any_other_has_none()
    {
        var running = TestContext.Current.CancellationToken;

        RequireIncomplete("No pin.", JsonOf(new HarnessException("No pin.", ExitCode.Inconclusive), running));
        var other = JsonOf(new HarnessException("No disk."), running);
        Assert.Equal(["error", "exitCode"], other.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("No disk.", 1), (other.GetProperty("error").GetString(), other.GetProperty("exitCode").GetInt32()));
    }

    private static void RequireIncomplete(string sentence, JsonElement told)
    {
        Assert.Equal(("incomplete", sentence, 5),
            (told.GetProperty("verdict").GetString(), told.GetProperty("error").GetString(), told.GetProperty("exitCode").GetInt32()));
        Assert.Equal(sentence, Assert.Single(told.GetProperty("reasons").EnumerateArray()).GetString());
    }

    private static JsonElement JsonOf(Exception fault, CancellationToken cancellationToken) =>
        JsonSerializer.SerializeToElement(Faults.ObjectOf(fault, cancellationToken), JsonFormat.Options);
}
