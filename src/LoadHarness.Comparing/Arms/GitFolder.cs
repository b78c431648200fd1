using System.ComponentModel;
using System.Formats.Tar;
using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Comparing.Arms;

/// <summary>A folder of a repository as it was at a revision, in a temporary place that goes with the object.</summary>
internal sealed class GitFolder : IAsyncDisposable
{
    private const string HowToDeepen =
        "This clone is shallow and lacks earlier commits: run git fetch --unshallow; in a workflow give actions/checkout fetch-depth: 0.";

    private readonly WatchedDirectory _root;

    private GitFolder(WatchedDirectory root, string path) => (_root, Path) = (root, path);

    public string Path { get; }

    /// <summary>A folder below the top of the repository that the program was started in.</summary>
    /// <exception cref="HarnessException">There is no repository, no such revision, or no such folder in it.</exception>
    public static async Task<GitFolder> OfTopAsync(string revision, string name, CancellationToken cancellationToken) =>
        await ExtractAsync(".", revision, name, cancellationToken);

    /// <summary>A folder of the disk, as it was.</summary>
    /// <exception cref="HarnessException">It lies in no repository, or there is no such revision, or it was not there then.</exception>
    public static async Task<GitFolder> OfAsync(string revision, string folder, CancellationToken cancellationToken)
    {
        var prefix = (await GitAsync(folder, ["rev-parse", "--show-prefix"], cancellationToken)).Trim().TrimEnd('/');
        return await ExtractAsync(folder, revision, prefix, cancellationToken);
    }

    /// <summary>The commit that a revision names today: a branch names another one tomorrow.</summary>
    /// <param name="within">A folder of the repository.</param>
    /// <returns>Its whole hash.</returns>
    /// <exception cref="HarnessException">There is no repository, or no such commit in it.</exception>
    public static async Task<string> CommitOfAsync(string revision, string within, CancellationToken cancellationToken)
    {
        RequireRevision(revision);
        return (await GitAsync(within, ["rev-parse", "--verify", $"{revision}^{{commit}}"], cancellationToken)).Trim();
    }

    public ValueTask DisposeAsync() => _root.DisposeAsync();

    private static async Task<GitFolder> ExtractAsync(string within, string revision, string name, CancellationToken cancellationToken)
    {
        RequireRevision(revision);
        var root = await WatchedDirectory.MakeClosedAsync("git", cancellationToken);
        // Apart from the archive and the word of who made this: a repository may have files of these names.
        var tree = System.IO.Path.Combine(root.Root, "tree");
        var folder = new GitFolder(root, System.IO.Path.Combine(tree, name));
        try
        {
            Directory.CreateDirectory(tree);
            var archive = System.IO.Path.Combine(root.Root, "archive.tar");
            string[] part = name.Length > 0 ? [revision, name] : [revision];
            var top = (await GitAsync(within, ["rev-parse", "--show-toplevel"], cancellationToken)).Trim();
            await GitAsync(top, ["archive", "--format=tar", $"--output={archive}", .. part], cancellationToken);
            await TarFile.ExtractToDirectoryAsync(archive, tree, overwriteFiles: false, cancellationToken);
            return folder;
        }
        catch
        {
            await folder.DisposeAsync();
            throw;
        }
    }

    // One that begins with a dash would be an option of git.
    private static void RequireRevision(string revision)
    {
        if (revision.StartsWith('-')) throw new HarnessException($"git:{revision} is no revision.", ExitCode.BadUsage);
    }

    private static async Task<string> GitAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await RunAsync(folder, arguments, cancellationToken);
        if (result.IsSuccess) return result.StandardOutput;
        var shallow = await RunAsync(folder, ["rev-parse", "--is-shallow-repository"], cancellationToken);
        throw new HarnessException(
            $"git {string.Join(' ', arguments)}: {result.StandardError.Trim()} Give a revision of the repository that holds "
                + $"{System.IO.Path.GetFullPath(folder)}."
                + (shallow.StandardOutput.Trim() == "true" ? $" {HowToDeepen}" : ""), ExitCode.BadUsage);
    }

    private static async Task<BufferedCommandResult> RunAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await Cli.Wrap("git").WithArguments(["-C", folder, .. arguments]).WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(cancellationToken);
        }
        catch (Win32Exception missing)
        {
            throw new HarnessException(
                "git could not be started, and a revision is read with it. Install git and put it on the PATH, or give a folder in place "
                    + "of the revision.", ExitCode.BadUsage, missing);
        }
    }
}
