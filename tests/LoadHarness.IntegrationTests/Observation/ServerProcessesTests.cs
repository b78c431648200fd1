using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation;

namespace LoadHarness.IntegrationTests.Observation;

// A session of another test that ends takes its nanoseconds along, and leaves ticks.
[Collection(Alone.Name)]
public sealed class ServerProcessesTests(PostgresCluster cluster)
{
    // A turn of lookups can end within a tick of the kernel's clock, 10 ms: CPU a call was not measured then.
    [Fact]
    public async Task The_CPU_of_a_few_lookups_is_more_than_nothing()
    {
        var stop = TestContext.Current.CancellationToken;
        Assert.SkipUnless(File.Exists("/proc/self/schedstat"), "This kernel counts CPU time in ticks of 10 ms.");
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        await using var session = await database.Owner.OpenConnectionAsync(stop);
        var processes = new ServerProcesses(cluster.Server.ProcessId);
        for (var turn = 0; turn < 10; turn++)
        {
            var before = processes.Read()!.Value.Cpu;
            for (var call = 0; call < 20; call++) await session.ScalarAsync<int>("select 1", stop);
            Assert.True(processes.Read()!.Value.Cpu > before, $"turn {turn}: nothing was used since {before}");
        }
    }
}
