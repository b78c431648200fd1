using LoadHarness.Core;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.IntegrationTests.Provisioning;

/// <summary>
/// Programs that leave another one running with their output, as pg_ctl leaves the server on Windows. The one that stays ends by itself.
/// </summary>
public sealed class ServerAccountTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_that_ended_is_not_waited_for_because_another_holds_its_output() =>
        Assert.Contains("started", await LeaveRunningAsync("echo started", "exit 0"), StringComparison.Ordinal);

    [Fact]
    public async Task What_a_program_said_before_it_failed_is_told_while_another_holds_its_output()
    {
        var failure = await Assert.ThrowsAsync<HarnessException>(() => LeaveRunningAsync("echo could not start", "exit 3"));
        Assert.Contains("ended with code 3: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("could not start", failure.Message.Split("code 3: ")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var failure = await Assert.ThrowsAsync<HarnessException>(() => ServerAccount.RunAsync("no-such-program", [], Stop));
        Assert.Contains("no-such-program", failure.Message, StringComparison.Ordinal);
    }

    /// <param name="last">What the program does after it has started another, which runs for a minute.</param>
    private static Task<string> LeaveRunningAsync(params string[] last)
    {
        string[] words = OperatingSystem.IsWindows()
            ? ["cmd.exe", "/c", $"start /b ping -n 60 127.0.0.1 & {string.Join(" & ", last)}"]
            : ["/bin/sh", "-c", $"sleep 60 & {string.Join("; ", last)}"];
        return ServerAccount.RunAsync(words[0], words[1..], Stop).WaitAsync(Patience, Stop);
    }
}
