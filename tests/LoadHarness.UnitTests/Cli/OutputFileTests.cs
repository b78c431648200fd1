using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Output;

namespace LoadHarness.UnitTests.Cli;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_people_added_after_the_mark_stays_and_the_rest_is_written_anew()
    {
        var (file, stop) = (Path.Combine(_directory.Path, "new", "results.md"), TestContext.Current.CancellationToken);
        await MarkdownFile.WriteAsync(file, "first", stop);
        await File.AppendAllTextAsync(file, $"\n{MarkdownFile.KeptMark}\n\nmine\n", stop);
        await MarkdownFile.WriteAsync(file, "second\n", stop);
        await MarkdownFile.WriteAsync(file, "third\n", stop);

        Assert.Equal($"third\n\n{MarkdownFile.KeptMark}\n\nmine\n", await File.ReadAllTextAsync(file, stop));
    }

    [Fact]
    public void A_place_where_no_file_can_be_written_is_named_with_its_option()
    {
        var taken = Path.Combine(_directory.Path, "taken");
        File.WriteAllText(taken, "");
        foreach (var wrong in (string[])["", _directory.Path, Path.Combine(taken, "below.md")])
        {
            var fault = Assert.Throws<HarnessException>(() => OutputFile.Require("--markdown", wrong));
            Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
            Assert.StartsWith($"--markdown '{wrong}': ", fault.Message, StringComparison.Ordinal);
        }

        OutputFile.Require("--markdown", taken);
        OutputFile.Require("--markdown", Path.Combine(_directory.Path, "not", "there", "yet.md"));
        Assert.Equal(taken, Assert.Single(Directory.GetFileSystemEntries(_directory.Path)));
    }

    [Fact]
    public async Task Programs_that_are_started_at_once_may_try_the_same_missing_directory()
    {
        var stop = TestContext.Current.CancellationToken;
        for (var round = 0; round < 100; round++)
        {
            var directory = Path.Combine(_directory.Path, $"{round}", "not", "there");
            using var start = new Barrier(3);
            var faults = await Task.WhenAll(Enumerable.Range(0, start.ParticipantCount).Select(_ => Task.Run(
                () =>
                {
                    start.SignalAndWait(stop);
                    return WritableDirectory.FaultOf(directory);
                },
                stop)));

            Assert.All(faults, fault => Assert.Null(fault));
        }
    }
}
