using BenchmarkDotNet.Attributes;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Running;
using Npgsql;

namespace LoadHarness.Benchmarks;

/// <summary>
/// A request of a workload of one's own on a private cluster, next to a bare loop over the same prepared statement: what drawing the
/// argument, the engine and the figures cost, in time and allocations.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(launchCount: 1, warmupCount: 2, iterationCount: 5, invocationCount: 1)]
public class WorkloadBenchmarks : IAsyncDisposable
{
    private const int Requests = 50_000;

    private WatchedDirectory _folder = null!;
    private Database _database = null!;
    private NpgsqlConnection _connection = null!;
    private NpgsqlCommand _command = null!;
    private WorkloadRun _run = null!;

    [GlobalSetup]
    public async Task Start()
    {
        _folder = await WatchedDirectory.MakeClosedAsync("bench", CancellationToken.None);
        await WriteAsync("workload.json", """
            { "name": "lookup", "setUp": "set-up.sql", "parameters": { "id": { "kind": "uniform", "from": 1, "to": 100000 } },
              "scenarios": { "load": { "operations": { "by_id": 1 },
                "simulations": [ { "kind": "keepConstant", "copies": 1, "during": "1s" } ] } } }
            """);
        await WriteAsync("set-up.sql",
            "create table item as select n as id, n::text as name from generate_series(1, 100000) n; create unique index on item (id);");
        await WriteAsync("by_id.sql", "-- name: by_id\nselect name from item where id = :id;\n");
        _database = await Provisioner.ProvisionAsync(
            new(new DatabaseTarget.Native(), ServerProfile.Checklist, Keep: false, Force: false), SilentProgress.Instance,
            CancellationToken.None);
        var workload = WorkloadCatalog.Read(_folder.Root);
        await SqlScript.RunAsync(_database.AdminConnectionString, "set-up.sql", workload.SetUp, CancellationToken.None);
        _run = await WorkloadRun.PrepareAsync(workload, _database.AdminConnectionString, 1, CancellationToken.None);
        _connection = await SingleSession.OpenAsync(_database.AdminConnectionString, CancellationToken.None);
        _command = new NpgsqlCommand("select name from item where id = $1", _connection) { Parameters = { new NpgsqlParameter<int>() } };
        await _command.PrepareAsync();
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
        await _folder.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Requests)]
    public async Task BareLoop()
    {
        var (random, id) = (new Random(1), (NpgsqlParameter<int>)_command.Parameters[0]);
        for (var i = 0; i < Requests; i++)
        {
            id.TypedValue = random.Next(1, 100_001);
            await _command.ExecuteNonQueryAsync();
        }
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public async Task OfAWorkload()
    {
        using var clock = new SystemLoadClock();
        var load = _run.BuildForUsers(["load"], 1)[0].WithLoadSimulations(Simulation.IterationsForConstant(1, Requests));
        await new LoadRunner(clock, new()).RunAsync([load], null, CancellationToken.None);
        await _run.ReleaseAsync();
    }

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(_folder.Root, name), content);
}
