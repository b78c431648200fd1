using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>The provision stage: from what was asked for to a reachable, empty database with durability on.</summary>
public static class Provisioner
{
    /// <exception cref="HarnessException">There is no way to a database; the message names the ways out.</exception>
    public static async Task<Database> ProvisionAsync(
        DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken) => request.Target switch
        {
            DatabaseTarget.Given given => await GivenDatabase.OpenAsync(given.ConnectionString, request, progress, cancellationToken),
            DatabaseTarget.Container => await InContainerAsync(request, progress, cancellationToken),
            DatabaseTarget.Native => await NativeAsync(request, progress, cancellationToken),
            DatabaseTarget.Auto => await AutoAsync(request, progress, cancellationToken),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Target, "an unknown kind of target"),
        };

    /// <summary>Looks whether there is a way to a database, for work that needs one after minutes of other work.</summary>
    /// <exception cref="HarnessException">There is none; the message names the ways out.</exception>
    public static async Task RequireAsync(DatabaseRequest request, CancellationToken cancellationToken)
    {
        switch (request.Target)
        {
            case DatabaseTarget.Given given:
                await using (await GivenDatabase.OpenAsync(
                    given.ConnectionString, request, SilentProgress.Instance, cancellationToken)) return;
            case DatabaseTarget.Container:
                await RequireEngineAsync(cancellationToken);
                return;
            case DatabaseTarget.Auto when await ContainerEngine.FaultAsync(cancellationToken) is null: return;
            default:
                await PostgresBinaries.RequireAsync(request.ServerVersion, cancellationToken);
                return;
        }
    }

    private static async Task<Database> AutoAsync(DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken) =>
        await ContainerEngine.FaultAsync(cancellationToken) is null
            ? await InContainerAsync(request, progress, cancellationToken)
            : await NativeAsync(request, progress, cancellationToken);

    private static async Task<Database> InContainerAsync(
        DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        ClientEnvironment.Forget();
        await RequireEngineAsync(cancellationToken);

        var server = await ContainerServer.StartAsync(request, progress, cancellationToken);
        return await ReadyAsync(server, server.ConnectionString, ServerKind.Container, cancellationToken);
    }

    private static async Task<Database> NativeAsync(DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        ClientEnvironment.Forget();
        var binaries = await PostgresBinaries.RequireAsync(request.ServerVersion, cancellationToken);
        await ClusterDirectory.SweepAsync(binaries, progress, cancellationToken);
        var libraries = await PreloadLibraries.PresentInAsync(binaries, cancellationToken);
        var settings = ServerSettings.For(request.Profile, MachineSize.Here, libraries, Database.Name);
        foreach (var (name, value) in request.ExtraSettings) settings[name] = value;

        var snapshot = Kept(request.Snapshot?.Invoke(binaries.MajorVersion), progress);
        var cluster = await NativeCluster.StartAsync(binaries, settings, request.Keep, cancellationToken, snapshot);
        progress.Note(
            $"PostgreSQL {binaries.MajorVersion} runs on 127.0.0.1:{cluster.Port}, "
                + $"private to this run{(request.Keep ? $"; its directory {cluster.Directory.Root} will be kept" : "")}.");
        return await ReadyAsync(cluster, cluster.ConnectionString, ServerKind.Native, cancellationToken, cluster);
    }

    /// <returns>The one to start from; null where there is none.</returns>
    private static ClusterSnapshot? Kept(ClusterSnapshot? asked, IStageProgress progress)
    {
        if (asked is { Exists: true })
        {
            progress.Note($"Starting from the seeded database kept in {asked.Directory}.");
            return asked;
        }

        if (asked?.IsUnreadable() == true)
            progress.Note(
                $"What is kept in {asked.Directory} cannot be used: only another user may read it. Starting from an empty server; "
                    + "LOADHARNESS_CACHE names another directory.");
        return null;
    }

    private static async Task RequireEngineAsync(CancellationToken cancellationToken)
    {
        if (await ContainerEngine.FaultAsync(cancellationToken) is { } fault)
            throw new HarnessException($"No container engine answers: {fault} Start Docker, set DOCKER_HOST, or use --database native.");
    }

    /// <summary>Makes the run's database and reads the server back; a server that fails here does not stay behind.</summary>
    private static async Task<Database> ReadyAsync(
        IAsyncDisposable server, string maintenance, ServerKind kind, CancellationToken cancellationToken, NativeCluster? native = null)
    {
        try
        {
            var admin = new NpgsqlConnectionStringBuilder(maintenance) { Database = Database.Name }.ConnectionString;
            await CreateDatabaseAsync(maintenance, cancellationToken);
            await WalCompression.EnableAsync(admin, cancellationToken);
            var environment = await ServerInspection.OfAsync(admin, kind, cancellationToken);
            ServerInspection.RequireDurability(environment);
            if (native is not null) environment = environment with { FileSystem = ServersPlace.FileSystemOf(native.Directory.Root) };
            if (native is not null && HugePages.AreUsedBy(native.ProcessId) is { } huge)
                environment = environment with
                {
                    Settings = new Dictionary<string, string>(environment.Settings) { [HugePages.Status] = huge ? "on" : "off" },
                };
            return new Database(admin, environment, server) { ServerProcessId = native?.ProcessId, DataDirectory = native?.Directory.Data };
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task CreateDatabaseAsync(string maintenance, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(maintenance, cancellationToken);
        try
        {
            await connection.ExecuteAsync($"create database {Database.Name}", cancellationToken);
        }
        catch (PostgresException exists) when (exists.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // A server that starts from a snapshot brings its database along; every other one is new.
        }
    }
}
