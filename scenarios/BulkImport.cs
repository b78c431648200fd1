using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>TQ-2: a file of leads into the full table with all its indexes, one import after the other.</summary>
public sealed class BulkImport : IHarnessScenario
{
    /// <summary>Sessions that a lone file is dealt out to.</summary>
    private const int Sessions = 2;

    /// <summary>Measured at 2M leads: 3.2 to 4 kB, the more the sooner after a checkpoint.</summary>
    private const long WalBytesPerRow = 4_000;

    public string Name => "bulk-import";

    public string Title => "import leads in bulk (TQ-2)";

    public long WalBytes(LoadProfile profile) => profile.BulkImport is { } load ? (long)load.Rows * load.Repetitions * WalBytesPerRow : 0;

    public IReadOnlyList<ScenarioProps> Build(Workbench bench)
    {
        if (bench.Profile.BulkImport is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name, ("import", 1, context => ImportAsync(bench, context, load.Rows, load.KnownPercent, Sessions)))
                .WithoutWarmUp()
                .WithLoadSimulations(Simulation.IterationsForConstant(1, load.Repetitions)),
        ];
    }

    internal static async Task<IResponse> ImportAsync(Workbench bench, IScenarioContext context, int rows, int knownPercent, int sessions)
    {
        var file = ImportRows.Of(bench.Seed, bench.FirstOfNewLeads(rows), rows, knownPercent);
        var outcome = await LeadImport.RunAsync(bench.App, context.ScenarioName, file, sessions, context.Step, context.CancellationToken).ConfigureAwait(false);
        // An address that stands twice in a file is one lead: the existing ones are drawn with replacement.
        return outcome is { Rejected: 0 } && outcome.Imported + outcome.Updated is var kept && kept > rows * 0.9 && kept <= rows
            ? Response.Ok(rows)
            : Response.Fail("an import of valid rows ended with rejected or missing rows");
    }
}
