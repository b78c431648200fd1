using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>What the planner knows of a column.</summary>
/// <param name="Table">Ready for a statement.</param>
/// <param name="Type">Short name of its type, of a domain that of its base type.</param>
/// <param name="CommonValues">The most common, as text; empty where none are.</param>
/// <param name="Bounds">Of the histogram, as text, in order; empty where there is none.</param>
/// <param name="IsKey">The first column of a unique index: no two rows share it.</param>
/// <param name="Rows">Of the table, estimated.</param>
/// <param name="IsSecured">By row security: a session may see few of its rows, and the statistics are of all.</param>
internal sealed record ColumnStatistics(
    string Table, string Column, string Type, IReadOnlyList<string> CommonValues, IReadOnlyList<double> CommonShares,
    IReadOnlyList<string> Bounds, bool IsKey, double Rows, bool IsSecured)
{
    /// <returns>Of the largest table that has such a column; null where none has.</returns>
    public static async Task<ColumnStatistics?> OfLargestAsync(
        NpgsqlConnection connection, string column, CancellationToken cancellationToken)
    {
        var table = await connection.ScalarAsync<string>(
            """
            select c.oid::regclass::text
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            join pg_attribute a on a.attrelid = c.oid and a.attname = $1 and a.attnum > 0 and not a.attisdropped
            where c.relkind in ('r', 'p') and not c.relispartition
            order by greatest(c.reltuples, (select sum(p.reltuples) from pg_inherits h join pg_class p on p.oid = h.inhrelid
                                            where h.inhparent = c.oid)) desc, 1
            limit 1
            """, cancellationToken, column);
        return table is null ? null : await ReadAsync(connection, table, column, cancellationToken);
    }

    /// <returns>Null where the table has no such column.</returns>
    public static async Task<ColumnStatistics?> ReadAsync(
        NpgsqlConnection connection, string table, string column, CancellationToken cancellationToken)
    {
        var found = await connection.ListAsync(
            """
            select format('%I.%I', n.nspname, c.relname), a.attname::text, coalesce(b.typname, t.typname)::text,
                   coalesce(s.most_common_vals::text::text[], '{}'), coalesce(s.most_common_freqs, '{}')::float8[],
                   coalesce(s.histogram_bounds::text::text[], '{}'),
                   exists (select 1 from pg_index i
                       where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1 and i.indkey[0] = a.attnum),
                   greatest(c.reltuples, (select coalesce(sum(p.reltuples), 0) from pg_inherits h join pg_class p on p.oid = h.inhrelid
                                          where h.inhparent = c.oid))::float8,
                   c.relrowsecurity
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attname = $2 and a.attnum > 0 and not a.attisdropped
            join pg_type t on t.oid = a.atttypid
            left join pg_type b on b.oid = t.typbasetype
            left join lateral (
                select * from pg_stats st
                where st.schemaname = n.nspname and st.tablename = c.relname and st.attname = a.attname
                order by st.inherited desc limit 1) s on true
            where c.oid = to_regclass($1) and c.relkind in ('r', 'p', 'm', 'v')
            """,
            row => new ColumnStatistics(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<double[]>(4),
                row.GetFieldValue<string[]>(5), row.GetBoolean(6), row.GetDouble(7), row.GetBoolean(8)),
            cancellationToken, table, column);
        return found.SingleOrDefault();
    }
}
