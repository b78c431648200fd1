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
    public static Task<List<string>> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.TextsAsync(
        ProgramSql.Of("invalid-indexes"), cancellationToken);

    /// <summary>Drops the leftover of the index that the statement is about to build.</summary>
    public static async Task ClearTheWayAsync(
        NpgsqlConnection connection, string sql, IStageProgress progress, CancellationToken cancellationToken)
    {
        var match = ConcurrentBuild().Match(sql);
        if (!match.Success)
            return;
        foreach (var index in await FindAsync(connection, cancellationToken))
        {
            if (index.Split('.')[^1].Trim('"') != match.Groups["name"].Value)
                continue;
            progress.Note($"Dropping the invalid index {index} that an interrupted build left, and building it again.");
            await connection.ExecuteAsync($"drop index concurrently if exists {index}", cancellationToken);
        }
    }

    /// <summary>Rebuilds leftovers that no step is about to build.</summary>
    public static async Task RepairAsync(NpgsqlConnection connection, IStageProgress progress, CancellationToken cancellationToken)
    {
        foreach (var index in await FindAsync(connection, cancellationToken))
        {
            var isCopy = index.TrimEnd('"').EndsWith("_ccnew", StringComparison.Ordinal);
            progress.Note(isCopy ? $"Dropping the half-built copy {index}." : $"Rebuilding the invalid index {index}.");
            await connection.ExecuteAsync(
                isCopy ? $"drop index concurrently if exists {index}" : $"reindex index concurrently {index}", cancellationToken);
        }
    }

    [GeneratedRegex(@"^\s*create\s+(unique\s+)?index\s+concurrently\s+(if\s+not\s+exists\s+)?(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex ConcurrentBuild();
}
