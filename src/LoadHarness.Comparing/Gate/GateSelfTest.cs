using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Seeding;

namespace LoadHarness.Comparing;

/// <summary>
/// The gate's own error rates on this machine: identical arms, which must raise no alarm, and planted faults, which it must find.
/// </summary>
/// <param name="suites">Comparisons of each kind.</param>
public sealed class GateSelfTest(ComparisonPlan plan, SeedRequest request, ServerProfile profile, int suites, IStageProgress progress)
{
    private static readonly ArmSpecification Usual = ArmSpecification.Parse("gate selftest", "optimized");

    public async Task<IReadOnlyList<GateRate>> RunAsync(CancellationToken cancellationToken)
    {
        var rates = new List<GateRate> { await IdenticalAsync(cancellationToken) };
        foreach (var fault in PlantedFault.All.Where(fault => plan.MeasuresTimes || !fault.NeedsTimes))
            rates.Add(await PlantedAsync(fault, cancellationToken));
        return rates;
    }

    private async Task<GateRate> IdenticalAsync(CancellationToken cancellationToken)
    {
        var alarms = 0;
        for (var suite = 0; suite < suites; suite++)
        {
            var comparison = await CompareAsync(plan, Usual, null, suite, cancellationToken);
            if (comparison.WorseOperations.Count > 0) alarms++;
            progress.Note($"Identical arms {suite + 1} of {suites}: {alarms} false alarms. {string.Join(" ", Causes.Of(comparison))}");
        }

        return new("identical arms: false alarms", alarms, suites, null, Proportions.ClopperPearson(alarms, suites));
    }

    private async Task<GateRate> PlantedAsync(PlantedFault fault, CancellationToken cancellationToken)
    {
        var (found, named) = (0, 0);
        // Counters decide alone where they can: times would only make it longer.
        var enough = fault.NeedsTimes ? plan : plan with { Slot = TimeSpan.Zero };
        for (var suite = 0; suite < suites; suite++)
        {
            var comparison = await CompareAsync(
                enough, ArmSpecification.Parse("gate selftest", fault.Arm), fault, suite, cancellationToken);
            var causes = Causes.Of(comparison);
            if (comparison.WorseOperations.Count > 0) found++;
            if (causes.Count > 0 && (fault.Cause is null || causes[0].Contains(fault.Cause, StringComparison.Ordinal))) named++;
            progress.Note($"{fault.Name}, {suite + 1} of {suites}: {(causes.Count > 0 ? causes[0] : "not found")}");
        }

        return new(fault.Name, found, suites, named, Proportions.ClopperPearson(found, suites));
    }

    private Task<ArmComparison> CompareAsync(
        ComparisonPlan scale, ArmSpecification b, PlantedFault? fault, int suite, CancellationToken cancellationToken) =>
        new Comparer(scale, request, profile, keep: true, progress)
        {
            Draw = request.Seed + (ulong)suite,
        }.CompareAsync(Usual, b, cancellationToken, fault);
}

/// <param name="Count">Suites with an alarm.</param>
/// <param name="CauseFirst">Suites in which the right cause stood first; null for identical arms.</param>
/// <param name="Interval">95% interval of the rate.</param>
public sealed record GateRate(string Kind, int Count, int Suites, int? CauseFirst, ConfidenceInterval Interval)
{
    public string Sentence() => FormattableString.Invariant(
        $"{Kind}: {Count} of {Suites} ({100 * Interval.Low:0.#} to {100 * Interval.High:0.#}%)")
        + (CauseFirst is { } named ? $", right cause first in {named}" : "");
}
