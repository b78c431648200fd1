using System.Text.Json;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios.OtherEngines;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.UnitTests.OtherEngines;

public sealed class EngineRequestTests
{
    [Theory]
    [InlineData(false, 40)]
    [InlineData(true, 200)]
    public async Task The_limit_of_a_cluster_holds_in_the_other_program_too(bool throughPooler, int connections)
    {
        var asked = new EngineRequest(
            "Host=127.0.0.1", throughPooler, null!, ProfileCatalog.Read("smoke"), "search", 1, 0, "reports", "answer")
        {
            MostSessions = 40,
        };

        var told = JsonSerializer.Deserialize<EngineRequest>(JsonSerializer.Serialize(asked, EngineRequest.Format), EngineRequest.Format)!;

        await using var tenant = new TenantLogin(told.ConnectionString, told.ThroughPooler, told.MostSessions).Open("lh_app", 1, 200, null);
        Assert.Equal(connections, tenant.Connections);
    }
}
