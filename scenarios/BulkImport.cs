using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>TQ-2: a file of leads into the full table with all its indexes, one import after the other.</summary>
public sealed class BulkImport : IHarnessScenario
{
    /// <summary>Measured at 2M leads: 3.2 to 4 kB, the more the sooner after a checkpoint.</summary>
    private const long WalBytesPerRow = 4_000;

    /// <summary>TQ-2: 100,000 rows in 15 s.</summary>
    private static readonly TimeSpan Row = TimeSpan.FromSeconds(15) / 100_000;

    public string Name => "bulk-import";

    public string Title => "import leads in bulk (TQ-2)";

    public long WalBytes(LoadProfile profile) => profile.BulkImport is { } load ? (long)load.Rows * load.Repetitions * WalBytesPerRow : 0;

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.BulkImport is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name, ("import", 1,
                context => ImportAsync(environment, context, load.Rows, load.KnownPercent, load.Sessions)))
                .WithoutWarmUp()
                .WithExpectedTime(ExpectedTime(load.Rows))
                .WithLoadSimulations(Simulation.IterationsForConstant(1, load.Repetitions)),
        ];
    }

    internal static TimeSpan ExpectedTime(int rows) => Row * rows;

    internal static async Task<IResponse> ImportAsync(
        ScenarioEnvironment environment, IScenarioContext context, int rows, int knownPercent, int sessions)
    {
        var workspace = environment.Workspaces.Draw(context.Random);
        var first = environment.FirstOfNewLeads(rows);
        var outcome = await LeadImport.RunAsync(
            environment.For(context.ScenarioName).AppOf(workspace), context.ScenarioName,
            ImportRows.Of(environment.Seed, workspace, first, rows, knownPercent), sessions, context.Step, context.CancellationToken);
        var expected = ImportRows.RowsOf(rows, knownPercent);
        return outcome.Rejected == 0 && (outcome.Imported, outcome.Updated) == expected
            ? Response.Ok(rows)
            : Response.Fail(
                $"wrong answer: of {expected.Fresh} rows of new and {expected.Known} of known leads the import inserted "
                    + $"{outcome.Imported}, updated {outcome.Updated} and rejected {outcome.Rejected}");
    }
}
