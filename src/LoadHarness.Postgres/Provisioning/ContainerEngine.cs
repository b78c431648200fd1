using DotNet.Testcontainers.Configurations;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Whether a container engine answers.</summary>
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
            using var client = TestcontainersSettings.OS.DockerEndpointAuthConfig?.GetDockerClientBuilder(Guid.NewGuid()).Build();
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
}
