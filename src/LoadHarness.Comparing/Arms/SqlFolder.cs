using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Comparing.Arms;

/// <summary>The SQL files that an arm is built from, in a folder. That of a git revision is temporary and goes with the object.</summary>
public sealed class SqlFolder : IAsyncDisposable
{
    private readonly GitFolder? _revision;

    private SqlFolder(string path, GitFolder? revision = null) => (Path, _revision) = (path, revision);

    public string Path { get; }

    public MigrationFiles Migrations => MigrationFiles.Read(Path);

    /// <summary>Another text of a file is another checksum.</summary>
    public string Checksum => ClusterSnapshot.SqlChecksumOf(Path);

    private static string OfProgram => System.IO.Path.Combine(AppContext.BaseDirectory, "sql");

    public QueryCatalog Queries => QueryCatalog.Read(QueriesIn(Path));

    /// <exception cref="HarnessException">
    /// The revision or the folder is not there, has no schema.sql or no queries, or has another base schema than the program.
    /// </exception>
    public static async Task<SqlFolder> OfAsync(ArmSchema schema, CancellationToken cancellationToken) => schema switch
    {
        ArmSchema.Revision revision =>
            await CheckedAsync(await GitFolder.OfTopAsync(revision.Name, "sql", cancellationToken), $"git:{revision.Name}"),
        ArmSchema.Folder folder => new(Checked(System.IO.Path.GetFullPath(folder.Path), $"dir:{folder.Path}")),
        _ => new(OfProgram),
    };

    public ValueTask DisposeAsync() => _revision?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<SqlFolder> CheckedAsync(GitFolder revision, string arm)
    {
        try
        {
            return new(Checked(revision.Path, arm), revision);
        }
        catch
        {
            await revision.DisposeAsync();
            throw;
        }
    }

    private static string Checked(string path, string arm)
    {
        if (!File.Exists(SchemaIn(path)))
            throw new HarnessException($"{path} holds no schema.sql. Give a folder like sql/ of this project.", ExitCode.BadUsage);
        if (!StatementsIn(path).SequenceEqual(StatementsIn(OfProgram)))
            throw new HarnessException(
                $"The base schema of {arm} (schema.sql) differs from the program's. Rows are seeded over the program's, so the arm would "
                    + "not have its own. Put what differs into a migration, or into a file for sql=FILE. If the gate's pin is older than a "
                    + "change of the base schema, move it: gate accept --against REV --reason TEXT.",
                ExitCode.BadUsage);
        if (!Directory.Exists(QueriesIn(path)))
            throw new HarnessException(
                $"{arm} has no folder queries, so nothing could be asked of the arm. Give a folder like sql/ of this project.",
                ExitCode.BadUsage);
        return path;
    }

    // A comment makes no other schema, and git may write other line endings.
    private static IEnumerable<string> StatementsIn(string path) => File.ReadLines(SchemaIn(path)).Select(line => line.TrimEnd())
        .Where(line => line.Length > 0 && !line.TrimStart().StartsWith("--", StringComparison.Ordinal));

    private static string SchemaIn(string path) => System.IO.Path.Combine(path, "schema.sql");

    private static string QueriesIn(string path) => System.IO.Path.Combine(path, "queries");
}
