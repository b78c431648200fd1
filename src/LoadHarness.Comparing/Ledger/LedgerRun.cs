using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres;
using LoadHarness.Scenarios;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Ledger;

/// <summary>
/// Leaves out each index in turn, on a copy of one seeded cluster, and counts what that changes. Only counters: they are exact.
/// </summary>
/// <param name="plan">Scenarios and calls; no times are measured.</param>
public sealed class LedgerRun(ComparisonPlan plan, SeedRequest request, ServerProfile profile, bool keep, IStageProgress progress)
{
    /// <summary>A seeded cluster to copy; null to make one, or to take the kept one. It stays the caller's.</summary>
    public SeededTemplate? Template { get; init; }

    /// <summary>Whether the reasons were given for this arm, and are not those that ship with the program.</summary>
    public bool ReasonsAreOfArm { get; init; }

    /// <param name="specification">The schema whose indexes are looked at, with all of them.</param>
    /// <param name="only">Names of the indexes to look at; empty for all.</param>
    /// <exception cref="HarnessException">
    /// There is no such index, an arm cannot be made, or an operation fails with all indexes.
    /// </exception>
    public async Task<IndexLedger> RunAsync(
        ArmSpecification specification, IReadOnlyList<IndexReason> reasons, IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        await ArmCluster.RequireAsync(specification, cancellationToken);
        await using var sql = await SqlFolder.OfAsync(specification.Schema, cancellationToken);
        var rebuild = specification.Schema is not ArmSchema.Optimized;
        if (Template is null && (only.Count > 0 || specification.NamesItsSchema))
            await ArmTrial.RunAsync(
                request, profile, specification, sql, rebuild, progress, cancellationToken,
                async arm => Chosen(await IndexCatalog.ReadAsync(arm.Admin, cancellationToken), only));
        await using var own = Template is null
            ? await SeededTemplate.MakeAsync(request, profile, specification.ServerVersion, keep, progress, cancellationToken)
            : null;
        var factory = new CrmArmFactory(Template ?? own!, sql, rebuild);
        var whole = await WholeAsync(factory, specification, only, cancellationToken);
        var chosen = Chosen(whole.Indexes, only);
        var entries = new List<LedgerEntry>();
        foreach (var index in chosen)
        {
            var scenarios = index.NeededBy.Count > 0 ? [] : whole.ScenariosFor(index.Table);
            var reason = reasons.FirstOrDefault(reason => reason.Index == index.Name);
            if (scenarios.Count > 0) progress.Note($"Ledger: without {index.Name} ({entries.Count + 1} of {chosen.Count}).");
            entries.Add(scenarios.Count == 0
                ? new(index, [], [], [], [], [], reason)
                : await WithoutAsync(factory, specification, whole, index, scenarios, reason, cancellationToken));
        }

        return new(
            specification.Text, request.Contacts, request.Seed, startedUtc, Stopwatch.GetElapsedTime(started), whole.Server.Version,
            entries,
            only.Count > 0 ? [] : IndexReasons.Stale(reasons, ReasonsAreOfArm, specification, whole.Indexes.Select(index => index.Name)))
        {
            FileSystem = whole.Server.FileSystem,
        };
    }

    private async Task<WholeSchema> WholeAsync(
        CrmArmFactory factory, ArmSpecification specification, IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        progress.Note("Ledger: with all indexes.");
        await using var server = await factory.StartAsync("with all indexes", specification, progress, cancellationToken);
        var arm = new LedgerArm(server, plan, request.Seed);
        var indexes = await IndexCatalog.ReadAsync(server.Admin, cancellationToken);
        // A wrong name ends before anything is measured.
        Chosen(indexes, only);
        var plans = await arm.PlansAsync(cancellationToken);
        var tables = new TouchedTables(server.Admin);
        await tables.LookAsync(cancellationToken);
        var measured = new List<MeasuredScenario>();
        foreach (var name in ScenarioCatalog.All.Select(scenario => scenario.Name).Where(plan.Scenarios.Contains))
            measured.Add(new(await arm.CountAsync(name, cancellationToken), await tables.LookAsync(cancellationToken)));
        return new(server.Facts, indexes, plans, measured);
    }

    private async Task<LedgerEntry> WithoutAsync(
        CrmArmFactory factory, ArmSpecification specification, WholeSchema whole, CatalogIndex index,
            IReadOnlyList<MeasuredScenario> scenarios,
        IndexReason? reason, CancellationToken cancellationToken)
    {
        var without = specification with { Without = [.. specification.Without, Qualified(index)] };
        await using var server = await factory.StartAsync($"without {index.Name}", without, progress, cancellationToken);
        var arm = new LedgerArm(server, plan, request.Seed);
        var plans = await arm.PlansAsync(cancellationToken);
        var entry = new LedgerEntry(
            index, [.. scenarios.Select(scenario => scenario.Counters.Scenario)], [], [],
                LedgerComparison.LostPlans(index, whole.Plans, plans), [], reason);
        foreach (var scenario in scenarios)
        {
            var (counters, faults) = await arm.CollectAsync(scenario.Counters.Scenario, cancellationToken);
            entry = LedgerComparison.With(entry, scenario.Counters, counters, faults);
        }

        return entry;
    }

    // The one of the catalog, whatever its letters are and whatever other index has its name.
    private static string Qualified(CatalogIndex index) => $"public.{SqlNames.Quoted(index.Name)}";

    private static IReadOnlyList<CatalogIndex> Chosen(IReadOnlyList<CatalogIndex> indexes, IReadOnlyList<string> only)
    {
        var unknown = only.Except(indexes.Select(index => index.Name)).ToList();
        return unknown.Count == 0
            ? [.. indexes.Where(index => only.Count == 0 || only.Contains(index.Name))]
            : throw new HarnessException(
                $"--indexes: the schema has no index {string.Join(", ", unknown)}. "
                    + $"It has {string.Join(", ", indexes.Select(index => index.Name))}.", ExitCode.BadUsage);
    }
}
