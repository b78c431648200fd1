using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Debian's pgbouncer on loopback, in transaction pooling, before a server. A client keeps a server connection for one
/// transaction only: nothing a session remembers (settings, prepared statements) survives, and nothing may rely on it.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    public const string Program = "pgbouncer";

    public const string HowToGetIt = "the program is not installed. Debian, Ubuntu: apt-get install pgbouncer.";

    private readonly WatchedProgram _program;

    private PgBouncer(WatchedProgram program, string connectionString) => (_program, ConnectionString) = (program, connectionString);

    /// <summary>
    /// Through the pooler. Npgsql neither resets sessions, which are not its own, nor prepares statements, which another server connection
    /// would not know.
    /// </summary>
    public string ConnectionString { get; }

    public static string? Find() => ProgramPath.FindServer(Program);

    /// <param name="serverConnectionString">The server, with user, password and database.</param>
    /// <param name="poolSize">Server connections at most, for one user and database.</param>
    /// <exception cref="HarnessException">pgbouncer is not installed, or did not start; carries its own words.</exception>
    public static async Task<PgBouncer> StartAsync(string serverConnectionString, int poolSize, CancellationToken cancellationToken)
    {
        var program = Find() ?? throw new HarnessException($"pgbouncer: {HowToGetIt}");
        var server = new NpgsqlConnectionStringBuilder(serverConnectionString);
        var root = await WatchedProgram.MakeRootAsync("pooler", cancellationToken);
        var (port, log, configuration) = (NativeCluster.FreePort(), Path.Combine(root, "pooler.log"), Path.Combine(root, "pgbouncer.ini"));
        await WatchedProgram.WriteAsync(
            Path.Combine(root, "users.txt"), $"{Quoted(server.Username)} {Quoted(server.Password)}\n", cancellationToken);
        await WatchedProgram.WriteAsync(configuration, Configuration(root, port, server, poolSize), cancellationToken);
        await WatchedProgram.WriteAsync(log, "", cancellationToken);
        return new(await WatchedProgram.StartAsync(root, port, log, [program, configuration], cancellationToken), Through(server, port));
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string Through(NpgsqlConnectionStringBuilder server, int port) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Host = "127.0.0.1", Port = port, NoResetOnClose = true, MaxAutoPrepare = 0, SslMode = SslMode.Disable, SearchPath = null,
        }.ConnectionString;

    private static string Configuration(string root, int port, NpgsqlConnectionStringBuilder server, int poolSize) => $"""
        [databases]
        * = host={server.Host} port={server.Port}{(server.SearchPath is { } path ? $" connect_query='set search_path = {path}'" : "")}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = {root}/users.txt
        pool_mode = transaction
        default_pool_size = {poolSize}
        max_client_conn = 1000
        ignore_startup_parameters = extra_float_digits,options,search_path
        logfile = {root}/pooler.log
        {Encryption(server)}

        """;

    /// <summary>Between pooler and server as the connection string asks; between program and pooler there is loopback alone.</summary>
    private static string Encryption(NpgsqlConnectionStringBuilder server) => server.SslMode switch
    {
        SslMode.Disable => "server_tls_sslmode = disable",
        SslMode.Require => "server_tls_sslmode = require",
        SslMode.VerifyCA or SslMode.VerifyFull =>
            $"server_tls_sslmode = {(server.SslMode == SslMode.VerifyCA ? "verify-ca" : "verify-full")}\nserver_tls_ca_file = "
                + $"{server.RootCertificate ?? "/etc/ssl/certs/ca-certificates.crt"}",
        _ => "server_tls_sslmode = prefer",
    };

    private static string Quoted(string? word) => $"\"{word?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
