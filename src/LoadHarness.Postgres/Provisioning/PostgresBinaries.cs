using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Server programs of one PostgreSQL installation on this machine.</summary>
/// <param name="Directory">Holds initdb, postgres and pg_ctl.</param>
public sealed record PostgresBinaries(string Directory, int MajorVersion)
{
    public const int OldestSupported = 15;
    public const int NewestSupported = 18;

    private static readonly string[] LibraryEndings = [".so", ".dylib", ".dll"];

    public string InitDb => PathOf("initdb");

    public string PgCtl => PathOf("pg_ctl");

    public string PathOf(string program) => Path.Combine(Directory, OperatingSystem.IsWindows() ? program + ".exe" : program);

    /// <summary>The newest supported installation, or null.</summary>
    public static Task<PostgresBinaries?> FindAsync(CancellationToken cancellationToken) => FindAsync(null, cancellationToken);

    /// <summary>The installation of one major version, or the newest supported one; null where there is none.</summary>
    public static async Task<PostgresBinaries?> FindAsync(int? major, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Candidates().Where(IsServer).Select(Resolved).Distinct())
            if (await VersionOfAsync(directory, cancellationToken) is { } version and >= OldestSupported and <= NewestSupported)
                found.Add(new PostgresBinaries(directory, version));
        return found.Where(binaries => major is null || binaries.MajorVersion == major).MaxBy(binaries => binaries.MajorVersion);
    }

    /// <inheritdoc cref="FindAsync(int?, CancellationToken)"/>
    /// <exception cref="HarnessException">There is none; the message names the ways out.</exception>
    public static async Task<PostgresBinaries> RequireAsync(int? major, CancellationToken cancellationToken) =>
        await FindAsync(major, cancellationToken) ?? throw NoneFound();

    /// <summary>Whether a module such as pg_cron can be named in shared_preload_libraries; the server would not start otherwise.</summary>
    public async Task<bool> HasLibraryAsync(string library, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(Path.GetDirectoryName(Directory)!, "lib");
        if (File.Exists(PathOf("pg_config")))
        {
            var result = await Cli.Wrap(PathOf("pg_config")).WithArguments("--pkglibdir").ExecuteBufferedAsync(cancellationToken);
            directory = result.StandardOutput.Trim();
        }

        return LibraryEndings.Any(ending => File.Exists(Path.Combine(directory, library + ending)));
    }

    private static IEnumerable<string> Candidates() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Below("/usr/lib/postgresql", "bin"))
            .Concat(["/usr/pgsql-18/bin", "/usr/pgsql-17/bin", "/usr/pgsql-16/bin", "/usr/pgsql-15/bin"])
            .Concat(Below("/opt/homebrew/opt", "bin", "postgresql@*")).Concat(Below("/usr/local/opt", "bin", "postgresql@*"))
            .Concat(Below(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "bin"));

    private static IEnumerable<string> Below(string parent, string child, string pattern = "*") =>
        System.IO.Directory.Exists(parent)
            ? System.IO.Directory.EnumerateDirectories(parent, pattern).Select(directory => Path.Combine(directory, child))
            : [];

    private static bool IsServer(string directory)
    {
        var here = new PostgresBinaries(directory, 0);
        return File.Exists(here.InitDb) && File.Exists(here.PgCtl) && File.Exists(here.PathOf("postgres"));
    }

    /// <summary>The installation behind a link such as /usr/local/bin/initdb: its libraries and pg_config are there.</summary>
    private static string Resolved(string directory) =>
        File.ResolveLinkTarget(new PostgresBinaries(directory, 0).InitDb, returnFinalTarget: true) is { } target
            ? Path.GetDirectoryName(target.FullName)!
            : directory;

    private static async Task<int?> VersionOfAsync(string directory, CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap(new PostgresBinaries(directory, 0).PathOf("postgres")).WithArguments("--version")
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        var number = result.StandardOutput.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2);
        return int.TryParse(number?.Split('.', 'b', 'r', 'd')[0], out var major) ? major : null;
    }

    public static HarnessException NoneFound() => new(
        $"No PostgreSQL {OldestSupported} to {NewestSupported} server programs (initdb, pg_ctl, postgres) on this machine, "
            + "and no container engine that answers. Either install a server (Debian, Ubuntu: apt-get install postgresql; "
            + "macOS: brew install postgresql@17; Windows: the installer from postgresql.org), or start Docker, "
            + "or give a server with --database \"Host=...;Username=...;Database=...\".");
}
