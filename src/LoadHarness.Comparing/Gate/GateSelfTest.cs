using System.Diagnostics;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing;

/// <summary>
/// The gate's own error rates on this machine: identical arms, which must raise no alarm, and planted faults, which it must find.
/// </summary>
/// <param name="suites">Comparisons of each kind, those of earlier sessions included.</param>
/// <param name="log">What earlier sessions measured, and what this one adds to.</param>
public sealed class GateSelfTest(
    ComparisonPlan plan, SeedRequest request, ServerProfile profile, int suites, GateSuiteLog log, IStageProgress progress)
{
    public const string IdenticalArms = "identical arms";

    private static readonly ArmSpecification Usual = ArmSpecification.Parse("gate selftest", "optimized");

    private readonly string _session = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Short, of the program that compares.</summary>
    public required string Commit { get; init; }

    public required string Machine { get; init; }

    /// <summary>Comparisons of each planted fault; null for as many as of identical arms.</summary>
    public int? OfEachFault { get; init; }

    /// <returns>The rates over all comparisons of the log that are of the same scale, seed and slot.</returns>
    public async Task<GateRates> RunAsync(CancellationToken cancellationToken)
    {
        var kinds = PlantedFault.All.Where(fault => plan.MeasuresTimes || !fault.NeedsTimes).Select(Kind)
            .Prepend(new(IdenticalArms, null, plan)).ToList();
        foreach (var kind in kinds)
        {
            while (await log.ClaimAsync(NameOf(kind), Wanted(kind), IsAlike(kind), cancellationToken) is { } claim)
            {
                using (claim) await log.AddAsync(await MeasureAsync(kind, claim.Number, cancellationToken), cancellationToken);
                await SayWhatIsLeftAsync(kinds, cancellationToken);
            }
        }

        var all = new List<(OneKind Kind, IReadOnlyList<GateSuite> Suites)>();
        foreach (var kind in kinds) all.Add((kind, await log.ReadAsync(IsAlike(kind), cancellationToken)));
        var lines = all.SelectMany(one => one.Suites).ToList();
        return new(
            lines.Select(suite => suite.AtUtc).DefaultIfEmpty(DateTimeOffset.UtcNow).Min(),
                TimeSpan.FromSeconds(lines.Sum(suite => suite.Duration.TotalSeconds)), Machine,
            request.Contacts, request.Seed, plan.Slot.TotalSeconds, lines.Select(suite => suite.Session).Distinct().Count(),
            [.. all.Where(one => one.Suites.Count > 0).Select(one => Rate(one.Kind, one.Suites))]);
    }

    /// <summary>What is left, and for how long by the suites so far; those with times and those without take other times.</summary>
    internal static string LeftWords(IReadOnlyCollection<(int Missing, IReadOnlyCollection<TimeSpan> Took)> plans)
    {
        var missing = plans.Sum(one => one.Missing);
        if (missing == 0) return "All suites are measured.";
        var words = $"{missing:N0} {(missing == 1 ? "suite" : "suites")} left";
        if (plans.Any(one => one.Missing > 0 && one.Took.Count == 0)) return $"{words}, of a kind that none was measured of yet.";
        var seconds = plans.Where(one => one.Missing > 0).Sum(one => one.Missing * one.Took.Average(took => took.TotalSeconds));
        return $"{words}, about {Math.Max(1, Math.Round(seconds / 60)):N0} min.";
    }

    private async Task SayWhatIsLeftAsync(IReadOnlyList<OneKind> kinds, CancellationToken cancellationToken)
    {
        var plans = new List<(int Missing, IReadOnlyCollection<TimeSpan> Took)>();
        foreach (var alike in kinds.GroupBy(kind => kind.Plan.MeasuresTimes))
        {
            var (missing, took) = (0, new List<TimeSpan>());
            foreach (var kind in alike)
            {
                var measured = await log.ReadAsync(IsAlike(kind), cancellationToken);
                missing += Math.Max(0, Wanted(kind) - measured.Count);
                took.AddRange(measured.Select(suite => suite.Duration));
            }

            plans.Add((missing, took));
        }

        progress.Note(LeftWords(plans));
    }

    // Counters decide alone where they can: times would only make it longer, as would more of them after an alarm.
    private OneKind Kind(PlantedFault fault) => new(
        fault.Name, fault, fault.NeedsTimes ? plan with { EndsAtFirstAlarm = true } : plan with { Slot = TimeSpan.Zero });

    private Func<GateSuite, bool> IsAlike(OneKind kind) => suite =>
        suite.IsOf(kind.Name, kind.Plan.Slot, request.Contacts, request.Seed);

    private int Wanted(OneKind kind) => kind.Fault is null ? suites : OfEachFault ?? suites;

    private string NameOf(OneKind kind) =>
        $"{kind.Name}, {request.Contacts}, {request.Seed}, {kind.Plan.Slot.TotalSeconds}";

    private static GateRate Rate(OneKind kind, IReadOnlyList<GateSuite> suites) => kind.Fault is { } fault
        ? GateRate.Of(kind.Name, suites) with { LeastFound = fault.LeastFound }
        : GateRate.Of(kind.Name, suites);

    private async Task<GateSuite> MeasureAsync(OneKind kind, int number, CancellationToken cancellationToken)
    {
        var (started, at) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        var comparison = await new Comparer(kind.Plan, new CrmSubject(request, profile, keep: true), progress)
        {
            Draw = request.Seed + (ulong)number,
        }.CompareAsync(Usual, ArmSpecification.Parse("gate selftest", kind.Fault?.Arm ?? Usual.Text), cancellationToken, kind.Fault);
        var causes = Causes.Of(comparison);
        progress.Note($"{kind.Name}, {number + 1} of {Wanted(kind)}: {(causes.Count > 0 ? causes[0] : "no alarm")}");
        foreach (var time in comparison.Times.Where(time => time.IsUndecided))
            progress.Note($"Undecided: {time.Operation} {time.Metric}, after {time.Pairs} pairs.");
        foreach (var reason in comparison.Undecided) progress.Note($"Undecided: {reason}");
        return new(
            kind.Name, number, kind.Fault?.IsFoundBy(comparison.WorseOperations) ?? comparison.WorseOperations.Count > 0,
                causes.Count > 0 ? causes[0] : null,
            kind.Fault?.IsNamedBy(causes),
            at, Stopwatch.GetElapsedTime(started), _session, Commit, kind.Plan.Slot.TotalSeconds, request.Contacts, request.Seed)
        {
            Undecided = comparison.UndecidedFigures,
        };
    }

    private sealed record OneKind(string Name, PlantedFault? Fault, ComparisonPlan Plan);
}
