using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>A database as it is, but with counters that began 400 days ago.</summary>
internal static class Aged
{
    public static async Task<NpgsqlDataSource> OpenAsync(TestDatabase database)
    {
        // Before PostgreSQL 17 a statement has no time of its own.
        await database.Owner.ExecuteAsync(
            """
            create schema aged;
            create view aged.pg_stat_archiver as select now() - interval '400 days' as stats_reset;
            create view aged.pg_stat_statements_info as select 0::bigint as dealloc, now() - interval '400 days' as stats_reset;
            create view aged.pg_stat_statements as
            select userid, dbid, toplevel, queryid, query, calls, mean_exec_time from public.pg_stat_statements
            """);
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            SearchPath = "aged, pg_catalog, public",
        }.ConnectionString);
    }
}
