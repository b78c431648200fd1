using System.Diagnostics;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A directory of this program, such as a copy of a cluster. It goes when this is disposed, and also when this program is killed: a shell
/// waits for its standard input to close, as the one over a server does.
/// </summary>
/// <remarks>Every temporary file of this program lies in one.</remarks>
public sealed class WatchedDirectory : IAsyncDisposable
{
    /// <summary>
    /// <c>remove DIRECTORY TRIALS</c>, also where a child of a program that was killed still writes there for a moment.
    /// </summary>
    internal const string Removing = """
        remove() {
            left=$2
            until rm -rf "$1"; do
                left=$((left - 1))
                [ "$left" -gt 0 ] || return 1
                sleep 1
            done
        }
        """;

    /// <summary>A second each.</summary>
    internal const int Trials = 10;

    private const string Script = Removing + """

        trap '' INT TERM HUP
        exec > /dev/null 2>&1
        read -r _
        remove "$1" "$2"
        """;

    private readonly Process? _shell;
    private int _disposed;

    private WatchedDirectory(string root)
    {
        // The shell has another working directory.
        Root = Path.GetFullPath(root);
        if (!OperatingSystem.IsWindows()) _shell = Start(Root);
    }

    public string Root { get; }

    /// <param name="root">Need not be there yet, and may have been moved away at the end.</param>
    public static WatchedDirectory Over(string root) => new(root);

    /// <summary>
    /// Makes one where nobody else can put anything. Where its watch is killed as well, the next program of this user that starts a server
    /// removes it.
    /// </summary>
    /// <param name="kind">What its name begins with.</param>
    public static async Task<WatchedDirectory> MakeAsync(string kind, CancellationToken cancellationToken) =>
        new(await PrivateRoot.MakeOwnedAsync(kind, cancellationToken));

    /// <summary>
    /// As <see cref="MakeAsync"/>, for files that no server needs: no other account of the machine can read what lies in it. A file named
    /// owner is there already.
    /// </summary>
    /// <param name="kind">What its name begins with.</param>
    public static async Task<WatchedDirectory> MakeClosedAsync(string kind, CancellationToken cancellationToken) =>
        new(await PrivateRoot.MakeClosedAsync(kind, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_shell is null)
        {
            if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
            return;
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
        if (Directory.Exists(Root)) throw new HarnessException($"The directory {Root} could not be removed. Remove it by hand.");
    }

    private static Process Start(string root)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = PrivateRoot.Above };
        foreach (var word in (string[])["-c", Script, "watch", root, $"{Trials}"]) start.ArgumentList.Add(word);
        return Process.Start(start.Clean()) ?? throw new HarnessException($"/bin/sh could not be started; it watches over {root}.");
    }
}
