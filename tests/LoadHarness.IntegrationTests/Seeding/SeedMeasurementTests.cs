using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Seeding;
using LoadHarness.Seeding.Loading;
using Npgsql;

namespace LoadHarness.IntegrationTests.Seeding;

public sealed class SeedMeasurementTests(PostgresCluster cluster)
{
    private const string Files = "select name from pg_ls_dir('.') as name where name like 'loadharness_measure%'";

    private static readonly SeedRequest Request = new(3_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    [Fact]
    public async Task Measuring_leaves_a_seeded_database_a_ratio_and_no_files()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var before = await Catalog.ReadAsync(database.Owner);
        var result = await SeedMeasurement.RunAsync(database.Owner, Request, SilentProgress.Instance, cancellationToken);

        var ratio = Assert.Single(result.Verdicts, verdict => verdict.Id == "SEED-COPY");
        Assert.NotEqual(VerdictKind.Unavailable, ratio.Kind);
        Assert.True(ratio.Figure > 0);
        Assert.Equal(SeedChecksum.Of(Request), result.Manifest.Checksum);
        Assert.True(result.Manifest.LoadTime >= result.Manifest.Tables.Aggregate(TimeSpan.Zero, (sum, table) => sum + table.Duration));
        Assert.Equal(before, await Catalog.ReadAsync(database.Owner));
        Assert.Empty(await Catalog.LinesAsync(database.Owner, Files));
    }

    [Fact]
    public async Task A_measurement_that_is_ended_while_the_server_loads_leaves_no_rows_twice()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using (var stage = await CopyComparison.PrepareAsync(database.Owner, Request, SilentProgress.Instance, cancellationToken))
            await stage.LoadByServerAsync(cancellationToken);

        var manifest = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, cancellationToken);

        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        Assert.All(manifest.Invariants, check => Assert.True(check.Holds, $"{check.Name}: {check.Evidence}"));
        var found = await SeedReuse.CountAsync(database.Owner, manifest, cancellationToken);
        Assert.Equal((3_000L, null, null), (found.LeadsOfLargest, found.Fewer(), found.More()));
    }

    [Fact]
    public async Task A_measurement_that_ends_while_the_server_writes_leaves_no_files_and_no_lock()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var directory = Assert.Single(await Catalog.LinesAsync(database.Owner, "select current_setting('data_directory')"));
        // The second table's first file cannot be written, nor removed.
        const string obstacle = "loadharness_measure_email_sends_0.copy";
        var told = new Notes();
        Directory.CreateDirectory(Path.Combine(directory, obstacle));
        try
        {
            await Assert.ThrowsAsync<PostgresException>(
                () => CopyComparison.PrepareAsync(database.Owner, Request, told, cancellationToken));
            Assert.Equal([obstacle], await Catalog.LinesAsync(database.Owner, Files));
            Assert.Contains(told.Sentences, sentence => sentence.Contains(obstacle, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(Path.Combine(directory, obstacle));
        }

        var manifest = await new Seeder(database.Owner).SeedAsync(Request, SilentProgress.Instance, cancellationToken);
        Assert.Equal(SeedChecksum.Of(Request), manifest.Checksum);
        Assert.Empty(await Catalog.LinesAsync(database.Owner, Files));
    }
}
