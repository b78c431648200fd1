using Npgsql;

namespace LoadHarness.Postgres.Jobs;

/// <summary>The one database of the server in which pg_cron keeps its jobs, as a login finds it.</summary>
internal sealed class CronHome
{
    private readonly string _connectionString;

    private CronHome(string connectionString, string here, string? database, bool isHidden) =>
        (_connectionString, Here, Database, IsHidden) = (connectionString, here, database, isHidden);

    /// <summary>The database of the connection string.</summary>
    public string Here { get; }

    /// <summary>Where the jobs are; null where pg_cron is not loaded, or the login may not read where.</summary>
    public string? Database { get; }

    /// <summary>pg_cron is loaded, and the login may not read in which database it lives.</summary>
    public bool IsHidden { get; }

    public bool IsHere => Database == Here;

    public static async Task<CronHome> FindAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        var here = (await connection.ScalarAsync<string>("select current_database()::text", cancellationToken))!;
        // Not by current_setting, which refuses it to a role that may not read it: pg_settings leaves it out. Where the extension is, there
        // the jobs are: it can be made in no other database.
        var database = await connection.ScalarAsync<string>(
            """
            select coalesce(
                (select nullif(setting, '') from pg_settings where name = 'cron.database_name'),
                (select current_database()::text from pg_extension where extname = 'pg_cron'))
            """, cancellationToken);
        return new(connectionString, here, database, database is null && await IsLoadedAsync(connection, cancellationToken));
    }

    /// <summary>Connections to the jobs' database, which nobody needs again soon.</summary>
    public NpgsqlDataSource Open() =>
        SingleSession.Source(new NpgsqlConnectionStringBuilder(_connectionString) { Database = Database });

    private static async Task<bool> IsLoadedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ScalarAsync<bool>("select current_setting('cron.database_name', true) is not null", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Only a setting that exists is refused.
            return true;
        }
    }
}
