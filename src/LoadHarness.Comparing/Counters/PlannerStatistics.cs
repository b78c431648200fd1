using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>Of how many columns of each table the planner has statistics, partitions apart.</summary>
internal static class PlannerStatistics
{
    private const string Query =
        """
        select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname, count(s.staattnum)::int
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        left join pg_statistic s on s.starelid = c.oid
        where c.relkind in ('r', 'm') and c.reltuples > 0
        group by 1
        """;

    public static async Task<IReadOnlyDictionary<string, int>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        try
        {
            var rows = await connection.ListAsync(Query, row => (Table: row.GetString(0), Columns: row.GetInt32(1)), cancellationToken);
            return rows.ToDictionary(row => row.Table, row => row.Columns);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // On a given server, for superusers alone.
            return new Dictionary<string, int>();
        }
    }

    public static IReadOnlyList<StatisticsChange> Compare(IReadOnlyDictionary<string, int> a, IReadOnlyDictionary<string, int> b) =>
        [.. a.Where(table => b.TryGetValue(table.Key, out var columns) && columns != table.Value)
            .Select(table => new StatisticsChange(table.Key, table.Value, b[table.Key]))];
}
