using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>pg_stat_statements between two moments, with what ran inside functions.</summary>
internal static class StatementReadings
{
    /// <summary>What the harness sends with each statement, and what the driver asks once a connection: no part of an operation.</summary>
    private const string Own = "^(select set_config\\(|begin|commit|rollback|discard|deallocate|set |select pg_stat_statements|.*pg_catalog\\.pg_type)";

    private const string Query =
        """
        select query, not toplevel, calls, rows,
               shared_blks_hit + shared_blks_read, temp_blks_read + temp_blks_written, wal_records, wal_bytes::bigint
        from pg_stat_statements
        where dbid = (select oid from pg_database where datname = current_database()) and query !~* $1
        order by shared_blks_hit + shared_blks_read desc
        """;

    private const int Kept = 12;

    public static async Task ResetAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("select pg_stat_statements_reset()", cancellationToken);
    }

    /// <param name="calls">Calls of the operation since the reset.</param>
    public static async Task<OperationCounters> ReadAsync(
        NpgsqlDataSource admin, string name, long calls, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(Query, Row.Of, cancellationToken, Own);
        // The counters of a top-level statement hold those of what it ran inside.
        var whole = rows.Where(row => !row.Nested).ToList();
        return new(
            name,
            calls,
            new Dictionary<string, double>
            {
                [CounterNames.Blocks] = (double)whole.Sum(row => row.Blocks) / calls,
                [CounterNames.Rows] = (double)whole.Sum(row => row.Rows) / calls,
                [CounterNames.TemporaryBlocks] = (double)whole.Sum(row => row.TemporaryBlocks) / calls,
                [CounterNames.WalRecords] = (double)whole.Sum(row => row.WalRecords) / calls,
                [CounterNames.WalBytes] = (double)whole.Sum(row => row.WalBytes) / calls,
            },
            [.. rows.Take(Kept).Select(row =>
                new StatementCost(row.Text, row.Nested, (double)row.Calls / calls, (double)row.Blocks / calls, (double)row.Rows / calls))]);
    }

    private sealed record Row(string Text, bool Nested, long Calls, long Rows, long Blocks, long TemporaryBlocks, long WalRecords,
        long WalBytes)
    {
        public static Row Of(NpgsqlDataReader row) => new(
            string.Join(' ', row.GetString(0).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            row.GetBoolean(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7));
    }
}
