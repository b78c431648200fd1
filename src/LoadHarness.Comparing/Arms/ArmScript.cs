using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>
/// Runs files of an arm's own, and gives the planner the statistics of what they touched: autovacuum, which else does so, is off.
/// </summary>
internal static class ArmScript
{
    // The counts of a session that has not told them yet are missing in every other one.
    private const string TellCounts = "select pg_stat_force_next_flush()";

    /// <exception cref="HarnessException">The file cannot be read, or is no SQL.</exception>
    public static IReadOnlyList<SqlStatement> Read(string file) => SqlScript.Read(file, PlaceOf(file));

    /// <param name="connection">To the same database. It stays as it is, whatever the files set.</param>
    /// <exception cref="HarnessException">A file cannot be read, or the server refused a statement.</exception>
    public static async Task RunAsync(
        NpgsqlDataSource admin, NpgsqlConnection connection, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0) return;
        await connection.ExecuteAsync(TellCounts, cancellationToken);
        var before = await MarksAsync(connection, cancellationToken);
        foreach (var file in files) await RunAsync(admin, file, cancellationToken);
        var after = await MarksAsync(connection, cancellationToken);
        foreach (var table in after.Except(before).Select(mark => mark.Table).Distinct().Order(StringComparer.Ordinal))
            await connection.ExecuteAsync($"analyze {table}", cancellationToken);
    }

    private static async Task RunAsync(NpgsqlDataSource admin, string file, CancellationToken cancellationToken)
    {
        var statements = Read(file);
        // What a file sets ends with its session.
        await using var session = SingleSession.To(admin);
        await session.OpenAsync(cancellationToken);
        try
        {
            await SqlScript.RunAsync(session, PlaceOf(file), statements, cancellationToken);
        }
        catch (HarnessException fault) when (fault.InnerException is PostgresException refused && !ArmCluster.IsOfWords(refused))
        {
            throw new HarnessException(fault.Message, ExitCode.Fault, fault.InnerException);
        }

        await session.ExecuteAsync(TellCounts, cancellationToken);
    }

    private static Task<List<(string Table, string Mark)>> MarksAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ListAsync(ProgramSql.Of("table-marks"), row => (row.GetString(0), row.GetString(1)), cancellationToken);

    private static string PlaceOf(string file) => $"sql={file}";
}
