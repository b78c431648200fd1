using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Scenarios.OtherEngines;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Agents.Messages;

/// <summary>Who sends a message. While agents are waited for, another one may take a share after it.</summary>
/// <param name="Share">k/N.</param>
/// <param name="Id">Of this session alone: host and process may be those of an earlier one.</param>
internal sealed record Sender(string Share, string Id);

/// <summary>An agent says who it is. The answer is its work.</summary>
/// <param name="Build">Version, commit and configuration of its program.</param>
internal sealed record JoinRequest(Sender From, string Build, string Host, int ProcessId, int Cores);

/// <param name="Seed">What the database holds.</param>
/// <param name="RunSeed">All arrivals and draws follow from it.</param>
/// <param name="DrainTime">How long requests in flight may take when the load has ended.</param>
/// <param name="MostSessions">Of this agent for one role of a scenario: a cluster of servers has a limit, which the agents share.</param>
/// <param name="LeadsBefore">As <see cref="Scenarios.ScenarioEnvironment.LeadsBefore"/>.</param>
internal sealed record JoinAnswer(
    LoadProfile Profile, SeedManifest Seed, ulong RunSeed, bool ThroughPooler, TimeSpan DrainTime, int MostSessions, long LeadsBefore);

/// <summary>What the agent found where it is. An answer without a fault means: everything is as the coordinator has it.</summary>
internal sealed record CheckRequest(Sender From, string Host, AgentFacts Facts);

/// <param name="Schema">Checksum of all that was applied to the database that the agent sees.</param>
/// <param name="Seeding">Checksum of the rows there, and when they were seeded: a copy elsewhere is another database.</param>
/// <param name="Profile">Checksum of the profile as the agent understood it.</param>
internal sealed record AgentFacts(string Schema, string Seeding, string Profile);

/// <summary>Is there a coordinator? It answers from the start of its run.</summary>
internal sealed record CoordinatorRequest;

/// <param name="IsReady">Agents may join; false while it prepares its database.</param>
internal sealed record CoordinatorAnswer(bool IsReady);

internal sealed record ClockRequest(string Share);

internal sealed record ClockAnswer(DateTimeOffset NowUtc);

/// <summary>The agent stands before a phase. It is answered when all do, or after a while, and then asks again.</summary>
/// <param name="Scenario">The names of those that run at once, with a plus between.</param>
internal sealed record ReadyRequest(Sender From, string Scenario, PhaseKind Phase, ClockReading Clock);

/// <param name="AheadSeconds">The agent's wall clock less the coordinator's.</param>
internal sealed record ClockReading(double AheadSeconds, TimeSpan RoundTrip);

/// <param name="AtUtc">When the phase begins, by the coordinator's clock; null when others are waited for: ask again.</param>
/// <param name="End">Why the phase does not begin and the agent is to stop; null while it may.</param>
internal sealed record ReadyAnswer(DateTimeOffset? AtUtc, string? End);

/// <summary>Twice a second: the agent is there, and what it does.</summary>
internal sealed record BeatRequest(Sender From, IReadOnlyList<LoadSnapshot> Seconds);

/// <param name="End">Why the agent is to stop; null to go on.</param>
internal sealed record BeatAnswer(string? End);

/// <summary>A piece of what was measured: a broker takes messages of a bounded size only.</summary>
/// <param name="Part">From 0.</param>
internal sealed record ResultRequest(Sender From, string Scenario, int Part, int Parts, byte[] Data);

/// <param name="StartedLate">Its real start less the agreed one.</param>
internal sealed record AgentAnswer(EngineAnswer Measured, TimeSpan StartedLate);

/// <param name="Fault">Why it leaves before the end; null when it is through.</param>
internal sealed record LeaveRequest(Sender From, string? Fault);

/// <summary>The coordinator has it.</summary>
internal sealed record Noted;
