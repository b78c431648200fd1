using System.Security.Cryptography;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Images;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Testcontainers.PostgreSql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>A PostgreSQL server in a container, from sql/container/Dockerfile.</summary>
internal sealed class ContainerServer : IAsyncDisposable
{
    private const string ImageName = "loadharness-postgres:17";
    private const long Gibibyte = 1L << 30;

    private readonly PostgreSqlContainer _container;
    private readonly bool _keep;

    private ContainerServer(PostgreSqlContainer container, bool keep)
    {
        _container = container;
        _keep = keep;
        // The library's own string says localhost, which resolves to ::1 first where the port is published on IPv4 only.
        var target = new NpgsqlConnectionStringBuilder(container.GetConnectionString()) { IncludeErrorDetail = true };
        if (target.Host == "localhost") target.Host = "127.0.0.1";
        ConnectionString = target.ConnectionString;
    }

    /// <summary>Superuser, database postgres.</summary>
    public string ConnectionString { get; }

    /// <exception cref="HarnessException">The image could not be built, or the server did not start.</exception>
    public static async Task<ContainerServer> StartAsync(
        DatabaseRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            progress.Note($"Building the image {ImageName} (seconds when it is cached).");
            await BuildImageAsync(cancellationToken);
            var container = Describe(request, await ContainerEngine.SizeAsync(cancellationToken)).Build();
            await StartOrRemoveAsync(container, cancellationToken);
            var port = container.GetMappedPublicPort(PostgreSqlBuilder.PostgreSqlPort);
            progress.Note($"PostgreSQL runs in container {container.Id[..12]} on port {port}"
                + (request.Keep ? "; it will be kept, stopped." : "."));
            return new ContainerServer(container, request.Keep);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or HarnessException))
        {
            throw new HarnessException(
                $"The container path failed: {Redaction.Of(failure.Message)} Check that the engine can reach an image registry and "
                    + "Debian's packages, or use --database native.", inner: failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_keep) await _container.StopAsync(CancellationToken.None);
        else await _container.DisposeAsync();
    }

    private static async Task BuildImageAsync(CancellationToken cancellationToken)
    {
        await using var image = new ImageFromDockerfileBuilder()
            .WithDockerfileDirectory(Path.Combine(AppContext.BaseDirectory, "sql", "container"))
            .WithName(ImageName).WithCleanUp(false).WithDeleteIfExists(false).WithLogger(NullLogger.Instance)
            .Build();
        await image.CreateAsync(cancellationToken);
    }

    private static PostgreSqlBuilder Describe(DatabaseRequest request, MachineSize machine)
    {
        var settings = ServerSettings.For(request.Profile, machine, PreloadLibraries.Wanted.ToArray(), Database.Name);
        foreach (var (name, value) in request.ExtraSettings) settings[name] = value;
        // The library starts the server with fsync, full_page_writes and synchronous_commit off.
        // Of two equal options the server takes the later one, so ours come after.
        string[] command = [.. settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"])];
        return new PostgreSqlBuilder(new DockerImage(ImageName))
            .WithDatabase("postgres").WithUsername("postgres").WithPassword(Convert.ToHexString(RandomNumberGenerator.GetBytes(20)))
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--locale=C.UTF-8 --lc-collate=C --encoding=UTF8 --data-checksums")
            .WithLogger(NullLogger.Instance).WithLabel("loadharness", "server")
            .WithImagePullPolicy(PullPolicy.Never)
            // Without the library's reaper (it needs an image of its own) stopping is all that disposing does.
            .WithCleanUp(!request.Keep).WithAutoRemove(!request.Keep)
            .WithCommand(command)
            .WithCreateParameterModifier(parameters => Limit(parameters, MemoryOf(request.Profile, machine)));
    }

    /// <summary>
    /// Shared memory for parallel queries (an engine's default of 64 MB fails them), memory for the profile, and the port on loopback
    /// alone.
    /// </summary>
    private static void Limit(CreateContainerParameters parameters, long memory)
    {
        var host = parameters.HostConfig!;
        host.ShmSize = Gibibyte;
        host.Memory = memory;
        if (!EngineIsLocal) return;
        foreach (var binding in host.PortBindings!.Values.SelectMany(bindings => bindings)) binding.HostIP = "127.0.0.1";
    }

    /// <summary>The checklist's settings reckon with 512 MB of buffers, 2 GB of cache and 200 connections.</summary>
    internal static long MemoryOf(ServerProfile profile, MachineSize machine) =>
        profile == ServerProfile.Checklist ? Math.Min(6 * Gibibyte, machine.MemoryBytes) : machine.MemoryBytes;

    /// <summary>From inside a container the engine's ports are on its gateway, unless the job says otherwise.</summary>
    private static bool EngineIsLocal =>
        TestcontainersSettings.OS.DockerEndpointAuthConfig?.Endpoint.Scheme is "unix" or "npipe"
        && (Environment.GetEnvironmentVariable("TESTCONTAINERS_HOST_OVERRIDE")
            ?? (File.Exists("/.dockerenv") ? "gateway" : "localhost")) is "127.0.0.1" or "localhost";

    private static async Task StartOrRemoveAsync(PostgreSqlContainer container, CancellationToken cancellationToken)
    {
        try
        {
            await container.StartAsync(cancellationToken);
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }
    }
}
