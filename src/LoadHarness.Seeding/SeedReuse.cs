using System.Text.Json;
using LoadHarness.Core.Measurement;
using LoadHarness.Seeding.Loading;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>Finds out whether a database already holds the rows that a request asks for.</summary>
public static class SeedReuse
{
    /// <returns>
    /// The manifest with <see cref="SeedManifest.Reused"/> set; null when the database is not fully seeded, or with something else.
    /// </returns>
    public static async Task<SeedManifest?> FindAsync(NpgsqlDataSource source, SeedRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (!await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_run') is not null", cancellationToken))
            return null;
        await using var journal = new SeedJournal(connection);
        var run = await journal.ReadAsync(cancellationToken);
        return run?.Manifest is { } manifest && run.Identity == request.Identity ? Read(manifest) with { Reused = true } : null;
    }

    /// <summary>Leads and sends are counted: a database is used again with what scenarios and people did to it.</summary>
    /// <returns>A sentence on the tables that do not hold as many rows as were seeded; null when all do.</returns>
    public static async Task<string?> ChangesAsync(NpgsqlDataSource source, SeedManifest manifest, CancellationToken cancellationToken)
    {
        var changes = new List<string>();
        foreach (var (table, rows, _) in manifest.Tables.Where(load => load.Table is "leads" or "email_sends"))
        {
            var now = await source.ScalarAsync<long>($"select count(*) from {table}", cancellationToken);
            if (now != rows) changes.Add($"{now:N0} rows of {table} instead of {rows:N0}");
        }

        return changes.Count == 0 ? null : $"The database does not hold the rows that its checksum is of: {string.Join(", ", changes)}. "
            + "Give --force to delete its rows and seed it again.";
    }

    internal static SeedManifest Read(string json) => JsonSerializer.Deserialize<SeedManifest>(json)!;
}
