using Docker.DotNet;
using DotNet.Testcontainers.Configurations;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Whether a container engine answers, and what it has.</summary>
public static class ContainerEngine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>Null when one answers, else why not, as a sentence.</returns>
    public static async Task<string?> FaultAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            using var client = Client();
            if (client is null) return "no DOCKER_HOST is set and no engine's socket is where engines put it.";
            await client.System.PingAsync(timeout.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the engine gave no answer within {Patience.TotalSeconds:N0} s.";
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return failure.Message.TrimEnd('.') + ".";
        }
    }

    /// <summary>What a container may use.</summary>
    internal static async Task<MachineSize> SizeAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = Client();
            if (client is null) return SizeOf(0, 0, MachineSize.Here);
            var engine = await client.System.GetSystemInfoAsync(cancellationToken);
            return SizeOf(engine.MemTotal, engine.NCPU, MachineSize.Here);
        }
        catch (DockerApiException)
        {
            // One that may start containers, but not look at their machine.
            return SizeOf(0, 0, MachineSize.Here);
        }
    }

    /// <summary>
    /// The smaller of both: the engine's machine is often a small virtual one, such as that of Docker Desktop, and the job that this
    /// program belongs to may be held to less than the engine. Containers of Linux are Linux wherever this program runs.
    /// </summary>
    /// <param name="memoryBytes">Of the engine's machine; 0 where it does not say.</param>
    /// <param name="cores">Of the engine's machine; 0 where it does not say.</param>
    internal static MachineSize SizeOf(long memoryBytes, long cores, MachineSize here) => new(
        memoryBytes > 0 ? Math.Min(memoryBytes, here.MemoryBytes) : here.MemoryBytes,
        cores > 0 ? (int)Math.Min(cores, here.Cores) : here.Cores,
        ServerPlatform.Linux);

    private static DockerClient? Client() =>
        TestcontainersSettings.OS.DockerEndpointAuthConfig?.GetDockerClientBuilder(Guid.NewGuid()).Build();
}
