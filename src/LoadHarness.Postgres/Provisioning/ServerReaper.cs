using System.Diagnostics;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// A shell that waits for its standard input to close, then stops the server and removes its directory.
/// The pipe closes when this is disposed, and also when this program is killed: no way of ending leaves a server behind.
/// </summary>
internal sealed class ServerReaper : IAsyncDisposable
{
    /// <summary><c>take_back FILE ALLOWED LOCKED</c>, as <see cref="HugePages.TakeBack"/> does it.</summary>
    internal const string TakingBack = """
        take_back() {
            [ -s "$1" ] || return 0
            pages=$(cat "$1")
            # A shell can be made to run what it counts with.
            case $pages in *[!0-9]*) pages=0 ;; esac
            (
                flock -w 5 9 || :
                left=$(($(cat "$2") - pages))
                [ $left -ge 0 ] || left=0
                echo $left > "$2"
            ) 9<"$3"
            rm "$1"
        }
        """;

    // Ignored signals stay ignored in pg_ctl: Ctrl-C reaches the whole process group, and must not stop the stopping.
    // A directory that goes needs no orderly shutdown; one that stays gets it.
    private const string Script = TakingBack + "\n" + WatchedDirectory.Removing + """

        trap '' INT TERM HUP
        root=$1 keep=$2; shift 2
        read -r _
        mode=immediate; [ "$keep" = yes ] && mode=fast
        if [ -e "$root/data/postmaster.pid" ]; then
            patience=15; [ "$keep" = yes ] && patience=120
            "$@" stop -D "$root/data" -m $mode -w -t $patience || "$@" stop -D "$root/data" -m immediate -w -t 15
        fi
        # A server that was halted, or waits for a disk, obeys no signal but this one.
        for process in /proc/[0-9]*; do
            [ "$process/cwd" -ef "$root/data" ] || continue
            [ "$(cat "$process/comm")" = postgres ] && kill -KILL "${process#/proc/}"
        done
        take_back "$root/huge-pages" /proc/sys/vm/nr_overcommit_hugepages /proc/sys/vm/nr_hugepages
        [ "$keep" = yes ] || remove "$root"
        """;

    private readonly ClusterDirectory _directory;
    private readonly PostgresBinaries _binaries;
    private readonly bool _keep;
    private readonly Process? _shell;
    private int _disposed;

    private ServerReaper(ClusterDirectory directory, PostgresBinaries binaries, bool keep)
    {
        _directory = directory;
        _binaries = binaries;
        _keep = keep;
        if (!OperatingSystem.IsWindows()) _shell = Start();
    }

    public static ServerReaper Over(ClusterDirectory directory, PostgresBinaries binaries, bool keep) => new(directory, binaries, keep);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_shell is null)
        {
            if (!_keep) await _directory.StopAndRemoveAsync(_binaries, CancellationToken.None);
            else await ServerAccount.RunAsync(_binaries.PgCtl, ["stop", "-D", _directory.Data, "-m", "fast", "-w"], CancellationToken.None);
            return;
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
        if (!_keep && Directory.Exists(_directory.Root))
            throw new HarnessException(
                $"The private PostgreSQL server's directory {_directory.Root} could not be removed. Remove it by hand.");
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = PrivateRoot.Above,
        };
        foreach (var word in (string[])["-c", Script, "watch", _directory.Root, _keep ? "yes" : "no", .. ServerAccount.Prefix,
            _binaries.PgCtl])
            start.ArgumentList.Add(word);
        var process = Process.Start(start.Clean())
            ?? throw new HarnessException("/bin/sh could not be started; it watches over the private PostgreSQL server.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
