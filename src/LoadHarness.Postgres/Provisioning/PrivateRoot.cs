using CliWrap;
using CliWrap.Buffered;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// The directory below <see cref="ServersPlace.Root"/> in which this user's private servers and small files live, and into which nobody
/// else can put anything.
/// </summary>
/// <remarks>The place is everybody's, as a temporary directory is: what lies in it under our name may be another user's trap.</remarks>
public static class PrivateRoot
{
    // The server's account passes through it: root's servers run as another user. It can neither list nor write it.
    private const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Made when another user took the name of the shared one: once, since it stays.
    private static readonly Lazy<string> Spare = new(() => Make(Path.Combine(ServersPlace.Root, $"loadharness-{Guid.NewGuid():N}")));

    /// <summary>
    /// The machine's temporary directory, to work in. Nothing of this program lies in it itself: see <see cref="WatchedDirectory"/>.
    /// </summary>
    public static string Above => Path.GetTempPath();

    private static UnixFileMode Mode => ServerAccount.Prefix.Count > 0 ? Passable : Own;

    /// <summary>The one that all runs of this user share; null when another user took its name.</summary>
    public static async Task<string?> SharedAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) return Make(Path.Combine(ServersPlace.Root, "loadharness"));
        var user = (await Cli.Wrap("id").WithArguments("-u").ExecuteBufferedAsync(cancellationToken)).StandardOutput.Trim();
        var path = Path.Combine(ServersPlace.Root, $"loadharness-{user}");
        // Does nothing where there is something of that name already, whatever it is.
        try
        {
            Make(path);
        }
        catch (IOException)
        {
            return null;
        }

        return await IsOwnAsync(path, user, cancellationToken) ? path : null;
    }

    /// <summary>As the shared one, or one that nobody could have made before.</summary>
    public static async Task<string> FindAsync(CancellationToken cancellationToken) =>
        await SharedAsync(cancellationToken) ?? Spare.Value;

    /// <summary>A new directory of this process in it. A file there says whose it is, for programs that look for what was left.</summary>
    /// <param name="kind">What its name begins with.</param>
    public static Task<string> MakeOwnedAsync(string kind, CancellationToken cancellationToken) =>
        MakeOwnedAsync(kind, Mode, cancellationToken);

    /// <summary>As <see cref="MakeOwnedAsync(string, CancellationToken)"/>, but the server's account cannot pass through it.</summary>
    public static Task<string> MakeClosedAsync(string kind, CancellationToken cancellationToken) =>
        MakeOwnedAsync(kind, Own, cancellationToken);

    private static async Task<string> MakeOwnedAsync(string kind, UnixFileMode mode, CancellationToken cancellationToken)
    {
        var path = Path.Combine(await FindAsync(cancellationToken), $"{kind}-{Guid.NewGuid().ToString("N")[..12]}");
        var directory = Make(path, mode);
        await WriteAsync(OwnerOf(directory), ProcessMark.OfThis, cancellationToken);
        return directory;
    }

    /// <summary>The file with the <see cref="ProcessMark"/> of the process that a directory belongs to.</summary>
    public static string OwnerOf(string directory) => Path.Combine(directory, "owner");

    // A directory and no link, of this user, that nobody else may write. Later nobody else can replace it: the directory above lets only
    // owners rename.
    private static async Task<bool> IsOwnAsync(string path, string user, CancellationToken cancellationToken)
    {
        var found = await Cli.Wrap("find")
            .WithArguments(["-P", path, "-prune", "-type", "d", "-user", user, "!", "-perm", "-020", "!", "-perm", "-002"])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        return found.StandardOutput.Trim() == path;
    }

    /// <summary>A directory of this user, which the server's account can pass through.</summary>
    private static string Make(string path) => Make(path, Mode);

    private static string Make(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, mode);
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }

    /// <summary>A new file that this user alone may read.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text.AsMemory(), cancellationToken);
    }
}
