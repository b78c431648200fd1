using LoadHarness.Core;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Agents;

/// <summary>
/// The database as one program sees it on its own way there. An agent that reaches another one would measure that, and nobody would see it.
/// </summary>
/// <param name="Schema">Checksum of every step and function that is applied.</param>
/// <param name="Seeding">Checksum of the rows, and when they were seeded.</param>
public sealed record SeenDatabase(string Schema, string Seeding)
{
    /// <exception cref="HarnessException">It was not migrated and seeded by this program.</exception>
    public static async Task<SeenDatabase> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        if (!await connection.ScalarAsync<bool>(
            "select to_regclass('loadharness.journal') is not null and to_regclass('loadharness.seed_run') is not null", cancellationToken))
            throw new HarnessException(
                "The database that LOADHARNESS_DATABASE names was not migrated and seeded by this program. "
                    + "Give the one that the coordinator uses.", ExitCode.BadUsage);
        return new(
            await connection.ScalarAsync<string>(
                """
                select md5(string_agg(concat_ws('/', migration, direction, step, checksum), ','
                    order by migration, direction, step))
                from loadharness.journal
                """,
                cancellationToken) ?? "none",
            await connection.ScalarAsync<string>(
                "select md5(manifest::text) || ' of ' || extract(epoch from started_at) from loadharness.seed_run", cancellationToken)
                    ?? "none");
    }
}
