using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>All claims, measured on one machine in one go: from <c>prove</c>.</summary>
/// <param name="Command">As typed behind the program's name.</param>
/// <param name="Machine">What it was measured on, as a reader is told.</param>
/// <param name="Quick">Fewer and shorter turns: a wider interval, the same definitions.</param>
/// <param name="Claims">In the order of the targets.</param>
public sealed record Proof(
    DateTimeOffset StartedUtc,
    TimeSpan Duration,
    string Command,
    string Machine,
    long Contacts,
    ulong Seed,
    bool Quick,
    ArmServerFacts Optimized,
    ArmServerFacts Base,
    IReadOnlyList<ProvenClaim> Claims) : IFindings
{
    /// <summary><see cref="Machine"/>, to compare it with that of other runs; null in records of earlier versions.</summary>
    public HostEnvironment? Host { get; init; }

    /// <summary>Where the time went; empty in records that do not say.</summary>
    public IReadOnlyList<StageTiming> Stages { get; init; } = [];

    /// <summary>For a run's report.</summary>
    public IEnumerable<Comparison> Comparisons => Claims.Select(claim => claim.Comparison).OfType<Comparison>();

    /// <summary>When, where and by which command it was measured.</summary>
    public string Origin() => $"Measured {StartedUtc:d MMM yyyy, HH:mm 'UTC'} in {Format.Duration(Duration)}, on {Machine}, by {Command}";

    /// <summary>
    /// The proof of a run that measured nothing, but judged the evidence of an earlier one again; null for any other run. A proof that
    /// measures begins after its run.
    /// </summary>
    public static Proof? EvidenceOf(RunResult run) =>
        run.Proof is { } proof && proof.StartedUtc < run.Identity.StartedUtc ? proof : null;

    /// <summary>Every claim held against its target among these.</summary>
    public Proof JudgedBy(IReadOnlyList<Target> targets) => this with
    {
        Claims = [.. Claims.Select(claim => claim with { Verdict = ClaimVerdict.Again(claim, Claims, targets) })],
    };

    string IFindings.Verb => "prove";

    long? IFindings.MostContacts => Contacts;

    string IFindings.Servers => $"PostgreSQL {Optimized.Version}, copies of one cluster";

    string? IFindings.FileSystem => Optimized.FileSystem;

    bool IFindings.IsJudgedByTargets => true;

    IEnumerable<string> IFindings.Doubts => DataStorage.Doubts(Optimized.FileSystem);

    IReadOnlyList<Verdict> IFindings.Verdicts => [.. Claims.Select(claim => claim.Verdict)];

    IFindings IFindings.JudgedBy(IReadOnlyList<Target> targets) => JudgedBy(targets);

    string IFindings.ToMarkdown() => ProofText.Of(this);
}
