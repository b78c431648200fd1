using LoadHarness.Core.Measurement;
using LoadHarness.Scenarios.OtherEngines;

namespace LoadHarness.Agents.Coordinating;

/// <summary>What all agents together measured of scenarios that ran at once.</summary>
/// <param name="Sent">What they sent, so that the server's statements can be told apart.</param>
/// <param name="LeadsSetAside">By the imports of all agents until now.</param>
public sealed record FleetResult(IReadOnlyList<ScenarioResult> Scenarios, IReadOnlyList<SentBy> Sent, long LeadsSetAside);
