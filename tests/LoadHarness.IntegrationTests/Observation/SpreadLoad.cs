using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>The same with the leads in eight workspaces.</summary>
public sealed class SpreadLoad(PostgresCluster cluster) : SeededLoad(cluster)
{
    protected override SeedRequest Request { get; } = new(4_000, 42, 2)
    {
        SeededAtMonth = new DateOnly(2026, 10, 1),
        Spread = new(8, 1),
    };
}
