using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.Comparing.Arms;

/// <summary>The SQL files that an arm is built from, in a folder. That of a git revision is temporary and goes with the object.</summary>
public sealed class SqlFolder : IAsyncDisposable
{
    private readonly GitFolder? _revision;

    private SqlFolder(string path, GitFolder? revision = null) => (Path, _revision) = (path, revision);

    public string Path { get; }

    public MigrationFiles Migrations => MigrationFiles.Read(Path);

    /// <exception cref="HarnessException">The revision or the folder is not there, or has no schema.sql.</exception>
    public static async Task<SqlFolder> OfAsync(ArmSchema schema, CancellationToken cancellationToken) => schema switch
    {
        ArmSchema.Revision revision => await CheckedAsync(await GitFolder.OfTopAsync(revision.Name, "sql", cancellationToken)),
        ArmSchema.Folder folder => new(Checked(System.IO.Path.GetFullPath(folder.Path))),
        _ => new(System.IO.Path.Combine(AppContext.BaseDirectory, "sql")),
    };

    public ValueTask DisposeAsync() => _revision?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<SqlFolder> CheckedAsync(GitFolder revision)
    {
        try
        {
            return new(Checked(revision.Path), revision);
        }
        catch
        {
            await revision.DisposeAsync();
            throw;
        }
    }

    private static string Checked(string path) => File.Exists(System.IO.Path.Combine(path, "schema.sql"))
        ? path
        : throw new HarnessException($"{path} holds no schema.sql. Give a folder like sql/ of this project.", ExitCode.BadUsage);
}
