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

    internal static SeedManifest Read(string json) => JsonSerializer.Deserialize<SeedManifest>(json)!;
}
