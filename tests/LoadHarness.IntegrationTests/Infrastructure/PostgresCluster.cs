using System.Globalization;
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
}

/// <summary>One real PostgreSQL an assembly; one database a test, copied from a template that is built once.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    /// <summary>The only database pg_cron can live in; see <see cref="CreateCronDatabaseAsync"/>.</summary>
    public const string CronDatabase = "cron_home";

    private readonly SemaphoreSlim templatesGate = new(1);
    private readonly SemaphoreSlim cronGate = new(1);
    private readonly HashSet<SchemaState> templates = [];
    private NativeCluster? cluster;
    private string? missing;
    private int lastDatabase;

    /// <summary>The running server; skips the test (or fails it in CI) where PostgreSQL is not installed.</summary>
    public NativeCluster Server
    {
        get
        {
            Require.Present(missing);
            return cluster!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (await PostgresBinaries.FindAsync(CancellationToken.None) is not { } binaries)
        {
            missing = "No PostgreSQL server programs on this machine: install the distribution's postgresql package.";
            return;
        }

        var libraries = await PreloadLibraries.PresentInAsync(binaries, CancellationToken.None);
        var settings = ServerSettings.For(ServerProfile.Checklist, MachineSize.Here, libraries, CronDatabase);
        // A smaller server than the checklist's leaves the memory to the tests.
        settings["shared_buffers"] = "128MB";
        cluster = await NativeCluster.StartAsync(binaries, settings, keep: false, CancellationToken.None);
    }

    public async Task<TestDatabase> CreateDatabaseAsync(SchemaState state) =>
        await CloneAsync(state, string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref lastDatabase)}"), whenDropped: null);

    /// <summary>As <see cref="CreateDatabaseAsync"/>, in the one database where pg_cron works: tests that want it wait for each other.</summary>
    public async Task<TestDatabase> CreateCronDatabaseAsync(SchemaState state)
    {
        await cronGate.WaitAsync();
        try
        {
            return await CloneAsync(state, CronDatabase, () => cronGate.Release());
        }
        catch
        {
            cronGate.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        templatesGate.Dispose();
        cronGate.Dispose();
    }

    private async Task<TestDatabase> CloneAsync(SchemaState state, string name, Action? whenDropped)
    {
        var template = await TemplateAsync(state);
        await AdministerAsync($"create database {name} template {template}");
        return new TestDatabase(Server.ConnectionStringTo(name), () => DropAsync(name, whenDropped));
    }

    private async Task DropAsync(string name, Action? whenDropped)
    {
        await AdministerAsync($"drop database {name} with (force)");
        whenDropped?.Invoke();
    }

    private async Task<string> TemplateAsync(SchemaState state)
    {
        var name = $"template_{state}".ToLowerInvariant();
        await templatesGate.WaitAsync();
        try
        {
            if (templates.Contains(state)) return name;
            await AdministerAsync($"create database {name}");
            await using (var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Server.ConnectionStringTo(name)) { Pooling = false }.ConnectionString))
                await SchemaTemplates.BuildAsync(source, state);
            templates.Add(state);
            return name;
        }
        finally
        {
            templatesGate.Release();
        }
    }

    private async Task AdministerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
