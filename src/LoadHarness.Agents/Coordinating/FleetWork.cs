using LoadHarness.Agents.Messages;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Agents.Coordinating;

/// <summary>What the agents of a run are to do, and what they must agree on with the coordinator before anything is measured.</summary>
/// <param name="Agents">How many share the load.</param>
/// <param name="Build">Version, commit and configuration of the program.</param>
/// <param name="Database">As the coordinator sees it.</param>
/// <param name="DrainTime">How long requests in flight may take when the load has ended.</param>
public sealed record FleetWork(
    int Agents,
    string Build,
    SeenDatabase Database,
    LoadProfile Profile,
    SeedManifest Seed,
    ulong RunSeed,
    bool ThroughPooler,
    TimeSpan DrainTime)
{
    /// <summary>As <see cref="Scenarios.ScenarioEnvironment.LeadsBefore"/>.</summary>
    public long LeadsBefore { get; init; }

    /// <summary>Sessions that all agents together may have for one role of a scenario.</summary>
    public int MostSessions { get; init; } = int.MaxValue;

    /// <summary>
    /// Agents are heard twice a second; a busy machine may be silent for a second or two. Tests have less time.
    /// </summary>
    internal TimeSpan LostAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a watcher that is told that the measured phase begins or has ended.</summary>
    internal TimeSpan WatcherPatience { get; init; } = new LoadRunnerOptions().SetUpTime;

    /// <summary>An agent at the start line is answered after this, and asks again: an answer may be lost on its way.</summary>
    internal TimeSpan AnswerPatience { get; init; } = TimeSpan.FromSeconds(10);

    internal AgentFacts Facts => FactsOf(Database, Profile);

    internal JoinAnswer Job =>
        new(Profile, Seed, RunSeed, ThroughPooler, DrainTime, Math.Max(1, MostSessions / Agents), LeadsBefore);

    internal static AgentFacts FactsOf(SeenDatabase database, LoadProfile profile) =>
        new(database.Schema, database.Seeding, profile.Checksum());
}
