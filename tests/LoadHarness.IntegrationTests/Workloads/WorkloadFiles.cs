using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Workloads;

namespace LoadHarness.IntegrationTests.Workloads;

/// <summary>A workload written for one test.</summary>
internal sealed class WorkloadFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("loadharness-test-");

    public string Path => _directory.FullName;

    /// <param name="rest">Fields of workload.json besides name and scenarios, with a comma behind.</param>
    /// <param name="operations">Such as <c>"read": 1</c>.</param>
    public static WorkloadFiles Write(string sql, string operations, string rest = "", string simulation =
        """{ "kind": "iterationsForConstant", "copies": 1, "iterations": 50 }""")
    {
        var files = new WorkloadFiles();
        File.WriteAllText(System.IO.Path.Combine(files.Path, "statements.sql"), sql);
        File.WriteAllText(System.IO.Path.Combine(files.Path, "workload.json"),
            $$"""
            { "name": "test", {{rest}} "scenarios": { "load": { "operations": { {{operations}} }, "simulations": [ {{simulation}} ] } } }
            """);
        return files;
    }

    public Workload Read()
    {
        var workload = WorkloadCatalog.Find(Path, out var faults);
        Assert.Empty(faults);
        return workload!;
    }

    public async Task<ScenarioResult> RunAsync(string connectionString, ulong seed = 1)
    {
        var workload = Read();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var run = await WorkloadRun.PrepareAsync(workload, connectionString, seed, cancellationToken);
        using var clock = new SystemLoadClock();
        return Assert.Single(await new LoadRunner(clock, new() { Seed = seed }).RunAsync(
            run.Build(workload.Groups.Single()), null, cancellationToken));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
