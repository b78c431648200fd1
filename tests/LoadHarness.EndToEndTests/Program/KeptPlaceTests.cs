using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>A place in the cache that cannot be taken; a file is in the way of root as well.</summary>
public sealed class KeptPlaceTests
{
    // Rows that no other test keeps.
    private static readonly GivenOptions Given = new()
    {
        Contacts = "1003", Seed = "4711", Keep = true, Database = "native", TakesDatabase = true,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_that_cannot_be_saved_is_refused_at_the_start_a_warning_of_a_run_and_a_fault_of_seed()
    {
        var context = StageContext.Of(OptionsCheck.Check(Given, []));
        var binaries = await PostgresBinaries.RequireAsync(null, Stop);
        var place = context.Rows.SnapshotFor(binaries.MajorVersion).Directory;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        await File.WriteAllTextAsync(place, "", Stop);
        try
        {
            var refusal = await Assert.ThrowsAsync<HarnessException>(() => CrmStages.DatabaseAsync(context, Stop));
            Assert.Equal(ExitCode.BadUsage, refusal.ExitCode);
            Assert.Contains(place, refusal.Message, StringComparison.Ordinal);

            await using var database = await Provisioner.ProvisionAsync(
                new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance, Stop);
            var kept = await CrmStages.TryKeepAsync(context, database, Stop);
            Assert.Contains(place, Assert.Single(kept.Warnings), StringComparison.Ordinal);
            var fault = await Assert.ThrowsAsync<HarnessException>(() => CrmStages.KeepAsync(context, database, Stop));
            Assert.Contains(place, fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(place);
        }
    }
}
