using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// What a stage, or a part of one, gave. A run is the list of these; <see cref="PartialRun.ToResult"/> puts them together.
/// </summary>
internal abstract record StageRecord
{
    /// <summary>Of the whole stage; null for what a stage gives before it has ended, and for one that had nothing to do.</summary>
    public StageTiming? Timing { get; init; }

    /// <summary>What a reader of the run should know.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>A stage that leaves nothing for the run but its time and its warnings.</summary>
internal sealed record Done : StageRecord;

internal sealed record Provisioned(Database Database) : StageRecord;

internal sealed record Migrated(SchemaVersion Schema) : StageRecord;

internal sealed record Seeded(SeedManifest Manifest) : StageRecord
{
    /// <exception cref="HarnessException">The rows are not as they have to be.</exception>
    public void RequireInvariants()
    {
        if (Manifest.Invariants.FirstOrDefault(invariant => !invariant.Holds) is { } broken)
            throw new HarnessException($"The seeded data breaks the invariant '{broken.Name}': {broken.Evidence}. Seed a fresh database.");
    }
}

/// <summary>Scenarios that were played at once. A later record of the same scenarios takes the place of an earlier one.</summary>
internal sealed record Measured(IReadOnlyList<ScenarioResult> Scenarios) : StageRecord;

/// <summary>What was seen of the server while scenarios were played.</summary>
internal sealed record Observed(DatabaseObservation Observation) : StageRecord;

/// <summary>The generators that shared the load.</summary>
internal sealed record SharedLoad(IReadOnlyList<AgentRecord> Agents) : StageRecord;

/// <summary>What the run compared by itself.</summary>
internal sealed record Compared(Comparison Comparison) : StageRecord;

/// <summary>Requirements that a stage judged by what it measured, where a look at the database cannot.</summary>
internal sealed record Judged(IReadOnlyList<Verdict> Verdicts) : StageRecord;

/// <summary>A row for each requirement.</summary>
internal sealed record Verified(IReadOnlyList<Verdict> Checklist) : StageRecord;

/// <summary>What a verb found on copies of clusters.</summary>
internal sealed record Findings(IFindings Found) : StageRecord;
