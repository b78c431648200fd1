using LoadHarness.Core;
using LoadHarness.Core.Input;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Set-up, clean-up and the like: one statement after the other, each a transaction of its own, unless they say begin.</summary>
public static class SqlScript
{
    private const long LargestFile = 100_000_000;

    /// <summary>A file that is no part of a workload's folder.</summary>
    /// <param name="place">The file, for messages.</param>
    /// <exception cref="HarnessException">It cannot be read, or is no SQL; all that is wrong is named.</exception>
    public static IReadOnlyList<SqlStatement> Read(string path, string place)
    {
        var (bytes, fault) = InputFile.Read(path, LargestFile, "Give a file of SQL statements");
        if (fault is not null) throw Refused([fault]);
        var (statements, faults) = StatementFile.ReadScript(bytes);
        return faults.Count == 0 ? statements : throw Refused(faults);

        HarnessException Refused(IReadOnlyList<InputFault> wrong) =>
            new(string.Join(Environment.NewLine, InputFault.Lines(place, wrong)), ExitCode.BadUsage);
    }

    /// <param name="place">The file, for messages.</param>
    /// <exception cref="HarnessException">The server refuses a statement; its line is named.</exception>
    public static async Task RunAsync(
        string connectionString, string place, IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        // What a script sets ends with its session.
        await using var connection = await SingleSession.OpenAsync(new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = 0, ApplicationName = "loadharness/script",
        }, cancellationToken);
        await RunAsync(connection, place, statements, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(string, string, IReadOnlyList{SqlStatement}, CancellationToken)"/>
    /// <param name="connection">Keeps what the script sets.</param>
    public static async Task RunAsync(
        NpgsqlConnection connection, string place, IReadOnlyList<SqlStatement> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            try
            {
                await connection.ExecuteAsync(statement.Text, cancellationToken);
            }
            catch (PostgresException refused)
            {
                throw new HarnessException(
                    $"{place}: line {statement.LineOf(refused.Position)}: the server refuses it: {refused.SqlState}: "
                        + $"{refused.MessageText}. Correct it; what stands above it was run.",
                    ExitCode.BadUsage, refused);
            }
        }
    }
}
