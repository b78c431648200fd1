using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Workloads.Running;

/// <summary>Set-up and clean-up: one statement after the other, each a transaction of its own, unless they say begin.</summary>
public static class SqlScript
{
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
                    ExitCode.BadUsage);
            }
        }
    }
}
