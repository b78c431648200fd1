using LoadHarness.Workloads.Parameters;
using LoadHarness.Workloads.Running;

namespace LoadHarness.UnitTests.Workloads;

public sealed class OperationTenantTests
{
    // Read as numbers, each pair is one: 111, 5000, 7.
    [Theory]
    [InlineData("1_11", "11_1")]
    [InlineData("5k", "5000")]
    [InlineData("007", "7")]
    public void Tenants_of_different_texts_are_different_tenants(string first, string second)
    {
        using var folder = new WorkloadFolder();
        folder.Write("customers.csv", $"id,name\n{first},Ann\n{second},Bob\n")
            .Changed("workload.json", "\"scenarios\": {",
                """ "tenant": { "setting": "app.tenant", "value": ":customer.id" }, "scenarios": { """);
        var (workload, faults) = folder.Read();
        Assert.Empty(faults);
        var sources = new ParameterSources(workload!, new Dictionary<string, ComputedRows>(), seed: 1);
        sources.Make("customer");

        var compiled = new CompiledOperation(workload!.Statements["order_by_id"], [], []).With(workload, sources, ["customer"]);

        Assert.Equal([first, second, first], new long[] { 0, 1, 0 }.Select(row => compiled.Tenant!([row, 0])));
    }
}
