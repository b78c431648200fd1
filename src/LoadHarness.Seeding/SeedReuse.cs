using System.Text.Json;
using LoadHarness.Core.Measurement;
using LoadHarness.Seeding.Loading;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>Finds out whether a database already holds the rows that a request asks for.</summary>
public static class SeedReuse
{
    /// <summary>Where an earlier version seeded, its loads brought in leads that nobody counted: more than any of them had.</summary>
    private const long UncountedLeads = 1_000_000_000_000;

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

    /// <summary>
    /// Counts the large tables: a database is used again with what scenarios and people did to it. Rows that came later have ids above the
    /// seeded ones, so they do not stand in for seeded rows that are gone.
    /// </summary>
    public static async Task<FoundRows> CountAsync(NpgsqlDataSource source, SeedManifest manifest, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var plan = new SeedPlan(manifest.Contacts, manifest.Spread);
        var last = plan.LeadAt(plan.Leads - 1).Id;
        var largest = 0L;
        var tables = new List<FoundTable>();
        foreach (var (table, seeded, _) in manifest.Tables)
        {
            var found = (await connection.ListAsync(
                $"select count(*) filter (where id <= $1), count(*) filter (where id > $1), count(*) filter (where workspace_id = $2) "
                    + $"from {table}",
                row => (Left: row.GetInt64(0), Added: row.GetInt64(1), OfLargest: row.GetInt64(2)), cancellationToken,
                table == "leads" ? last : ((last + 1) * SendEncoder.IdsPerLead) - 1, manifest.PrimaryWorkspaceId)).Single();
            if (table == "leads") largest = found.OfLargest;
            tables.Add(new(table, seeded, found.Left, found.Added));
        }

        return new(largest, tables);
    }

    /// <summary>
    /// Sets leads besides the seeded ones aside for the imports of a load. No later load of the database is given the same: what is there
    /// already would be no new lead. They are counted from 0 again when the database is seeded anew.
    /// </summary>
    /// <returns>How many were set aside before.</returns>
    public static Task<long> SetLeadsAsideAsync(NpgsqlDataSource source, long leads, CancellationToken cancellationToken) =>
        source.ScalarAsync<long>(
            """
            insert into loadharness.seed_new_leads as counted (set_aside) values ($1 + $2)
            on conflict (singleton) do update set set_aside = counted.set_aside + $1
            returning set_aside - $1
            """,
            cancellationToken,
            leads, UncountedLeads);

    internal static SeedManifest Read(string json) => JsonSerializer.Deserialize<SeedManifest>(json)!;
}
