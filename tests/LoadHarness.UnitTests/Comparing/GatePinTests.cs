using CliWrap.Buffered;
using LoadHarness.Comparing;
using LoadHarness.Core;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GatePinTests
{
    [Theory]
    [InlineData(null, "gate accept --against REV")]
    [InlineData("workloads/shop", "gate accept --workload workloads/shop --against REV")]
    public async Task A_missing_pin_says_which_call_makes_it(string? workload, string expected)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => GatePin.ReadAsync("no-such-folder/gate.json", workload, TestContext.Current.CancellationToken));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_moves_is_pinned_by_the_hash_of_today()
    {
        using var folder = new TemporaryDirectory();
        await GitAsync(folder.Path, "init", "-q", "-b", "main");
        await CommitAsync(folder.Path);
        await GitAsync(folder.Path, "-c", "user.name=t", "-c", "user.email=t@example.test", "tag", "-a", "v1.0", "-m", "1");
        var today = (await GitAsync(folder.Path, "rev-parse", "HEAD")).Trim();

        var branch = await FixedAsync("main");
        await CommitAsync(folder.Path);

        Assert.Equal(new GatePin(today, "why", "main"), branch);
        Assert.Equal(new GatePin($"{today},work_mem=1MB", "why", "v1.0"), await FixedAsync("v1.0,work_mem=1MB"));
        Assert.Equal(new GatePin(today, "why"), await FixedAsync(today));
        Assert.Equal(new GatePin(folder.Path, "why"), await FixedAsync(folder.Path));
        Assert.NotEqual(today, (await FixedAsync("HEAD")).Against);
        var file = Path.Combine(folder.Path, "gate.json");
        foreach (var pin in new[] { branch, await FixedAsync(today) })
        {
            await pin.WriteAsync(file, TestContext.Current.CancellationToken);
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(pin.Named is not null, text.Contains("\"named\"", StringComparison.Ordinal));
            Assert.Equal(pin, await GatePin.ReadAsync(file, null, TestContext.Current.CancellationToken));
        }

        foreach (var wrong in (string[])["nowhere", "--all", "HEAD:gate.json"])
            Assert.Equal(ExitCode.BadUsage, (await Assert.ThrowsAsync<HarnessException>(() => FixedAsync(wrong))).ExitCode);

        Task<GatePin> FixedAsync(string against) =>
            new GatePin(against, "why").FixedAsync(folder.Path, TestContext.Current.CancellationToken);
    }

    private static Task<string> CommitAsync(string folder) => GitAsync(
        folder, "-c", "user.name=t", "-c", "user.email=t@example.test", "commit", "-q", "--allow-empty", "-m", "one more");

    private static async Task<string> GitAsync(string folder, params string[] arguments) => (await CliWrap.Cli.Wrap("git")
        .WithWorkingDirectory(folder).WithArguments(arguments).ExecuteBufferedAsync(TestContext.Current.CancellationToken)).StandardOutput;
}
