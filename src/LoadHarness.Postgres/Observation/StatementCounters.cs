using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>pg_stat_statements, as differences around a scenario: lifetime totals say nothing about it.</summary>
internal static class StatementCounters
{
    /// <summary>The statements that take the most time; the rest is noise in a report.</summary>
    private const int Kept = 12;

    /// <summary>Longer texts are cut: the report names statements, it does not print them whole.</summary>
    private const int LongestText = 300;

    private const string Query =
        """
        select queryid, min(query), sum(calls)::bigint, sum(total_exec_time), sum(rows)::bigint,
               sum(shared_blks_hit)::bigint, sum(shared_blks_read)::bigint, sum(wal_bytes)::bigint
        from pg_stat_statements
        where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null
        group by queryid
        """;

    /// <returns>By query id; empty where the extension is not there.</returns>
    public static async Task<IReadOnlyDictionary<long, StatementStatistics>> ReadAsync(NpgsqlDataSource admin, CancellationToken stop)
    {
        var counters = new Dictionary<long, StatementStatistics>();
        try
        {
            await using var command = admin.CreateCommand(Query);
            await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
            while (await reader.ReadAsync(stop).ConfigureAwait(false))
            {
                counters[reader.GetInt64(0)] = new(
                    "", Text(reader.GetString(1)), reader.GetInt64(2), TimeSpan.FromMilliseconds(reader.GetDouble(3)), TimeSpan.Zero,
                    reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
            }
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InsufficientPrivilege)
        {
            return counters;
        }

        return counters;
    }

    public static IEnumerable<StatementStatistics> Difference(
        string scenario, IReadOnlyDictionary<long, StatementStatistics> before, IReadOnlyDictionary<long, StatementStatistics> after) =>
        after.Select(entry => Less(scenario, entry.Value, before.GetValueOrDefault(entry.Key)))
            .Where(statement => statement.Calls > 0)
            .OrderByDescending(statement => statement.TotalTime)
            .Take(Kept);

    private static StatementStatistics Less(string scenario, StatementStatistics after, StatementStatistics? before)
    {
        var calls = after.Calls - (before?.Calls ?? 0);
        var total = after.TotalTime - (before?.TotalTime ?? TimeSpan.Zero);
        return new(
            scenario, after.Statement, calls, total, calls > 0 ? total / calls : TimeSpan.Zero,
            after.Rows - (before?.Rows ?? 0),
            after.SharedBlocksHit - (before?.SharedBlocksHit ?? 0),
            after.SharedBlocksRead - (before?.SharedBlocksRead ?? 0),
            after.WalBytes - (before?.WalBytes ?? 0));
    }

    private static string Text(string query)
    {
        var line = string.Join(' ', query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestText ? line : line[..LongestText] + "...";
    }
}
