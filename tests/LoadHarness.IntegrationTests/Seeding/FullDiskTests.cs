using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Seeding;

/// <summary>The estimate may be wrong, or another program may take the space: then the disk fills up in the middle.</summary>
public sealed class FullDiskTests(PostgresCluster cluster)
{
    private static readonly SeedRequest Request = new(8_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1), LeadsPerChunk = 1_000 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_fills_up_stops_the_seeding_cleanly_and_it_goes_on_when_there_is_space()
    {
        var binaries = cluster.Server.Binaries;
        Assert.NotNull(binaries);
        await using var disk = await SmallDisk.MountAsync(megabytes: 14, Stop);
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Empty);
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        await using var _ = await disk.TakeDatabaseAsync(cluster.Server.ConnectionString, name!, Stop);
        await new Migrator(database.Owner).ApplyBaseAsync(Stop);

        // Opened now: a new session may have to write a file of its own, for which there is no space later.
        await using var session = await database.Owner.OpenConnectionAsync(Stop);
        var full = await Assert.ThrowsAsync<HarnessException>(() => SeedAsync(database));
        Assert.Contains("disk is full", full.Message, StringComparison.Ordinal);
        Assert.Contains("goes on where it stopped", full.Message, StringComparison.Ordinal);
        await using (var alive = new NpgsqlCommand("select count(*) > 0 from loadharness.seed_run", session))
            Assert.Equal(true, await alive.ExecuteScalarAsync(Stop));

        await disk.ResizeAsync(megabytes: 400, Stop);
        var manifest = await SeedAsync(database);
        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
    }

    private static Task<Core.Measurement.SeedManifest> SeedAsync(TestDatabase database) =>
        new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, Stop);
}
