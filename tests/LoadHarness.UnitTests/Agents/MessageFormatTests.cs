using System.IO.Compression;
using System.Text;
using LoadHarness.Agents.Messages;
using LoadHarness.Core;
using LoadHarness.Load;

namespace LoadHarness.UnitTests.Agents;

/// <summary>What comes over the broker was written by somebody else: it is held against its record, and its size is bounded.</summary>
public sealed class MessageFormatTests
{
    [Fact]
    public void A_message_is_read_as_it_was_written()
    {
        var second = new LoadSnapshot(
            "lead-queries", PhaseKind.Measuring, TimeSpan.FromSeconds(3), 33, 32.5, TimeSpan.FromMilliseconds(1.5), null, null, 2, 4, null);
        var beat = new BeatRequest(new("2/3", "a"), [second]);

        var read = MessageFormat.Read<BeatRequest>(MessageFormat.Write(beat), "An agent");

        Assert.Equal((beat.From, second), (read.From, Assert.Single(read.Seconds)));
    }

    [Fact]
    public void A_clock_may_be_behind() =>
        Assert.Equal(-4.5, MessageFormat.Read<ClockReading>(
            MessageFormat.Write(new ClockReading(-4.5, TimeSpan.FromMilliseconds(1))), "An agent").AheadSeconds);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"from":null,"seconds":[]}""")]
    [InlineData("""{"from":{"share":null,"id":"a"},"seconds":[]}""")]
    [InlineData("""{"from":{"share":"1/3"},"seconds":[]}""")]
    [InlineData("""{"from":{"share":"1/3","id":"a"},"seconds":[null]}""")]
    [InlineData("""{"from":{"share":"1/3","id":"a"},"seconds":[],"more":1}""")]
    [InlineData("""{"from":{"share":"1/3","share":"2/3","id":"a"},"seconds":[]}""")]
    [InlineData("""{"from":{"share":"1/3","id":"a"},"seconds":[{"scenario":"x"}]}""")]
    [InlineData("""
        {"from":{"share":"1/3","id":"a"},"seconds":[{"scenario":"x","phase":"resting","elapsed":1,"offeredPerSecond":null,
        "achievedPerSecond":1,"p50":null,"p95":null,"p99":null,"errors":0,"inFlight":0,"lagP99":null}]}
        """)]
    public void What_is_no_such_message_is_refused_with_what_is_wrong(string text)
    {
        var fault = Assert.Throws<HarnessException>(() => MessageFormat.Read<BeatRequest>(Encoding.UTF8.GetBytes(text), "An agent"));

        Assert.Contains("An agent sent what is no BeatRequest", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_is_too_large_is_not_even_looked_at() =>
        Assert.Contains("at most", Assert.Throws<HarnessException>(
            () => MessageFormat.Read<Noted>(new byte[MessageFormat.LargestMessage + 1], "An agent")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_fault_of_the_other_side_is_told_in_its_words()
    {
        var fault = Assert.Throws<HarnessException>(
            () => MessageFormat.Read<Noted>(MessageFormat.WriteFault("Agent 2/3 was refused."), "x"));

        Assert.Equal("Agent 2/3 was refused.", fault.Message);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    [Fact]
    public void A_result_travels_in_pieces_that_a_broker_takes()
    {
        var whole = new byte[3_000_000];
        new Random(1).NextBytes(whole);

        var pieces = Pieces.Cut(whole);

        Assert.True(pieces.Count > 3);
        Assert.All(pieces, piece => Assert.True(
            MessageFormat.Write(new ResultRequest(new("1/3", "a"), "s", 0, 1, piece)).Length < MessageFormat.LargestMessage));
        Assert.Equal(whole, Pieces.Join(pieces, "An agent"));
    }

    [Fact]
    public void A_result_that_unpacks_to_more_than_anything_that_is_sent_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(new byte[2_000_000]);

        Assert.Contains("more than 1000000 bytes", Assert.Throws<HarnessException>(
            () => Pieces.Join([packed.ToArray()], "An agent", largest: 1_000_000)).Message, StringComparison.Ordinal);
        Assert.Throws<HarnessException>(() => Pieces.Join([[1, 2, 3]], "An agent"));
    }
}
