using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Count and content checksum of each table of the base schema, over what the live load does not change.</summary>
/// <param name="Checksums">By table: number of rows and sum of their hashes, as text.</param>
/// <param name="Activities">Rows of lead_activities, those of the live load among them.</param>
internal sealed record TableContents(IReadOnlyDictionary<string, string> Checksums, long Activities)
{
    private static readonly Dictionary<string, string[]> ChangedByLoad = new(StringComparer.Ordinal)
    {
        ["leads"] = ["updated_at"],
        ["email_sends"] = ["status", "opened_at"],
    };

    /// <summary>Tables to which the load adds rows: what it inserts itself, and what is logged of its changes.</summary>
    private static readonly string[] AppendedByLoad = ["lead_activities", "audit_logs"];

    /// <param name="columns">By table.</param>
    /// <param name="lastIds">Of <see cref="LastIdsAsync"/>: rows with later ids are the load's.</param>
    public static async Task<TableContents> ReadAsync(
        NpgsqlDataSource source, IReadOnlyDictionary<string, string[]> columns, IReadOnlyDictionary<string, long> lastIds,
            CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var checksums = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (table, names) in columns)
        {
            var kept = names.Except(ChangedByLoad.GetValueOrDefault(table, [])).Select(name => $"\"{name}\"");
            var seeded = lastIds.TryGetValue(table, out var last)
                ? $" where id <= {last}"
                : "";
            checksums[table] = (await connection.ScalarAsync<string>(
                $"""
                select count(*) || ' rows, ' || coalesce(sum(hash_record_extended(row({string.Join(", ", kept)}), 0)), 0)
                from {table}{seeded}
                """, cancellationToken))!;
        }

        return new TableContents(checksums, await connection.ScalarAsync<long>("select count(*) from lead_activities", cancellationToken));
    }

    /// <returns>The highest id of each table that the load adds rows to.</returns>
    public static async Task<IReadOnlyDictionary<string, long>> LastIdsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in AppendedByLoad)
            last[table] = await connection.ScalarAsync<long>($"select coalesce(max(id), 0) from {table}", cancellationToken);
        return last;
    }

    /// <summary>What is lost or changed, table by table; nothing when every row is there.</summary>
    public IEnumerable<string> LostSince(TableContents before, long inserted) =>
        before.Checksums.Where(table => Checksums[table.Key] != table.Value)
            .Select(table => $"{table.Key}: {table.Value} before, {Checksums[table.Key]} after")
            .Concat(Activities == before.Activities + inserted
                ? []
                : [$"lead_activities: {before.Activities} rows and {inserted} inserted, {Activities} after"]);
}
