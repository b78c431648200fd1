using CliWrap;
using CliWrap.Buffered;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.Comparing.Arms;

/// <summary>The SQL files that an arm is built from, in a folder. That of a git revision is temporary and goes with the object.</summary>
public sealed class SqlFolder : IDisposable
{
    private readonly bool _temporary;

    private SqlFolder(string path, bool temporary) => (Path, _temporary) = (path, temporary);

    public string Path { get; }

    public MigrationFiles Migrations => MigrationFiles.Read(Path);

    /// <exception cref="HarnessException">The revision or the folder is not there, or has no schema.sql.</exception>
    public static async Task<SqlFolder> OfAsync(ArmSchema schema, CancellationToken cancellationToken) => schema switch
    {
        ArmSchema.Revision revision => await OfRevisionAsync(revision.Name, cancellationToken),
        ArmSchema.Folder folder => new(Checked(System.IO.Path.GetFullPath(folder.Path)), temporary: false),
        _ => new(System.IO.Path.Combine(AppContext.BaseDirectory, "sql"), temporary: false),
    };

    public void Dispose()
    {
        if (_temporary) Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
    }

    private static async Task<SqlFolder> OfRevisionAsync(string revision, CancellationToken cancellationToken)
    {
        // A revision that begins with a dash would be an option of git.
        if (revision.StartsWith('-')) throw new HarnessException($"git:{revision} is no revision.", ExitCode.BadUsage);
        var root = Directory.CreateTempSubdirectory("loadharness-sql-").FullName;
        var folder = new SqlFolder(System.IO.Path.Combine(root, "sql"), temporary: true);
        try
        {
            var archive = System.IO.Path.Combine(root, "sql.tar");
            var top = (await GitAsync(["rev-parse", "--show-toplevel"], cancellationToken)).Trim();
            await GitAsync(["-C", top, "archive", "--format=tar", $"--output={archive}", revision, "sql"], cancellationToken);
            await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(archive, root, overwriteFiles: false, cancellationToken);
            Checked(folder.Path);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static string Checked(string path) => File.Exists(System.IO.Path.Combine(path, "schema.sql"))
        ? path
        : throw new HarnessException($"{path} holds no schema.sql. Give a folder like sql/ of this project.", ExitCode.BadUsage);

    private static async Task<string> GitAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var result = await Cli.Wrap("git").WithArguments(arguments).WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellationToken);
        return result.IsSuccess
            ? result.StandardOutput
            : throw new HarnessException($"git {string.Join(' ', arguments)}: {result.StandardError.Trim()} Give a revision of the repository that you are in.", ExitCode.BadUsage);
    }
}
