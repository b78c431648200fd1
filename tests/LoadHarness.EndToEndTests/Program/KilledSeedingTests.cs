using System.Diagnostics;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding;

namespace LoadHarness.EndToEndTests.Program;

public sealed class KilledSeedingTests
{
    // The stage whose heading starts the clock, and the longest time until the kill.
    private static readonly (string Stage, int Milliseconds)[] Kills =
        [("database", 1_000), ("schema", 2_000), ("seed", 500), ("seed", 4_000), ("seed", 4_000)];

    // Two chunks a table, and some seconds of index building.
    private static readonly SeedRequest Request = new(60_000, 42, 2);

    [Fact]
    public async Task A_seeding_that_is_killed_again_and_again_goes_on_with_the_same_options_to_the_same_checksum()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false),
                SilentProgress.Instance, cancellationToken);
        string[] arguments = ["seed", "--contacts", "60000", "--seed", "42", "--database", database.AdminConnectionString];
        var random = new Random(TestSeed.Draw());
        var kills = Kills.Select(kill => (kill.Stage, After: TimeSpan.FromMilliseconds(random.Next(kill.Milliseconds)))).ToArray();
        foreach (var (stage, after) in kills) await KillAsync(arguments, stage, after, cancellationToken);

        var ended = await BuiltProgram.RunAsync(arguments);
        Assert.True(ended.ExitCode == 0, $"killed at {string.Join(", ", kills)}; then: {ended.StandardError}");
        Assert.Contains($"Checksum {SeedChecksum.Of(Request)}", ended.StandardOutput, StringComparison.Ordinal);
    }

    private static async Task KillAsync(string[] arguments, string stage, TimeSpan after, CancellationToken cancellationToken)
    {
        using var program = Process.Start(new ProcessStartInfo(BuiltProgram.Executable, arguments)
        {
            RedirectStandardOutput = true,
            Environment = { ["LOADHARNESS_DATABASE"] = null },
        })!;
        while (await program.StandardOutput.ReadLineAsync(cancellationToken) is { } line
            && !line.Contains($"== {stage}", StringComparison.Ordinal))
        {
            // Until the stage begins.
        }

        _ = program.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await Task.Delay(after, cancellationToken);
        // SIGKILL; when the program was quicker than this moment, there is nothing left to kill.
        program.Kill();
        await program.WaitForExitAsync(cancellationToken);
    }
}
