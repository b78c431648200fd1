using System.Diagnostics;
using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core;
using LoadHarness.Core.Options;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Who the server runs as. initdb and postgres refuse root, so root hands them to the system user <c>postgres</c>.</summary>
public static class ServerAccount
{
    public const string SystemUser = "postgres";

    /// <summary>Words before a command that make it run as the server's account; empty when this account will do.</summary>
    public static IReadOnlyList<string> Prefix { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={SystemUser}", $"--regid={SystemUser}", "--clear-groups", "--"]
        : [];

    /// <summary>Runs a program as the server's account. A program that it started may run on.</summary>
    /// <exception cref="HarnessException">The program could not be started, or ended with an error; carries its own words.</exception>
    public static Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(program, arguments, "", cancellationToken);

    /// <summary>Appends to a file of the server's account, as that account: this one, as root, would write through any link.</summary>
    public static async Task AppendAsync(string path, string text, CancellationToken cancellationToken)
    {
        if (Prefix.Count == 0) await File.AppendAllTextAsync(path, text, cancellationToken);
        else await RunAsync("/bin/sh", ["-c", "umask 077; cat >> \"$1\"", "append", path], text, cancellationToken);
    }

    /// <summary>Removes a file of the server's account, as that account, if it is there.</summary>
    public static async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        if (Prefix.Count == 0) File.Delete(path);
        else await RunAsync("rm", ["-f", path], cancellationToken);
    }

    private static async Task<string> RunAsync(
        string program, IReadOnlyList<string> arguments, string input, CancellationToken cancellationToken)
    {
        var end = await ProgramEnd.OfAsync([.. Prefix, program, .. arguments], input, cancellationToken);
        if (end.ExitCode == 0) return end.Output;

        var said = Redaction.Of((end.Errors + end.Output).Trim());
        var remedy = said.Contains("failed to parse reuid", StringComparison.Ordinal)
            ? $" Create the system user '{SystemUser}' (Debian's postgresql-common does), or run as an ordinary user."
            : "";
        throw new HarnessException(
            $"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with code {end.ExitCode}: {said}{remedy}");
    }

    /// <summary>Makes the directory, readable by the server's account alone.</summary>
    public static async Task MakeDirectoryAsync(string directory, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await OwnAsync(directory, cancellationToken);
    }

    /// <summary>Gives a file or directory to the server's account.</summary>
    public static async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (Prefix.Count == 0) return;
        var result = await Cli.Wrap("chown").WithArguments(["-h", $"{SystemUser}:{SystemUser}", path])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        if (!result.IsSuccess)
            throw new HarnessException(
                $"Could not give {path} to the system user '{SystemUser}': "
                    + $"{result.StandardError.Trim()} Install the distribution's postgresql package, or run as an ordinary user.");
    }

    /// <summary>Whether the process runs. One that ended and waits for its parent to notice does not.</summary>
    internal static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsLinux()) return IsRunningOnLinux(processId);
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsRunningOnLinux(int processId)
    {
        try
        {
            // The state is the letter after the command's closing parenthesis; Z is a process that ended already.
            var status = File.ReadAllText($"/proc/{processId}/stat");
            return status[status.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
