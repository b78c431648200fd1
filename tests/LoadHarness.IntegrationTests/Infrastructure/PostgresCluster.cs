using System.Collections.Concurrent;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

[assembly: AssemblyFixture(typeof(LoadHarness.IntegrationTests.Infrastructure.PostgresCluster))]

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>What a test's database holds when the test gets it.</summary>
public enum SchemaState
{
    Empty,

    /// <summary>sql/schema.sql.</summary>
    Base,

    /// <summary>The base and every migration.</summary>
    Optimized,

    /// <summary>The optimized schema with sample rows and 30,000 more leads of workspace 1.</summary>
    Filled,
}

/// <summary>One real PostgreSQL an assembly; one database a test, copied from a template that is built once.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    internal const string Missing = "No PostgreSQL server programs on this machine: install the distribution's postgresql package.";

    // There from the start, and never dropped.
    private const string CronDatabase = "postgres";

    private readonly ConcurrentDictionary<SchemaState, Lazy<Task<string>>> _templates = [];
    private readonly Lazy<Task<string>> _shared;
    private NativeCluster? _cluster;
    private string? _missing;
    private int _lastDatabase;

    public PostgresCluster() => _shared = new(MakeSharedAsync);

    /// <summary>The running server; skips the test (or fails it in CI) where PostgreSQL is not installed.</summary>
    public NativeCluster Server
    {
        get
        {
            Require.Present(_missing);
            return _cluster!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (await PostgresBinaries.FindAsync(CancellationToken.None) is not { } binaries)
        {
            _missing = Missing;
            return;
        }

        _cluster = await StartAsync(binaries);
    }

    public async Task<TestDatabase> CreateDatabaseAsync(SchemaState state) =>
        await CloneAsync(state, $"test_{Interlocked.Increment(ref _lastDatabase)}");

    /// <summary>
    /// The optimized schema with the workspaces of <see cref="Workspaces"/>, one database for all tests that write nothing: each of them
    /// would else pay for a copy of its own. The server refuses to write there.
    /// </summary>
    public async Task<TestDatabase> SharedDatabaseAsync() =>
        new(Server.ConnectionStringTo(await _shared.Value), () => Task.CompletedTask) { IsShared = true };

    /// <summary>
    /// As <see cref="CreateDatabaseAsync"/>, where pg_cron works, on a server of its own: the launcher of pg_cron 1.4 lives in
    /// one database of a server and, once that one is dropped, does not come back before the server is started again.
    /// </summary>
    public async Task<TestDatabase> CreateCronDatabaseAsync(SchemaState state)
    {
        var server = await StartAsync(Server.Binaries);
        var database = new TestDatabase(server.ConnectionStringTo(CronDatabase), () => server.DisposeAsync().AsTask());
        try
        {
            await SchemaTemplates.BuildAsync(database.Owner, state);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    private static async Task<NativeCluster> StartAsync(PostgresBinaries binaries)
    {
        var libraries = await PreloadLibraries.PresentInAsync(binaries, CancellationToken.None);
        var settings = ServerSettings.For(ServerProfile.Checklist, MachineSize.Here, libraries, CronDatabase);
        // A smaller server than the checklist's leaves the memory to the tests.
        settings["shared_buffers"] = "128MB";
        // A thousand files are made for each test's database. What is to outlive a power cut is tested on servers of its own.
        settings["fsync"] = "off";
        // The statements of all tests are kept: past the most, those with few calls are dropped, and a test looks for its own.
        if (libraries.Contains("pg_stat_statements")) settings["pg_stat_statements.max"] = "50000";
        return await NativeCluster.StartAsync(binaries, settings, keep: false, CancellationToken.None);
    }

    private async Task<TestDatabase> CloneAsync(SchemaState state, string name, Func<Task>? drop = null)
    {
        await AdministerAsync($"create database {name} template {await TemplateAsync(state)}");
        return new TestDatabase(
            Server.ConnectionStringTo(name), drop ?? (() => AdministerAsync($"drop database {name} with (force)")));
    }

    private async Task<string> MakeSharedAsync()
    {
        const string name = "shared";
        await using (var database = await CloneAsync(SchemaState.Optimized, name, () => Task.CompletedTask))
            await Workspaces.AddAsync(database);
        await AdministerAsync($"alter database {name} set default_transaction_read_only = on");
        return name;
    }

    private Task<string> TemplateAsync(SchemaState state) => state == SchemaState.Empty
        ? Task.FromResult("template1")
        : _templates.GetOrAdd(state, _ => new(() => MakeTemplateAsync(state))).Value;

    private async Task<string> MakeTemplateAsync(SchemaState state)
    {
        var name = $"template_{state}".ToLowerInvariant();
        await AdministerAsync($"create database {name} template {await TemplateAsync(state - 1)}");
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Server.ConnectionStringTo(name))
        {
            Pooling = false,
        }.ConnectionString);
        await SchemaTemplates.AdvanceAsync(source, state);
        return name;
    }

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
