using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A private PostgreSQL server on loopback, in a directory of its own. It does not outlive this program, however that ends.
/// </summary>
public sealed class NativeCluster : IAsyncDisposable
{
    private const int StartAttempts = 3;
    private static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(30);
    private readonly ServerReaper _watch;

    private NativeCluster(ClusterDirectory directory, PostgresBinaries binaries, int port, string password, ServerReaper watch)
    {
        Directory = directory;
        Binaries = binaries;
        Port = port;
        _watch = watch;
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = port, Username = "postgres", Password = password, Database = "postgres", IncludeErrorDetail = true,
        }.ConnectionString;
    }

    public ClusterDirectory Directory { get; }

    public PostgresBinaries Binaries { get; }

    public int Port { get; }

    /// <summary>Superuser, database postgres.</summary>
    public string ConnectionString { get; }

    public int ProcessId => int.Parse(
        File.ReadLines(Path.Combine(Directory.Data, "postmaster.pid")).First());

    public string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder(ConnectionString)
    {
        Database = database,
    }.ConnectionString;

    /// <summary>Makes and starts a cluster.</summary>
    /// <param name="keep">Stopping leaves the directory behind.</param>
    /// <param name="snapshot">Starts on a copy of this one instead of an empty cluster.</param>
    /// <exception cref="HarnessException">initdb or the server failed; carries their own words.</exception>
    public static async Task<NativeCluster> StartAsync(
        PostgresBinaries binaries, IReadOnlyDictionary<string, string> settings, bool keep, CancellationToken cancellationToken,
        ClusterSnapshot? snapshot = null)
    {
        var directory = await ClusterDirectory.CreateAsync(keep, cancellationToken);
        ServerReaper watch = ServerReaper.Over(directory, binaries, keep);
        try
        {
            var password = snapshot is null
                ? Convert.ToHexString(RandomNumberGenerator.GetBytes(20))
                : await File.ReadAllTextAsync(snapshot.PasswordFile, cancellationToken);
            if (snapshot is null)
                await InitializeAsync(directory, binaries, password, cancellationToken);
            else
                await snapshot.CopyToAsync(directory.Data, cancellationToken);
            await ServerAccount.RemoveAsync(ConfigurationFile(directory), cancellationToken);
            await ServerAccount.AppendAsync(ConfigurationFile(directory), ConfigurationOf(settings), cancellationToken);
            await HugePages.AllowAsync(directory, binaries, cancellationToken);
            var port = await LaunchAsync(directory, binaries, cancellationToken);
            return new NativeCluster(directory, binaries, port, password, watch);
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Kills all processes of the server at once (SIGKILL), as a power cut would, and starts it again on the same port: for tests of
    /// recovery.
    /// </summary>
    /// <exception cref="HarnessException">It did not start within half a minute.</exception>
    internal async Task CrashAndRestartAsync(CancellationToken cancellationToken)
    {
        // The postmaster alone would leave its sessions to finish what they are at.
        foreach (var process in new ServerProcesses(ProcessId).Ids()) Kill(process);
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await StartServerAsync(Directory, Binaries, Port, cancellationToken);
                return;
            }
            catch (HarnessException) when (patience.Elapsed < RestartPatience)
            {
                // A server process that has not noticed yet still holds the shared memory.
                await Task.Delay(200, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It ended since it was listed.
        }
    }

    private static async Task InitializeAsync(
        ClusterDirectory directory, PostgresBinaries binaries, string password, CancellationToken cancellationToken)
    {
        await PrivateRoot.WriteAsync(directory.PasswordFile, password, cancellationToken);
        await ServerAccount.OwnAsync(directory.PasswordFile, cancellationToken);
        await ServerAccount.MakeDirectoryAsync(directory.Data, cancellationToken);
        await ServerAccount.RunAsync(binaries.InitDb, [
            "-D", directory.Data, "-U", "postgres", $"--pwfile={directory.PasswordFile}", "--auth=scram-sha-256",
            "--encoding=UTF8", OperatingSystem.IsLinux() ? "--locale=C.UTF-8" : "--locale=C", "--lc-collate=C", "--data-checksums",
                "--no-sync"], cancellationToken);
        await ServerAccount.AppendAsync(
            Path.Combine(directory.Data, "postgresql.conf"), "\ninclude 'loadharness.conf'\n", cancellationToken);
    }

    private static async Task<int> LaunchAsync(ClusterDirectory directory, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            try
            {
                await StartServerAsync(directory, binaries, port, cancellationToken);
                return port;
            }
            catch (HarnessException) when (
                attempt < StartAttempts && LogOf(directory).Contains("Address already in use", StringComparison.Ordinal))
            {
                // Someone took the port between our look and the server's bind: take another.
            }
            catch (HarnessException failure)
            {
                throw new HarnessException(
                    $"The private PostgreSQL server did not start: {failure.Message}\n{Redaction.Of(LogOf(directory))}", inner: failure);
            }
        }
    }

    private static Task<string> StartServerAsync(
        ClusterDirectory directory, PostgresBinaries binaries, int port, CancellationToken cancellationToken) =>
        ServerAccount.RunAsync(binaries.PgCtl, ["start", "-D", directory.Data, "-l", directory.Log, "-w", "-t", "120", "-o", $"-p {port}"],
            cancellationToken);

    private static string ConfigurationFile(ClusterDirectory directory) => Path.Combine(directory.Data, "loadharness.conf");

    private static string ConfigurationOf(IReadOnlyDictionary<string, string> settings)
    {
        var text = new StringBuilder(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\npassword_encryption = 'scram-sha-256'\n");
        foreach (var (name, value) in settings)
            text.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        return text.ToString();
    }

    private static string LogOf(ClusterDirectory directory) =>
        File.Exists(directory.Log) ? string.Join('\n', File.ReadLines(directory.Log).TakeLast(20)) : "";

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
