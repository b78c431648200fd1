using LoadHarness.Core;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Agents.Broker;

/// <summary>A nats-server on loopback, for one run of agents on this machine. It goes with this program.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    public const string Program = "nats-server";

    public const string HowToGetIt =
        "nats-server, which carries the messages between the generators, is not installed. Debian, Ubuntu: apt-get install nats-server "
            + "(run.sh does it as root, unless --no-install is given). Or give the address of a running one with --broker.";

    private readonly WatchedProgram _program;

    private NatsServer(WatchedProgram program, BrokerAddress address) => (_program, Address) = (program, address);

    public BrokerAddress Address { get; }

    public static string? Find() => ProgramPath.FindServer(Program);

    /// <exception cref="HarnessException">It is not installed, or did not start; carries its own words.</exception>
    public static async Task<NatsServer> StartAsync(CancellationToken cancellationToken)
    {
        var program = Find() ?? throw new HarnessException($"--agents: {HowToGetIt}", ExitCode.BadUsage);
        var root = await WatchedProgram.MakeRootAsync("broker", cancellationToken);
        var (port, log, configuration) = (NativeCluster.FreePort(), Path.Combine(root, "broker.log"), Path.Combine(root, "broker.conf"));
        var address = new BrokerAddress(
            new Uri($"nats://127.0.0.1:{port}"), AgentToken.Random());
        // Not on the command line, which everybody can read: the file is for the server's account alone.
        await WatchedProgram.WriteAsync(configuration, Configuration(port, log, address.Token), cancellationToken);
        await WatchedProgram.WriteAsync(log, "", cancellationToken);
        return new(await WatchedProgram.StartAsync(root, port, log, [program, "-c", configuration], cancellationToken), address);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string Configuration(int port, string log, string token) => $$"""
        listen: "127.0.0.1:{{port}}"
        server_name: "loadharness"
        authorization { token: "{{token}}" }
        max_connections: 256
        max_payload: 1048576
        log_file: "{{log}}"

        """;
}
