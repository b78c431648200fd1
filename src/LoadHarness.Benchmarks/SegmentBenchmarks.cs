using BenchmarkDotNet.Attributes;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Benchmarks;

/// <summary>
/// A segment's conditions compiled to SQL by the server's <c>compile_segment</c>, called by a prepared statement on a private cluster; beside
/// the same round trip without it. The difference is the compiler.
/// </summary>
[MemoryDiagnoser]
public class SegmentBenchmarks
{
    private Database _database = null!;
    private NpgsqlConnection _connection = null!;
    private NpgsqlCommand _echo = null!;
    private NpgsqlCommand _compile = null!;
    private int _next;

    [GlobalSetup]
    public async Task StartServer()
    {
        _database = await Provisioner.ProvisionAsync(new(new DatabaseTarget.Native(), ServerProfile.Checklist, 0, Keep: false, Force: false), SilentProgress.Instance, CancellationToken.None);
        await using var admin = NpgsqlDataSource.Create(_database.AdminConnectionString);
        var migrator = new Migrator(admin);
        await migrator.ApplyBaseAsync(CancellationToken.None);
        await migrator.UpAsync(SilentProgress.Instance, CancellationToken.None);
        _connection = new NpgsqlConnection(_database.AdminConnectionString);
        await _connection.OpenAsync();
        _echo = await PrepareAsync("select $1::jsonb is null");
        _compile = await PrepareAsync("select compile_segment($1) is null");
    }

    [GlobalCleanup]
    public async Task StopServer()
    {
        await _echo.DisposeAsync();
        await _compile.DisposeAsync();
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public Task<object?> RoundTrip() => RunAsync(_echo);

    [Benchmark]
    public Task<object?> CompileASegment() => RunAsync(_compile);

    private Task<object?> RunAsync(NpgsqlCommand command)
    {
        command.Parameters[0].Value = SegmentCorpus.Conditions[_next++ % SegmentCorpus.Conditions.Count];
        return command.ExecuteScalarAsync();
    }

    private async Task<NpgsqlCommand> PrepareAsync(string statement)
    {
        var command = new NpgsqlCommand(statement, _connection) { Parameters = { new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Jsonb } } };
        await command.PrepareAsync();
        return command;
    }
}
