using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// Sees to it that partitioned tables have a partition for each seeded month, so that no row lands in a default partition.
/// </summary>
internal static class PastPartitions
{
    public static async Task EnsureAsync(
        NpgsqlConnection connection, string[] tables, SeedCalendar calendar, CancellationToken cancellationToken)
    {
        var partitioned = await connection.TextsAsync(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'p' and relname = any ($1)",
                cancellationToken, (object)tables);
        foreach (var table in partitioned)
        {
            foreach (var month in await MissingAsync(connection, table, calendar, cancellationToken))
                await CreateAsync(connection, table, month, cancellationToken);
            if (await MissingAsync(connection, table, calendar, cancellationToken) is { Count: > 0 } still)
                throw new HarnessException(
                    $"Table {table} has no partition for {still[0]:yyyy-MM} and none could be made. "
                        + "Call create_monthly_partitions(), then seed again.");
        }
    }

    private static Task<List<DateTime>> MissingAsync(
        NpgsqlConnection connection, string table, SeedCalendar calendar, CancellationToken cancellationToken) =>
        connection.ListAsync(
            ProgramSql.Of("missing-months"), row => row.GetDateTime(0), cancellationToken, table, calendar.OldestMonth,
            calendar.NewestMonth);

    // The optimized schema has its own way, which also sets the partition's owner and row security. Without it: format() quotes the names,
    // and the bounds are UTC months whatever the session's time zone is.
    private static async Task CreateAsync(NpgsqlConnection connection, string table, DateTime month, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<bool>(
            "select to_regprocedure('public.add_month_partitions(regclass, date, date)') is not null", cancellationToken))
        {
            await connection.ExecuteAsync(
                "select add_month_partitions(('public.' || $1)::regclass, $2::date, $2::date)", cancellationToken, table,
                DateOnly.FromDateTime(month));
            return;
        }

        var statement = await connection.ScalarAsync<string>(
            """
            select format('create table %I partition of %I for values from (%L) to (%L)', $1 || to_char($2::timestamp, '"_p"YYYY_MM'), $1,
                          ($2::timestamp)::text || '+00', ($2::timestamp + interval '1 month')::text || '+00')
            """,
            cancellationToken,
            table, DateTime.SpecifyKind(month, DateTimeKind.Unspecified));
        await connection.ExecuteAsync(statement!, cancellationToken);
    }
}
