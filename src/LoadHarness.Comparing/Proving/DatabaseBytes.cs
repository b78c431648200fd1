using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Proving;

/// <summary>Bytes of the schema's tables and indexes, those of partitions included.</summary>
internal static class DatabaseBytes
{
    private const string Query =
        """
        select coalesce(sum(pg_relation_size(c.oid)) filter (where c.relkind = 'i'), 0)::bigint,
               coalesce(sum(pg_total_relation_size(c.oid)) filter (where c.relkind in ('r', 'm')), 0)::bigint
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public'
        """;

    /// <returns>All indexes; all tables with their indexes and what lies outside the rows.</returns>
    public static async Task<(double Indexes, double All)> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(Query, row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        return rows[0];
    }
}
