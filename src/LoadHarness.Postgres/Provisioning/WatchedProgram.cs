using System.Diagnostics;
using System.Net.Sockets;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A server on loopback next to the database, such as a pooler or a broker. It goes when this program goes, however that ends, and its
/// directory with it.
/// </summary>
internal sealed class WatchedProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // The pipe closes when this program ends; then the server goes and its directory with it. In a session of its own, where there is
    // setsid, because a terminal sends Ctrl-C to all of its own, and programs written in Go do not leave it ignored.
    private const string Script = """
        trap '' INT TERM HUP
        root=$1; shift
        "$(command -v setsid || command -v env)" "$@" >/dev/null 2>&1 </dev/null & program=$!
        read -r _
        kill "$program"; wait "$program"
        rm -rf "$root"
        """;

    private readonly Process _shell;

    private WatchedProgram(Process shell) => _shell = shell;

    /// <summary>A directory for its files, that nobody else can write to.</summary>
    public static Task<string> MakeRootAsync(string kind, CancellationToken cancellationToken) =>
        PrivateRoot.MakeOwnedAsync(kind, cancellationToken);

    /// <summary>Writes a file that the server's account alone may read.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        await PrivateRoot.WriteAsync(path, text, cancellationToken);
        await ServerAccount.OwnAsync(path, cancellationToken);
    }

    /// <summary>Starts it as the server's account and waits until it answers; when it does not, nothing of it stays.</summary>
    /// <param name="log">Where it writes what went wrong.</param>
    /// <param name="words">The program and its arguments.</param>
    /// <exception cref="HarnessException">It did not answer; carries its own words.</exception>
    public static async Task<WatchedProgram> StartAsync(
        string root, int port, string log, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(words[0]);
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = PrivateRoot.Above };
        foreach (var word in (string[])["-c", Script, "watch", root, .. ServerAccount.Prefix, .. words]) start.ArgumentList.Add(word);
        var started = new WatchedProgram(Process.Start(start.Clean())
            ?? throw new HarnessException($"/bin/sh could not be started; it watches over {name}."));
        try
        {
            await AnswersAsync(name, port, log, cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
    }

    private static async Task AnswersAsync(string name, int port, string log, CancellationToken cancellationToken)
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
                throw new HarnessException(
                    $"{name} did not answer on port {port} within {Patience.TotalSeconds:N0} s: "
                        + $"{(File.Exists(log) ? Redaction.Of(await File.ReadAllTextAsync(log, cancellationToken)) : refused.Message)}");
            }
        }
    }
}
