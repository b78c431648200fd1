using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.EndToEndTests.Program;

/// <summary>Where seeded servers are kept: a place that cannot be taken, and rows of an earlier month.</summary>
public sealed class KeptPlaceTests
{
    // Rows that no other test keeps.
    private static readonly GivenOptions Given = new()
    {
        Contacts = "1003", Seed = "4711", Keep = true, Database = "native", TakesDatabase = true,
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_were_kept_in_an_earlier_month_are_started_from_and_not_kept_twice()
    {
        var now = StageContext.Of(OptionsCheck.Check(Given with { Contacts = "1005", Reuse = true }, []));
        var month = now.Rows.SeededAtMonth.AddMonths(-1);

        var kept = await SeedAndKeepAsync(now with { Rows = now.Rows with { SeededAtMonth = month } });
        var started = await SeedAndKeepAsync(now);

        Assert.Equal((false, true), (kept.Manifest.Reused, started.Manifest.Reused));
        Assert.Equal((kept.Manifest.Checksum, month), (started.Manifest.Checksum, started.Manifest.SeededAtMonth));
        Assert.Empty(kept.Warnings);
        Assert.Contains($"newest month of the rows is {month:yyyy-MM}", Assert.Single(started.Warnings), StringComparison.Ordinal);
        var copy = Assert.Single(Directory.GetDirectories(ClusterSnapshot.Root, "seed-1005-4711-*"));
        Assert.Contains($"-{month:yyyyMM}-", copy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_measured_seeding_is_kept_and_one_that_is_not_kept_says_so_before_it_begins()
    {
        string[] rows = ["--contacts", "1006", "--seed", "4711", "--database", "native"];

        // At this scale the measured ratio says nothing, whatever exit code it gives.
        var measured = await BuiltProgram.RunAsync(["seed", "--measure", "--keep", .. rows]);
        var started = await BuiltProgram.RunAsync(["seed", "--reuse", .. rows]);

        var copy = Assert.Single(Directory.GetDirectories(ClusterSnapshot.Root, "seed-1006-4711-*"));
        Assert.True(new ClusterSnapshot(copy).Exists, measured.StandardError);
        Assert.Contains(copy, measured.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("SEED-COPY", measured.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(0, started.ExitCode);
        Assert.Contains("nothing was generated", started.StandardOutput, StringComparison.Ordinal);
        const string goes = "The private server goes at the end";
        Assert.DoesNotContain(goes, measured.StandardOutput, StringComparison.Ordinal);
        Assert.Contains(goes, started.StandardOutput.Split("== database")[0], StringComparison.Ordinal);
    }

    private static async Task<Seeded> SeedAndKeepAsync(StageContext context)
    {
        await using var database = (await CrmStages.DatabaseAsync(context, Stop)).Database;
        await CrmStages.SchemaAsync(context, database, Stop);
        var seeded = await CrmStages.SeedAsync(context, database, Stop);
        await CrmStages.KeepAsync(context, database, Stop);
        return seeded;
    }

    // A file is in the way of root as well.
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
