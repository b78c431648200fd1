using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>What a table's columns refer to: a row that is written must name one that is there.</summary>
/// <param name="Columns">Of the table.</param>
/// <param name="Target">The other table, ready for a statement.</param>
/// <param name="TargetColumns">In the order of <paramref name="Columns"/>.</param>
internal sealed record ForeignKey(IReadOnlyList<string> Columns, string Target, IReadOnlyList<string> TargetColumns, double TargetRows)
{
    /// <returns>Those of most columns first: they say the most about a row.</returns>
    public static async Task<IReadOnlyList<ForeignKey>> OfAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) => await connection.ListAsync(
            """
            select array(select a.attname::text from unnest(f.conkey) with ordinality k (number, place)
                         join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number order by k.place),
                   format('%I.%I', n.nspname, t.relname),
                   array(select a.attname::text from unnest(f.confkey) with ordinality k (number, place)
                         join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.number order by k.place),
                   greatest(t.reltuples, 0)::float8
            from pg_constraint f
            join pg_class t on t.oid = f.confrelid
            join pg_namespace n on n.oid = t.relnamespace
            where f.conrelid = to_regclass($1) and f.contype = 'f' and f.confrelid <> f.conrelid
            order by cardinality(f.conkey) desc, f.conname
            """,
            row => new ForeignKey(
                row.GetFieldValue<string[]>(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetDouble(3)),
            cancellationToken, table);
}
