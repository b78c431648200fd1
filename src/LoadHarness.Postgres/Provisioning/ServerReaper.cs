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

    // A server is at work in its data directory. Its own account sees that; root without all capabilities, as in a container, does not.
    private const string Stopping = """
        data=$1 mode=$2 patience=$3 control=$4
        # After a crash the number in the file may be another program's by now, which no signal must reach.
        runs_here() {
            [ -f "$data/postmaster.pid" ] && read -r server < "$data/postmaster.pid" || return 1
            case $server in ''|*[!0-9]*) return 1 ;; esac
            if [ -d /proc/self ]; then
                [ "/proc/$server/cwd" -ef "$data" ]
            else
                ps -ww -o command= -p "$server" | grep -qF -e "$data"
            fi
        }
        if runs_here; then
            "$control" stop -D "$data" -m "$mode" -w -t "$patience" || "$control" stop -D "$data" -m immediate -w -t 15
        fi
        # A server that was halted, or waits for a disk, obeys no signal but this one.
        for process in /proc/[0-9]*; do
            [ "$process/cwd" -ef "$data" ] || continue
            [ "$(cat "$process/comm")" = postgres ] && kill -KILL "${process#/proc/}"
        done
        """;

    // Ignored signals stay ignored in pg_ctl: Ctrl-C reaches the whole process group, and must not stop the stopping.
    // A directory that goes needs no orderly shutdown; one that stays gets it.
    private const string Script = TakingBack + "\n" + WatchedDirectory.Removing + """

        trap '' INT TERM HUP
        stopping=$1 root=$2 keep=$3 trials=$4 control=$5; shift 5
        read -r _
        mode=immediate patience=15
        [ "$keep" = yes ] && mode=fast patience=120
        "$@" /bin/sh -c "$stopping" stop "$root/data" $mode $patience "$control"
        take_back "$root/huge-pages" /proc/sys/vm/nr_overcommit_hugepages /proc/sys/vm/nr_hugepages
        [ "$keep" = yes ] || remove "$root" "$trials"
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

    /// <summary>Does at once what a watch does in the end: for what a program left that was killed together with its watch.</summary>
    /// <returns>Why the directory could not be removed; null when it is gone.</returns>
    public static async Task<string?> RemoveNowAsync(
        ClusterDirectory directory, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        var end = await ProgramEnd.OfAsync(["/bin/sh", .. Words(directory, binaries, keep: false, trials: 1)], "", cancellationToken);
        return Directory.Exists(directory.Root) ? $"rm ended with code {end.ExitCode}: {end.Errors.Trim()}" : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_shell is null)
        {
            if (!_keep) Require(await _directory.RemoveAsync(_binaries, CancellationToken.None));
            else await ServerAccount.RunAsync(_binaries.PgCtl, ["stop", "-D", _directory.Data, "-m", "fast", "-w"], CancellationToken.None);
            return;
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync(CancellationToken.None);
        _shell.Dispose();
        if (!_keep && Directory.Exists(_directory.Root)) Require("rm failed");
    }

    /// <param name="fault">Null for none.</param>
    private void Require(string? fault)
    {
        if (fault is not null)
            throw new HarnessException(
                $"The private PostgreSQL server's directory {_directory.Root} could not be removed: {fault}. Remove it by hand.");
    }

    private static string[] Words(ClusterDirectory directory, PostgresBinaries binaries, bool keep, int trials) =>
    [
        "-c", Script, "watch", Stopping, directory.Root, keep ? "yes" : "no", $"{trials}", binaries.PgCtl, .. ServerAccount.Prefix,
    ];

    private Process Start()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = PrivateRoot.Above,
        };
        foreach (var word in Words(_directory, _binaries, _keep, WatchedDirectory.Trials)) start.ArgumentList.Add(word);
        var process = Process.Start(start.Clean())
            ?? throw new HarnessException("/bin/sh could not be started; it watches over the private PostgreSQL server.");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
