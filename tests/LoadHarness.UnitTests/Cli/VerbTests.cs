using System.CommandLine;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;

namespace LoadHarness.UnitTests.Cli;

public sealed class VerbTests
{
    [Fact]
    public async Task A_verb_that_hangs_when_nobody_waits_any_longer_is_left_behind()
    {
        using var abandoned = new CancellationTokenSource();
        var verb = new Verb(new Command("hang"), [], (_, _) => new TaskCompletionSource<ExitCode>().Task);

        var run = verb.RunAsync(
            new RootCommand { verb.Command }.Parse(["hang"]), abandoned.Token, TestContext.Current.CancellationToken);
        Assert.False(run.IsCompleted);
        await abandoned.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
