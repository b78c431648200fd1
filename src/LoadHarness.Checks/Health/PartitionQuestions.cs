using LoadHarness.Core.Verdicts;

namespace LoadHarness.Checks.Health;

/// <summary>Partitions by their bounds, never by their names.</summary>
internal static class PartitionQuestions
{
    public static HealthCheckDefinition DefaultRows { get; } = new(
        "default-partition", "Rows in a default partition", "rows", 1, 1, LimitDirection.AtMost,
        """
        -- Rows of far months are where they belong: no month is made for one tenant's stray date.
        select case when missing_months > 0 then 'red' else 'green' end as status, partition::text as subject,
            case when missing_months > 0 then format('%s rows from %s to %s: %s of their months have no partition', row_count, oldest, newest, missing_months)
                 when row_count > 0 then format('%s rows of far months, from %s to %s', row_count, oldest, newest)
                 else 'empty' end as detail,
            'select public.create_monthly_partitions();' as remedy, case when missing_months > 0 then row_count else 0 end as figure
        from public.check_default_partitions()
        order by row_count desc
        """,
        "public.check_default_partitions()",
        HealthCheckDefinition.NeedsMigration);

    // PT-5: 24 months ahead; the newest of them comes with the job of the 1st, so the rolling window counts 23.
    public static HealthCheckDefinition FutureMonths { get; } = new(
        "future-partitions", "Months ahead without a partition", "months", 1, 1, LimitDirection.AtMost,
        """
        with months as (
            select p.parent, m.month
            from unnest(array['public.email_sends', 'public.lead_activities']::regclass[]) as p (parent)
            cross join generate_series(0, 23) as n (ahead)
            cross join lateral (select date_trunc('month', now() at time zone 'UTC') + make_interval(months => n.ahead) as month) m
        ), missing as (
            select parent, month from months
            where not exists (
                select from public.partition_bounds(parent) b
                where not b.is_default and b.from_at <= month at time zone 'UTC' and b.to_at > month at time zone 'UTC')
        )
        select case when month < now() + interval '3 months' then 'red' else 'yellow' end as status,
            parent::text as subject, format('no partition for %s', to_char(month, 'YYYY-MM')) as detail,
            'select public.create_monthly_partitions();' as remedy, count(*) over () as figure
        from missing
        order by month
        """,
        "public.partition_bounds(regclass)",
        HealthCheckDefinition.NeedsMigration);
}
