using LoadHarness.Core;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.UnitTests.Comparing;

namespace LoadHarness.UnitTests.Proving;

/// <summary>What a proof measured, as a file: it is judged again alike, and another file is refused with its name.</summary>
public sealed class MeasuredProofTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => Path.Combine(_directory.Path, MeasuredProof.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_measured_is_judged_alike_after_a_way_through_a_file()
    {
        var unjudged = new Proof(
            new DateTimeOffset(2026, 11, 26, 17, 9, 0, TimeSpan.Zero), TimeSpan.FromMinutes(70), "prove", "a machine", 2_000_000, 42, false,
            Sample.Facts("4MB"), Sample.Facts("4MB"), [])
        {
            Host = new("an OS", "a CPU", 2, 1L << 30, "10", false),
            Stages = [new("Memory", TimeSpan.FromSeconds(3), "4 rounds")],
        };
        var measured = new MeasuredProof(unjudged, new()
        {
            Times = new Dictionary<string, OperationPairs>
            {
                ["a"] = new([0.5, 0.4], [1, 1.1], [0.1, 0.2], [0.3, 0.3], Naive: 7) { Calls = 12 },
            },
            Blocks = new Dictionary<string, ArmValues> { ["a"] = new(3, 300, 4) { Calls = 9, Spread = 0.02 } },
            IndexBytes = new(10, 20),
            Searches = new Dictionary<string, SearchedLevels>
            {
                ["ER-6"] = new(
                    "users", "users", [new(9, SearchEnd.Found, "p95") { BrokeAt = 10 }], [new(1, SearchEnd.BelowLeast, null)]),
            },
        });
        await using (var file = System.IO.File.Create(File))
            await measured.WriteAsync(file, TestContext.Current.CancellationToken);
        var read = await MeasuredProof.ReadAsync(File, TestContext.Current.CancellationToken);
        Assert.Equal(ProofText.Of(Judged(measured)), ProofText.Of(Judged(read)));
        Assert.Contains("57.4%", ProofText.Of(Judged(read)), StringComparison.Ordinal);
        Assert.Equal(unjudged.Host, Judged(read).Host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "schemaVersion": 3 }""")]
    public async Task Another_file_is_refused_with_its_name(string text)
    {
        await System.IO.File.WriteAllTextAsync(File, text, TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<HarnessException>(() => MeasuredProof.ReadAsync(File, TestContext.Current.CancellationToken));
        Assert.StartsWith($"{File} cannot be read as what prove measured: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(() => MeasuredProof.ReadAsync(File, TestContext.Current.CancellationToken));
        Assert.Contains(File, fault.Message, StringComparison.Ordinal);
    }

    private static Proof Judged(MeasuredProof measured) => measured.Judge(
        [
            new("RE-2", "Index size", "d", "C", ClaimStatistic.IndexBytes, [], "n"),
            new("RE-3", "Blocks", "d", "C", ClaimStatistic.BlocksPerRequest, [new("a", 1)], "n"),
            new("ER-1", "Times", "d", "C", ClaimStatistic.MeanResponseTime, [new("a", 1)], "n"),
        ],
        [Target("RE-2"), Target("RE-3"), Target("ER-1")]);

    private static Target Target(string id) => new(id, id, Statistic.Comparison, 50, LimitDirection.AtLeast, "%");
}
