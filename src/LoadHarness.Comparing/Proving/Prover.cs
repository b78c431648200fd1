using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Measures what claims ask for: the optimized schema and the base schema on copies of one seeded cluster, each built and analyzed anew.
/// </summary>
public sealed class Prover(ProofPlan plan, SeedRequest request, ServerProfile profile, bool keep, IStageProgress progress)
{
    // Two servers, and what was built on each, kept to copy from; those of the base schema are smaller.
    private static readonly PlannedCopies Copies = PlannedCopies.None with { Servers = 3 };

    private readonly StageTimes _times = new();

    /// <summary>The statements of N, C and X.</summary>
    public Baselines Baselines { get; init; } = Baselines.Shipped;

    /// <summary>
    /// A seeded cluster to copy, of the request's scale; null to make one, or to take the kept one. It stays the caller's.
    /// </summary>
    public SeededTemplate? Template { get; init; }

    /// <summary>Told after each stage what is measured so far, and last of all what <see cref="MeasureAsync"/> returns.</summary>
    public Func<MeasuredProof, Task> Keep { get; init; } = _ => Task.CompletedTask;

    /// <summary>Operations that a contract may name.</summary>
    public static IReadOnlyCollection<string> Operations => ProofOperations.Names;

    /// <param name="targets">Limits that a level of load has to keep.</param>
    /// <param name="command">As typed, for the reader.</param>
    /// <param name="host">What it runs on.</param>
    /// <exception cref="HarnessException">An arm cannot be made.</exception>
    public async Task<MeasuredProof> MeasureAsync(
        IReadOnlyList<ClaimContract> contracts, IReadOnlyList<Target> targets, string command, HostEnvironment host,
            CancellationToken cancellationToken)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        await using var own = Template is null
            ? await _times.MeasureAsync(
                "Seeding", () => SeededTemplate.MakeAsync(
                    request with { Copies = Copies }, profile, null, keep, progress, cancellationToken),
                _ => $"{request.Contacts:N0} leads")
            : null;
        var template = Template ?? own!;
        var (baseline, optimized) = (ArmSpecification.Parse("--a", "base"), ArmSpecification.Parse("--b", "optimized"));
        await using var sql = await SqlFolder.OfAsync(optimized.Schema, cancellationToken);
        await using var factory = new CrmArmFactory(template, sql, rebuild: true) { KeepsBuilt = true };
        await using var servers = new ArmPair<CrmArm>(
            stop => factory.StartAsync("A", baseline, progress, stop), stop => factory.StartAsync("B", optimized, progress, stop))
        {
            // Nothing is measured meanwhile.
            BothAtOnce = true,
        };
        await _times.MeasureAsync(
            "Two copies", () => servers.StartAsync(cancellationToken), () => "each schema built and analyzed anew, then kept to copy from");
        var evidence = await EvidenceAsync(servers, contracts, targets, soFar => Keep(Measured(soFar)), cancellationToken);
        if (contracts.Any(contract => contract.Statistic == ClaimStatistic.AllBytes))
        {
            evidence = evidence with
            {
                AgedBytes = await _times.MeasureAsync(
                    "Months dropped", () => AgedAsync(servers, cancellationToken), _ => "on two new copies"),
            };
        }

        var measured = Measured(evidence);
        await Keep(measured);
        return measured;

        MeasuredProof Measured(ProofEvidence evidence) => new(
            new(
                startedUtc, Stopwatch.GetElapsedTime(started), command, host.Words(), request.Contacts, request.Seed,
                plan == ProofPlan.Quick, servers.B.Facts, servers.A.Facts, [])
            {
                Host = host,
                Stages = _times.All,
            },
            evidence);
    }

    private async Task<ProofEvidence> EvidenceAsync(
        ArmPair<CrmArm> servers, IReadOnlyList<ClaimContract> contracts, IReadOnlyList<Target> targets, Func<ProofEvidence, Task> keep,
        CancellationToken cancellationToken)
    {
        var load = Profile();
        await using var optimized = new ProofArm(
            "optimized", servers.B, load, null, environment => [.. Reads(environment), .. WriteOperations.Optimized(environment)]);
        var same = DeepPages.SameCursors(optimized.Bench);
        await using var careful = new ProofArm(
            "C", servers.A, load, Baselines.Of("C"), environment => [.. Reads(environment, same), .. WriteOperations.Careful(environment)]);
        await using var naive = new ProofArm(
            "N", servers.A, load, Baselines.Of("N"),
            environment => [.. Reads(environment, DeepPages.Offsets(optimized.Bench)), .. WriteOperations.Naive(environment)]);
        // An expert's reads on the base schema are those of C.
        await using var expert = new ProofArm("X", servers.A, load, Baselines.Of("X"), WriteOperations.Expert);
        var collector = new EvidenceCollector(new(optimized, careful, naive, expert)
        {
            CopyAnewAsync = () => servers.CopyAnewAsync(cancellationToken),
            Pressed = Pressed,
        }, plan, targets, request.Seed, _times, progress)
        {
            Keep = keep,
        };
        return await collector.CollectAsync(contracts, cancellationToken);

        // Small imports: a level of rows a second is many of them, not one.
        (ProofArm Optimized, ProofArm Careful) Pressed() => (
            new("optimized", servers.B, load with { BulkImport = Small }, null,
                environment => [.. Reads(environment, same), .. WriteOperations.Optimized(environment)]),
            new("C", servers.A, load with { BulkImport = Small }, Baselines.Of("C"),
                environment => [.. Reads(environment, same), .. WriteOperations.Careful(environment)]));

        static IEnumerable<ProofOperation> Reads(Scenarios.ScenarioEnvironment environment, DeepPages? pages = null) =>
            ProofOperations.ReadsOf(environment, pages);
    }

    // On new copies: by now the others hold campaigns, and not equally many.
    private static async Task<ArmValues> AgedAsync(ArmPair<CrmArm> servers, CancellationToken cancellationToken)
    {
        await servers.CopyAnewAsync(cancellationToken);
        var (optimized, careful) = (
            AgedMonths.OptimizedAsync(servers.B, cancellationToken), AgedMonths.CarefulAsync(servers.A, cancellationToken));
        await Task.WhenAll(optimized, careful);
        return new(await optimized, await careful);
    }

    private static ImportLoad Small => new(2_000, 1, Sessions: 1);

    private LoadProfile Profile()
    {
        var reads = new ArrivalLoad(1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 100);
        return new("prove", "two arms in turns", reads, reads, reads, new(plan.ImportRows, 1),
            new(plan.Recipients, BaselineCampaign.Workers, 1, plan.LeadsAtOnce));
    }
}

/// <summary>The optimized schema, and the three baselines on one server with the base schema.</summary>
internal sealed record ProofArms(ProofArm Optimized, ProofArm Careful, ProofArm Naive, ProofArm Expert)
{
    /// <summary>Puts new copies in place of the servers: what was written before is gone, and no arm that is open goes on.</summary>
    public required Func<Task> CopyAnewAsync { get; init; }

    /// <summary>Opens the optimized schema and C on the servers as they are, with small imports: for the highest level of load.</summary>
    public required Func<(ProofArm Optimized, ProofArm Careful)> Pressed { get; init; }
}
