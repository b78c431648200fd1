using LoadHarness.Core;

namespace LoadHarness.Postgres.Workload;

/// <summary>One lead of an import, as a file would hold it.</summary>
/// <param name="CustomFields">A JSON object.</param>
/// <param name="Status">Null: active for a new lead, no change for a known one.</param>
public sealed record ImportRow(
    string Email, string? Name, string? Phone, string? Company, string? Position, string? Source, string[] Tags, string CustomFields,
        string? Status = null);

/// <param name="Updated">Rows of leads that were known, also from an earlier row of the file, changed or not.</param>
/// <param name="Rejected">Rows kept back with their number and reason in lead_import_rejects.</param>
public sealed record ImportOutcome(long Imported, long Updated, long Rejected);

/// <summary>
/// A bulk import as the application does it: COPY into staging, then merge chunk by chunk, each chunk a transaction (BF-1, BF-2).
/// </summary>
/// <remarks>
/// A file is dealt out by address to as many imports as sessions. Each session copies, validates and merges its own, then helps the others:
/// no step of a file runs on one core alone, and rows of one address stay in one import, where they are merged in their order.
/// </remarks>
public static class LeadImport
{
    /// <summary>
    /// Rows merged a transaction: locks stay short, and a crash costs one chunk. Readers of the newest leads step over the rows
    /// that imports have not committed yet, so ten imports at once must not hold back many.
    /// </summary>
    private const int Chunk = 2_000;

    public const string BeginStatement = "select array_agg(begin_lead_import($1, $2) order by share) from generate_series(1, $3) as share";
    public const string MergeStatement = "select merged from finish_lead_import($1, $2, $3)";
    public const string FinishStatement = "select imported, updated, rejected, remaining from finish_lead_import($1, $2)";

    /// <summary>Rows that are dealt out at a time.</summary>
    private const int Block = 1_000;

    /// <param name="rows">The file; read once, and its beginning before that, to see how many sessions it has rows for.</param>
    /// <param name="sessions">At most: no more than the pool has connections, since an import holds all of its own while it copies.</param>
    /// <param name="step">Measures a part of the import under its name.</param>
    /// <exception cref="HarnessException">
    /// The import can't be finished by calling again; its state is kept and the message names it.
    /// </exception>
    public static async Task<ImportOutcome> RunAsync(
        TenantDatabase app, string source, IEnumerable<ImportRow> rows, int sessions, Func<string, Func<Task>, Task> step,
            CancellationToken cancellationToken)
    {
        var shares = SharesOf(rows, Math.Min(sessions, app.Connections));
        var imports = await BeginAsync(app, source, shares, cancellationToken);
        await step("copy", () => CopyAsync(app, imports, rows.Select((row, index) => (index + 1L, row)), cancellationToken));
        await step("merge", () => Task.WhenAll(imports.Select((_, share) => MergeAllAsync(app, imports, share, cancellationToken))));
        var outcomes = await Task.WhenAll(imports.Select(import => OutcomeAsync(app, import, cancellationToken)));
        return new(outcomes.Sum(outcome => outcome.Imported), outcomes.Sum(outcome => outcome.Updated),
            outcomes.Sum(outcome => outcome.Rejected));
    }

    /// <summary>The shares of a file, in order: begun together or, when the server goes, not at all.</summary>
    private static Task<long[]> BeginAsync(TenantDatabase app, string source, int shares, CancellationToken cancellationToken) =>
        app.ScalarAsync<long[]>(BeginStatement, [source, shares], cancellationToken)!;

    // An import without rows can't be finished, so a file whose few addresses would leave a session without is not dealt out.
    private static int SharesOf(IEnumerable<ImportRow> rows, int sessions) => AddressShares.Filled(rows, sessions) == sessions
        ? sessions
        : 1;

    /// <returns>The rows of one share, with their numbers in the file: what an import gets again after a crash of the server.</returns>
    internal static async Task<IReadOnlyList<(long Number, ImportRow Row)>> RowsOfAsync(
        TenantDatabase app, IEnumerable<ImportRow> rows, int share, int shares, CancellationToken cancellationToken)
    {
        ImportRow[] file = [.. rows];
        await using var places = new AddressShares(app, shares);
        var shareOf = await places.OfAsync(file, cancellationToken);
        return [.. file.Select((row, index) => (Number: index + 1L, Row: row)).Where(numbered => shareOf[numbered.Number - 1] == share)];
    }

    /// <summary>
    /// Stages rows, dealt out by address when there are several imports; again, after a crash of the server, which empties staging.
    /// </summary>
    public static async Task CopyAsync(
        TenantDatabase app, IReadOnlyList<long> imports, IEnumerable<(long Number, ImportRow Row)> rows,
            CancellationToken cancellationToken)
    {
        var shares = new List<StagingCopy>();
        await using var places = new AddressShares(app, imports.Count);
        try
        {
            foreach (var import in imports) shares.Add(await StagingCopy.BeginAsync(app, import, cancellationToken));
            foreach (var block in rows.Chunk(Block))
            {
                var shareOf = await places.OfAsync([.. block.Select(numbered => numbered.Row)], cancellationToken);
                foreach (var (place, (number, row)) in block.Index())
                    await shares[shareOf[place]].AddAsync(number, row, cancellationToken);
            }

            await Task.WhenAll(shares.Select(share => share.CommitAsync(cancellationToken)));
        }
        finally
        {
            foreach (var share in shares) await share.DisposeAsync();
        }
    }

    /// <summary>
    /// Validates and merges what is staged and not yet merged; several sessions that call it for one import share its chunks.
    /// </summary>
    public static async Task MergeAsync(TenantDatabase app, long import, CancellationToken cancellationToken)
    {
        while (await app.ScalarAsync<long>(MergeStatement, [import, Chunk], cancellationToken) > 0)
        {
        }
    }

    // A session that is through with its own share takes chunks of the others': equal shares do not take equal time.
    private static async Task MergeAllAsync(TenantDatabase app, long[] imports, int first, CancellationToken cancellationToken)
    {
        foreach (var import in imports[first..].Concat(imports[..first])) await MergeAsync(app, import, cancellationToken);
    }

    private static async Task<ImportOutcome> OutcomeAsync(TenantDatabase app, long import, CancellationToken cancellationToken)
    {
        await using var connection = await app.ConnectAsync(cancellationToken);
        await using var reader = await app.QueryAsync(
            connection, FinishStatement, [import], cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(3) == 0
            ? new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
            : throw new HarnessException($"Import {import} still has {reader.GetInt64(3)} rows to merge. Call finish_lead_import again.");
    }
}
