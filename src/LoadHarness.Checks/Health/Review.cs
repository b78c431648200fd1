using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Checks.Health;

/// <summary>One table of a review: texts as a person reads them.</summary>
public sealed record ReviewSection(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>OP-1: the week's review. OP-2: the month's.</summary>
public static class Review
{
    private static readonly (string Title, string Sql)[] Week =
    [
        ("Slowest statements", "select left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as statement, calls, round(mean_ms::numeric, 2) as mean_ms, round(share_percent::numeric, 1) as share_percent from public.get_query_performance_stats(10)"),
        ("Table growth in 7 days", "select s.table_name, s.row_estimate as rows, pg_size_pretty(s.total_bytes) as size, coalesce(pg_size_pretty(s.total_bytes - h.total_bytes), 'no earlier size') as growth from public.get_table_size_stats() s left join lateral (select total_bytes from public.table_size_history t where t.table_name = s.table_name and t.captured_on <= current_date - 7 order by t.captured_on desc limit 1) h on true limit 15"),
        ("Partition health", "select p.parent::text as table, count(*) as partitions, min(b.from_at)::date as first_month, max(b.to_at)::date as ends, (select coalesce(sum(d.row_count), 0) from public.check_default_partitions() d where d.partition in (select x.partition from public.partition_bounds(p.parent) x)) as default_rows from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent) cross join lateral public.partition_bounds(p.parent) b where not b.is_default group by p.parent"),
        ("Index use", "select table_name, index_name, pg_size_pretty(index_bytes) as size, scans, state from public.get_index_usage_stats() order by state = 'used', index_bytes desc limit 25"),
        ("Jobs", "select job, schedule, coalesce(last_outcome, 'not run') as outcome, coalesce(last_started::timestamptz(0)::text, '') as started, coalesce(last_detail, '') as detail from public.get_job_status()"),
    ];

    private static readonly (string Title, string Sql)[] Month =
    [
        ("Months ahead", "select p.parent::text as table, max(b.to_at)::date as partitions_end from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent) cross join lateral public.partition_bounds(p.parent) b group by p.parent"),
        ("Archived partitions", "select c.relname as partition, pg_size_pretty(pg_total_relation_size(c.oid)) as size from pg_class c where c.relnamespace = to_regnamespace('archive') and c.relkind = 'r' order by 1"),
        ("Capacity outlook", "select table_name, pg_size_pretty(newest) as now, pg_size_pretty(((newest - oldest) * 30.0 / nullif(days, 0))::bigint) as a_month, pg_size_pretty((newest + (newest - oldest) * 365.0 / nullif(days, 0))::bigint) as in_a_year from (select table_name, (array_agg(total_bytes order by captured_on desc))[1] as newest, (array_agg(total_bytes order by captured_on))[1] as oldest, max(captured_on) - min(captured_on) as days from public.table_size_history group by table_name) h order by newest desc limit 15"),
        ("Changed settings", "select name, value, captured_at::timestamptz(0) as since from public.setting_history where captured_at > now() - interval '31 days' order by captured_at desc limit 40"),
    ];

    /// <exception cref="HarnessException">The database's schema is not migrated.</exception>
    public static Task<IReadOnlyList<ReviewSection>> WeeklyAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        ReadAsync(source, Week, cancellationToken);

    /// <exception cref="HarnessException">The database's schema is not migrated.</exception>
    public static Task<IReadOnlyList<ReviewSection>> MonthlyAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        ReadAsync(source, Month, cancellationToken);

    private static async Task<IReadOnlyList<ReviewSection>> ReadAsync(
        NpgsqlDataSource source, (string Title, string Sql)[] parts, CancellationToken cancellationToken)
    {
        var sections = new List<ReviewSection>();
        foreach (var (title, sql) in parts)
        {
            try
            {
                sections.Add(await SectionAsync(source, title, sql, cancellationToken));
            }
            catch (PostgresException e) when (
                e.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.ObjectNotInPrerequisiteState)
            {
                sections.Add(new ReviewSection(title, ["unavailable"], [[e.MessageText]]));
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedTable)
            {
                throw new HarnessException($"The review needs the migrated schema: {e.MessageText}. Run the migrate verb on this database first.", ExitCode.Fault, e);
            }
        }

        return sections;
    }

    private static async Task<ReviewSection> SectionAsync(
        NpgsqlDataSource source, string title, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var rows = new List<IReadOnlyList<string>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add([.. columns.Select((_, i) => reader.IsDBNull(i)
                ? ""
                : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture) ?? "")]);
        }

        return new ReviewSection(title, columns, rows);
    }
}
