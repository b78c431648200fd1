using System.Text.Encodings.Web;
using System.Text.Json;
using LoadHarness.Postgres.Copying;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>Fills the tables that do not grow with the number of leads, in one transaction.</summary>
internal sealed class SmallTables(NpgsqlConnection connection, SeedJournal journal)
{
    /// <summary>Of ten thousand workspaces the campaigns alone would be a statement of 100 MB.</summary>
    private const int RowsAtATime = 2_000;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ulong Checksum(SmallRows rows) => rows.All().Aggregate(0UL, (sum, table) => sum + Checksum(table));

    public Task FillAsync(SmallRows rows, CancellationToken cancellationToken) =>
        connection.InTransactionAsync(() => InsertAsync(rows, cancellationToken), cancellationToken);

    private async Task InsertAsync(SmallRows rows, CancellationToken cancellationToken)
    {
        if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed)
            // Users are on each node: between writes of them and of others one session a node is enough.
            await connection.ExecuteAsync("set local citus.multi_shard_modify_mode = 'sequential'", cancellationToken);
        var checksum = 0UL;
        var forced = await ForcedAsync(cancellationToken);
        foreach (var table in forced)
            await connection.ExecuteAsync($"alter table {table} no force row level security", cancellationToken);
        foreach (var table in rows.All())
        {
            checksum += Checksum(table);
            foreach (var some in table.Rows.Chunk(RowsAtATime))
                await connection.ExecuteAsync(Insert(table), cancellationToken, JsonSerializer.Serialize(some, Json));
        }

        foreach (var table in forced)
            await connection.ExecuteAsync($"alter table {table} force row level security", cancellationToken);
        await journal.SetSmallTablesAsync(checksum, cancellationToken);
    }

    // Row security binds even the owner of these; a superuser is exempt. Nobody else sees the tables without it: the transaction holds
    // them.
    private Task<List<string>> ForcedAsync(CancellationToken cancellationToken) => connection.TextsAsync(
        """
        select oid::regclass::text
        from pg_class
        where relnamespace = 'public'::regnamespace and relforcerowsecurity and relname = any ($1)
          and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)
        """,
        cancellationToken, (object)MigrationFiles.Read().Tables.ToArray());

    private static ulong Checksum(SmallTable table) =>
        table.Rows.Aggregate(RowHash.Of(System.Text.Encoding.UTF8.GetBytes(table.Name)),
            (sum, row) => sum + RowHash.Of(JsonSerializer.SerializeToUtf8Bytes(row, Json)));

    // Names come from SmallRows, never from outside.
    private static string Insert(SmallTable table) =>
        $"insert into {table.Name} ({table.Columns}) select {table.Columns} from jsonb_populate_recordset(null::{table.Name}, $1::jsonb)";
}
