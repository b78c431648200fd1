using System.Data;
using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>What of a seeding is done, kept in the database it fills: a killed one goes on from here.</summary>
internal sealed class SeedJournal(NpgsqlConnection connection) : IAsyncDisposable
{
    // Any fixed number: it keeps two seedings of one database apart.
    private const long LockKey = 0x5EED_0001;

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(20);

    private bool _locked;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        await connection.ExecuteAsync(ProgramSql.Of("seed-journal"), cancellationToken);
    }

    public async Task<SeedRun?> ReadAsync(CancellationToken cancellationToken)
    {
        var runs = await connection.ListAsync(
            "select identity, leads_per_chunk, indexes_deferred, small_tables_checksum, manifest::text from loadharness.seed_run",
            row => new SeedRun(row.GetString(0), row.GetInt32(1), row.GetBoolean(2), row.IsDBNull(3) ? null : row.GetInt64(3),
                row.IsDBNull(4) ? null : row.GetString(4)),
            cancellationToken);
        return runs.SingleOrDefault();
    }

    public Task StartAsync(SeedRequest request, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        with counted as (
            insert into loadharness.seed_new_leads (set_aside) values (0) on conflict (singleton) do update set set_aside = 0
        )
        insert into loadharness.seed_run (identity, leads_per_chunk, indexes_deferred)
        select $1, $2, exists (select 1 from loadharness.seed_deferred)
        """,
        cancellationToken,
        request.Identity, request.LeadsPerChunk);

    /// <summary>
    /// Empties the tables, all that refer to them, and the journal, all or nothing: a journal that outlived its rows would call them
    /// seeded.
    /// </summary>
    /// <param name="tables">Names, with their schema.</param>
    public Task ForgetWithAsync(IEnumerable<string> tables, CancellationToken cancellationToken) =>
        LockConflicts.RetryAsync(
            () => connection.ExecuteAsync(
                $"truncate loadharness.seed_run, loadharness.seed_chunk, loadharness.seed_time, {string.Join(", ", tables)} cascade",
                cancellationToken),
            cancellationToken);

    public Task<List<SeedChunk>> ChunksAsync(string table, CancellationToken cancellationToken) => connection.ListAsync(
        "select first_lead, rows, bytes, checksum, seconds from loadharness.seed_chunk where table_name = $1",
        row => new SeedChunk(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), (ulong)row.GetInt64(3), row.GetDouble(4)),
        cancellationToken,
        table);

    /// <summary>Inside the transaction that holds the rows themselves.</summary>
    /// <returns>False when another session has recorded the chunk already: then the transaction must not commit.</returns>
    public static async Task<bool> RecordAsync(
        NpgsqlConnection connection, string table, SeedChunk chunk, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(
            "insert into loadharness.seed_chunk values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            cancellationToken,
            table, chunk.FirstLead, chunk.Rows, chunk.Bytes, (long)chunk.Checksum, chunk.Seconds) == 1;

    public Task SetSmallTablesAsync(ulong checksum, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("update loadharness.seed_run set small_tables_checksum = $1", cancellationToken, (long)checksum);

    public Task SetManifestAsync(string json, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("update loadharness.seed_run set manifest = $1::jsonb", cancellationToken, json);

    // A pooled connection keeps its session, and so the lock, after it is closed.
    public async ValueTask DisposeAsync()
    {
        if (!_locked || connection.State != ConnectionState.Open) return;
        try
        {
            await connection.ExecuteAsync("select pg_advisory_unlock($1)", CancellationToken.None, LockKey);
        }
        catch (NpgsqlException) when (connection.State != ConnectionState.Open)
        {
            // The session has ended, and the lock with it. What ended it is what the caller tells.
        }
    }

    // After a kill the old session may still be on its way out, so one try is not enough.
    private async Task LockAsync(CancellationToken cancellationToken)
    {
        var deadline = DateTime.UtcNow + LockPatience;
        while (!await connection.ScalarAsync<bool>("select pg_try_advisory_lock($1)", cancellationToken, LockKey))
        {
            if (DateTime.UtcNow > deadline)
                throw new HarnessException(
                    "Another session is seeding this database. "
                        + "Wait until it has ended, or end it (pg_stat_activity shows it), then start again.");
            await Task.Delay(200, cancellationToken);
        }

        _locked = true;
    }
}

/// <param name="SmallTablesChecksum">Null until the small tables are filled.</param>
/// <param name="Manifest">JSON; null until the seeding is complete.</param>
internal sealed record SeedRun(string Identity, int LeadsPerChunk, bool IndexesDeferred, long? SmallTablesChecksum, string? Manifest);

/// <param name="FirstLead">Ordinal in the plan, from 0.</param>
/// <param name="Checksum">Sum of the rows' hashes.</param>
internal sealed record SeedChunk(long FirstLead, long Rows, long Bytes, ulong Checksum, double Seconds);
