using System.Globalization;
using LoadHarness.Core;
using Npgsql;
using NpgsqlTypes;

namespace LoadHarness.Postgres.Workload;

/// <summary>One lead of an import, as a file would hold it.</summary>
/// <param name="CustomFields">A JSON object.</param>
public sealed record ImportRow(string Email, string? Name, string? Phone, string? Company, string? Position, string? Source, string[] Tags, string CustomFields);

/// <param name="Rejected">Rows kept back with their number and reason in lead_import_rejects.</param>
public sealed record ImportOutcome(long ImportId, long Imported, long Updated, long Rejected);

/// <summary>A bulk import as the application does it: COPY into staging, then merge chunk by chunk, each chunk a transaction (BF-1, BF-2).</summary>
public static class LeadImport
{
    /// <summary>
    /// Rows merged a transaction: locks stay short, and a crash costs one chunk. Readers of the newest leads step over the rows
    /// that imports have not committed yet, so ten imports at once must not hold back many.
    /// </summary>
    private const int Chunk = 2_000;

    private const string CopyRows =
        "copy lead_import_rows (import_id, row_number, email, name, phone, company, position, source, tags, custom_fields) from stdin (format binary)";

    /// <param name="mergers">Sessions that merge at once.</param>
    /// <param name="step">Measures a part of the import under its name.</param>
    /// <exception cref="HarnessException">The import can't be finished by calling again; its state is kept and the message names it.</exception>
    public static async Task<ImportOutcome> RunAsync(
        TenantDatabase app, string source, IEnumerable<ImportRow> rows, int mergers, Func<string, Func<Task>, Task> step, CancellationToken stop)
    {
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, $2)", [source], stop).ConfigureAwait(false);
        await step("copy", () => CopyAsync(app, import, rows, stop)).ConfigureAwait(false);
        await step("merge", () => MergeAsync(app, import, mergers, stop)).ConfigureAwait(false);
        return await OutcomeAsync(app, import, stop).ConfigureAwait(false);
    }

    /// <summary>Goes on with an import whose rows are staged, also one that was cut off.</summary>
    public static async Task MergeAsync(TenantDatabase app, long import, int mergers, CancellationToken stop)
    {
        // The first call validates and cuts the chunks; only then is there work to share.
        if (await MergeChunkAsync(app, import, stop).ConfigureAwait(false) == 0) return;
        await Task.WhenAll(Enumerable.Range(0, mergers).Select(_ => MergeRestAsync(app, import, stop))).ConfigureAwait(false);
    }

    public static async Task CopyAsync(TenantDatabase app, long import, IEnumerable<ImportRow> rows, CancellationToken stop)
    {
        await using var connection = await app.ConnectAsync(stop).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        await app.BecomeTenantAsync(connection, stop).ConfigureAwait(false);
        await using (var copy = await connection.BeginBinaryImportAsync(CopyRows, stop).ConfigureAwait(false))
        {
            long number = 0;
            foreach (var row in rows) await WriteAsync(copy, import, ++number, row, stop).ConfigureAwait(false);
            await copy.CompleteAsync(stop).ConfigureAwait(false);
        }

        await transaction.CommitAsync(stop).ConfigureAwait(false);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, long import, long number, ImportRow row, CancellationToken stop)
    {
        await copy.StartRowAsync(stop).ConfigureAwait(false);
        await copy.WriteAsync(import, NpgsqlDbType.Bigint, stop).ConfigureAwait(false);
        await copy.WriteAsync(number, NpgsqlDbType.Bigint, stop).ConfigureAwait(false);
        foreach (var text in (string?[])[row.Email, row.Name, row.Phone, row.Company, row.Position, row.Source])
        {
            if (text is null) await copy.WriteNullAsync(stop).ConfigureAwait(false);
            else await copy.WriteAsync(text, NpgsqlDbType.Text, stop).ConfigureAwait(false);
        }

        await copy.WriteAsync(row.Tags, NpgsqlDbType.Array | NpgsqlDbType.Text, stop).ConfigureAwait(false);
        await copy.WriteAsync(row.CustomFields, NpgsqlDbType.Jsonb, stop).ConfigureAwait(false);
    }

    private static async Task MergeRestAsync(TenantDatabase app, long import, CancellationToken stop)
    {
        while (await MergeChunkAsync(app, import, stop).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <returns>Rows that this call merged; 0 when nothing was left for it.</returns>
    private static Task<long> MergeChunkAsync(TenantDatabase app, long import, CancellationToken stop) =>
        app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, $3)", [import, Chunk], stop);

    private static async Task<ImportOutcome> OutcomeAsync(TenantDatabase app, long import, CancellationToken stop)
    {
        await using var connection = await app.ConnectAsync(stop).ConfigureAwait(false);
        await using var reader = await app.QueryAsync(
            connection, "select imported, updated, rejected, remaining from finish_lead_import($1, $2)", [import], stop).ConfigureAwait(false);
        await reader.ReadAsync(stop).ConfigureAwait(false);
        return reader.GetInt64(3) == 0
            ? new(import, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
            : throw new HarnessException(string.Create(CultureInfo.InvariantCulture, $"Import {import} still has {reader.GetInt64(3)} rows to merge. Call finish_lead_import again."));
    }
}
