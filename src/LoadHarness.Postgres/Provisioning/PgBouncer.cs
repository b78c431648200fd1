using System.Diagnostics;
using System.Net.Sockets;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Debian's pgbouncer on loopback, in transaction pooling, before a server. A client keeps a server connection for one
/// transaction only: nothing a session remembers (settings, prepared statements) survives, and nothing may rely on it.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    public const string Program = "pgbouncer";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // The pipe closes when this program ends, however it ends; then the pooler goes and its directory with it.
    private const string Script = """
        trap '' INT TERM HUP
        root=$1; shift
        "$@" "$root/pgbouncer.ini" >/dev/null 2>&1 </dev/null & pooler=$!
        read -r _
        kill "$pooler"; wait "$pooler"
        rm -rf "$root"
        """;

    private readonly Process _shell;

    private PgBouncer(Process shell, string connectionString)
    {
        this._shell = shell;
        ConnectionString = connectionString;
    }

    /// <summary>
    /// Through the pooler. Npgsql neither resets sessions, which are not its own, nor prepares statements, which another server connection
    /// would not know.
    /// </summary>
    public string ConnectionString { get; }

    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Append("/usr/sbin").Select(directory => Path.Combine(directory, Program)).FirstOrDefault(File.Exists);

    /// <param name="serverConnectionString">The server, with user, password and database.</param>
    /// <param name="poolSize">Server connections at most, for one user and database.</param>
    /// <exception cref="HarnessException">pgbouncer is not installed, or did not start; carries its own words.</exception>
    public static async Task<PgBouncer> StartAsync(string serverConnectionString, int poolSize, CancellationToken cancellationToken)
    {
        var program = Find() ?? throw new HarnessException(
            "--pooler pgbouncer: the program is not installed. Debian, Ubuntu: apt-get install pgbouncer.");
        var server = new NpgsqlConnectionStringBuilder(serverConnectionString);
        var root = PrivateRoot.Make(Path.Combine(await PrivateRoot.FindAsync(cancellationToken), $"pooler-{Guid.NewGuid():N}"));
        var port = NativeCluster.FreePort();
        await WriteAsync(Path.Combine(root, "users.txt"), $"{Quoted(server.Username)} {Quoted(server.Password)}\n", cancellationToken);
        await WriteAsync(Path.Combine(root, "pgbouncer.ini"), Configuration(root, port, server, poolSize), cancellationToken);
        await WriteAsync(Path.Combine(root, "pooler.log"), "", cancellationToken);

        var pooler = new PgBouncer(Launch(root, program), Through(server, port));
        try
        {
            await AnswersAsync(root, port, cancellationToken);
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
    }

    private static string Through(NpgsqlConnectionStringBuilder server, int port) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString)
    {
        Host = "127.0.0.1", Port = port, NoResetOnClose = true, MaxAutoPrepare = 0, SslMode = SslMode.Disable,
    }.ConnectionString;

    private static string Configuration(string root, int port, NpgsqlConnectionStringBuilder server, int poolSize) => $"""
        [databases]
        * = host={server.Host} port={server.Port}
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
            $"server_tls_sslmode = {(server.SslMode == SslMode.VerifyCA ? "verify-ca" : "verify-full")}\nserver_tls_ca_file = {server.RootCertificate ?? "/etc/ssl/certs/ca-certificates.crt"}",
        _ => "server_tls_sslmode = prefer",
    };

    private static string Quoted(string? word) => $"\"{word?.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        await PrivateRoot.WriteAsync(path, text, cancellationToken);
        await ServerAccount.OwnAsync(path, cancellationToken);
    }

    private static Process Launch(string root, string program)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var word in (string[])["-c", Script, "watch", root, .. ServerAccount.Prefix, program]) start.ArgumentList.Add(word);
        return Process.Start(start.Clean()) ?? throw new HarnessException("/bin/sh could not be started; it watches over pgbouncer.");
    }

    private static async Task AnswersAsync(string root, int port, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port, cancellationToken);
                return;
            }
            catch (SocketException) when (waited.Elapsed < Patience)
            {
                await Task.Delay(50, cancellationToken);
            }
            catch (SocketException refused)
            {
                var log = Path.Combine(root, "pooler.log");
                throw new HarnessException($"pgbouncer did not answer on port {port} within {Patience.TotalSeconds:N0} s: {(File.Exists(log) ? Redaction.Of(await File.ReadAllTextAsync(log, cancellationToken)) : refused.Message)}");
            }
        }
    }
}
