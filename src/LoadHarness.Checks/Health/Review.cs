using System.Text.Json.Serialization;
using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Checks.Health;

/// <summary>One table of a review: texts as a person reads them.</summary>
public sealed record ReviewSection(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>
    /// Why there is no table, when the server refused the question or gave no answer in time. Null also where it lacks what is asked for.
    /// </summary>
    [JsonIgnore]
    public NpgsqlException? Fault { get; init; }
}

/// <summary>OP-1: the week's review. OP-2: the month's.</summary>
public static class Review
{
    /// <summary>How long the answer to a section is waited for; then it is told as unavailable.</summary>
    internal const int TimeoutSeconds = 300;

    private static readonly IReadOnlyList<SqlEntry> Week = SqlFile.Read("title", SqlFile.Shipped("review", "weekly.sql"));

    private static readonly IReadOnlyList<SqlEntry> Month = SqlFile.Read("title", SqlFile.Shipped("review", "monthly.sql"));

    /// <exception cref="HarnessException">The database's schema is not migrated.</exception>
    public static Task<IReadOnlyList<ReviewSection>> WeeklyAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        ReadAsync(source, Week, cancellationToken);

    /// <exception cref="HarnessException">The database's schema is not migrated.</exception>
    public static Task<IReadOnlyList<ReviewSection>> MonthlyAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        ReadAsync(source, Month, cancellationToken);

    /// <summary>Each part, whatever becomes of the ones before it.</summary>
    internal static async Task<IReadOnlyList<ReviewSection>> ReadAsync(
        NpgsqlDataSource source, IReadOnlyList<SqlEntry> parts, CancellationToken cancellationToken, int timeoutSeconds = TimeoutSeconds)
    {
        var sections = new List<ReviewSection>();
        foreach (var part in parts)
        {
            try
            {
                sections.Add(await SectionAsync(source, part.Name, part.Statements[0], timeoutSeconds, cancellationToken));
            }
            catch (PostgresException e) when (
                e.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectNotInPrerequisiteState)
            {
                sections.Add(Unavailable(part.Name, e.MessageText));
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedTable)
            {
                throw new HarnessException(
                    $"The review needs the migrated schema: {e.MessageText}. Run the migrate verb on this database first.",
                    ExitCode.Fault, e);
            }
            catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
            {
                sections.Add(Unavailable(part.Name, StatementFaults.Words(e, timeoutSeconds)) with { Fault = e });
            }
        }

        return sections;
    }

    private static ReviewSection Unavailable(string title, string why) => new(title, ["unavailable"], [[why]]);

    private static async Task<ReviewSection> SectionAsync(
        NpgsqlDataSource source, string title, string sql, int timeoutSeconds, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = timeoutSeconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<IReadOnlyList<string>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add([.. columns.Select((_, i) => reader.IsDBNull(i)
                ? ""
                : Convert.ToString(reader.GetValue(i)) ?? "")]);
        }

        return new ReviewSection(title, columns, rows);
    }
}
