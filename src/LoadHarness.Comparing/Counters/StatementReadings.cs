using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Observation;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>pg_stat_statements between two moments, with what ran inside functions.</summary>
internal static class StatementReadings
{
    /// <summary>What the harness sends with each statement: no part of an operation, as <see cref="OwnStatements"/> are none.</summary>
    private const string SentWithEach = "^(select set_config\\(|begin|commit|rollback|discard|deallocate|set |"
        + "select pg_stat_statements|.*from pg_stat_statements)";

    private const string Query =
        """
        select userid::text || ' ' || queryid || ' ' || toplevel, query, not toplevel, calls, rows,
               shared_blks_hit + shared_blks_read, temp_blks_read + temp_blks_written, wal_records, wal_bytes::bigint
        from pg_stat_statements
        where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null and query !~* $1
        order by shared_blks_hit + shared_blks_read desc
        """;

    private const int Kept = 12;

    /// <summary>Why a server's statements cannot be counted; null where they can.</summary>
    public static async Task<string?> FaultAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        try
        {
            await ListAsync(connection, cancellationToken);
            return null;
        }
        catch (PostgresException refused)
        {
            return $"{refused.SqlState}: {refused.MessageText}";
        }
    }

    /// <param name="forget">
    /// On a server of the harness's own: what was counted before is forgotten, so that nothing is pushed out of the list.
    /// </param>
    /// <returns>What the list holds now, by statement.</returns>
    public static async Task<CountedBefore> BeginAsync(NpgsqlDataSource admin, bool forget, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        if (forget) await connection.ExecuteAsync("select pg_stat_statements_reset()", cancellationToken);
        return new(forget ? [] : await ListAsync(connection, cancellationToken));
    }

    /// <param name="calls">Calls of the operation since the beginning.</param>
    public static async Task<OperationCounters> ReadAsync(
        NpgsqlDataSource admin, CountedBefore before, string name, long calls, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var rows = before.Since(await ListAsync(connection, cancellationToken));
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

    private static async Task<List<Row>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var found = await StatementView.FindAsync(connection, cancellationToken);
        var rows = await connection.ListAsync(Query, Row.Of, cancellationToken, SentWithEach);
        return [.. rows.Where(row => !OwnStatements.Have(row.Text))];
    }

    /// <summary>What was counted before an operation was called.</summary>
    internal sealed class CountedBefore
    {
        private readonly Dictionary<string, Row> _rows;

        internal CountedBefore(IReadOnlyList<Row> rows) => _rows = rows.ToDictionary(row => row.Key);

        internal IReadOnlyList<Row> Since(IReadOnlyList<Row> now) =>
            [.. now.Select(row => _rows.TryGetValue(row.Key, out var before) && row.Follows(before) ? row.Without(before) : row)
                .Where(row => row.Calls > 0)
                .OrderByDescending(row => row.Blocks)];
    }

    /// <param name="Key">User, statement, and whether it ran inside a function.</param>
    internal sealed record Row(string Key, string Text, bool Nested, long Calls, long Rows, long Blocks, long TemporaryBlocks,
        long WalRecords,
        long WalBytes)
    {
        public static Row Of(NpgsqlDataReader row) => new(
            row.GetString(0), string.Join(' ', row.GetString(1).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
            row.GetBoolean(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8));

        private long[] Counters => [Calls, Rows, Blocks, TemporaryBlocks, WalRecords, WalBytes];

        /// <inheritdoc cref="StatementGrowth.IsOf"/>
        public bool Follows(Row before) => StatementGrowth.IsOf(before.Counters, Counters);

        public Row Without(Row before) => this with
        {
            Calls = Calls - before.Calls,
            Rows = Rows - before.Rows,
            Blocks = Blocks - before.Blocks,
            TemporaryBlocks = TemporaryBlocks - before.TemporaryBlocks,
            WalRecords = WalRecords - before.WalRecords,
            WalBytes = WalBytes - before.WalBytes,
        };
    }
}
