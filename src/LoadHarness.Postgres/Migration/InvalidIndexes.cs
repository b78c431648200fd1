using System.Text.RegularExpressions;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>
/// What a failed concurrent build leaves behind: an index that costs writes, serves no query, and that <c>if not exists</c> takes for the
/// real one.
/// </summary>
internal static partial class InvalidIndexes
{
    /// <summary>
    /// Schema-qualified and quoted. A build that is under way is not a leftover, nor is a partitioned index that waits for its parts.
    /// </summary>
    /// <param name="files">That made the schema: what is on other tables is theirs.</param>
    public static Task<List<string>> FindAsync(NpgsqlConnection connection, MigrationFiles files, CancellationToken cancellationToken) =>
        connection.TextsAsync(ProgramSql.Of("invalid-indexes"), cancellationToken, (object)files.Tables.ToArray());

    /// <summary>Drops the leftover of the index that the statement is about to build.</summary>
    public static async Task ClearTheWayAsync(
        NpgsqlConnection connection, MigrationFiles files, string sql, IStageProgress progress, CancellationToken cancellationToken)
    {
        var match = ConcurrentBuild().Match(sql);
        if (!match.Success)
            return;
        foreach (var index in await FindAsync(connection, files, cancellationToken))
        {
            if (index.Split('.')[^1].Trim('"') != match.Groups["name"].Value)
                continue;
            progress.Note($"Dropping the invalid index {index} that an interrupted build left, and building it again.");
            await connection.ExecuteAsync($"drop index concurrently if exists {index}", cancellationToken);
        }
    }

    /// <summary>Rebuilds leftovers that no step is about to build. One that cannot be built is named, and stays as it is.</summary>
    public static async Task RepairAsync(
        NpgsqlConnection connection, MigrationFiles files, IStageProgress progress, CancellationToken cancellationToken)
    {
        var found = await FindAsync(connection, files, cancellationToken);
        foreach (var copy in found.Where(index => HalfBuiltCopy().IsMatch(index))) await TryDropAsync(copy);
        foreach (var index in found.Where(index => !HalfBuiltCopy().IsMatch(index)))
        {
            progress.Note($"Rebuilding the invalid index {index}.");
            try
            {
                await connection.ExecuteAsync($"reindex index concurrently {index}", cancellationToken);
            }
            catch (PostgresException refused)
            {
                progress.Note($"The index {index} stays invalid: {refused.MessageText}. Drop it, or build it again when that is fixed.");
                foreach (var copy in (await FindAsync(connection, files, cancellationToken)).Except(found)) await TryDropAsync(copy);
            }
        }

        async Task TryDropAsync(string copy)
        {
            progress.Note($"Dropping the half-built copy {copy}.");
            try
            {
                await connection.ExecuteAsync($"drop index concurrently if exists {copy}", cancellationToken);
            }
            catch (PostgresException refused)
            {
                progress.Note($"The half-built copy {copy} stays: {refused.MessageText}. Drop it when that is fixed.");
            }
        }
    }

    // As reindex concurrently names the new one, and the old one until it is dropped.
    [GeneratedRegex(@"_cc(new|old)\d*""?$")]
    private static partial Regex HalfBuiltCopy();

    [GeneratedRegex(@"^\s*create\s+(unique\s+)?index\s+concurrently\s+(if\s+not\s+exists\s+)?(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex ConcurrentBuild();
}
