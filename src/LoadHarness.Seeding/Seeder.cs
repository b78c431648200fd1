using System.Diagnostics;
using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Seeding.Loading;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>
/// Fills a database that has the base or the optimized schema. An interrupted seeding goes on where it stopped when it is started again
/// with an equal request, in another month too.
/// </summary>
/// <param name="admin">A role that owns the tables and is not bound by their row security.</param>
public sealed class Seeder(NpgsqlDataSource admin)
{
    private const string DiskFull = "53100";

    /// <summary>Free bytes of the disk that holds a directory; null when it cannot be seen from here. Tests put a full disk here.</summary>
    internal Func<string, long?> FreeBytes { get; init; } = DiskSpace.FreeBytesOf;

    /// <exception cref="HarnessException">
    /// The database cannot take these rows, or the server stopped or went away; the message says what to do.
    /// </exception>
    public async Task<SeedManifest> SeedAsync(SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await admin.OpenLongAsync(cancellationToken);
            return await SeedAsync(connection, request, progress, cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == DiskFull)
        {
            throw new HarnessException(SeedFaults.DiskFull(request, fault.MessageText), inner: fault);
        }
        catch (NpgsqlException fault) when (
            fault is not PostgresException { IsTransient: false } || fault.SqlState?.StartsWith("57P", StringComparison.Ordinal) == true)
        {
            throw new HarnessException(SeedFaults.Stopped(request, fault.Message), inner: fault);
        }
    }

    private async Task<SeedManifest> SeedAsync(
        NpgsqlConnection connection, SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var journal = new SeedJournal(connection);
        await journal.OpenAsync(cancellationToken);
        var (run, generators) = await new SeedStart(connection, journal, new DiskSpace(FreeBytes))
            .BeginAsync(request, progress, cancellationToken);
        if (run.Manifest is not null)
            return SeedReuse.Read(run.Manifest) with { Reused = true };
        if (run.SmallTablesChecksum is null)
            await new SmallTables(connection, journal).FillAsync(generators.Small, cancellationToken);

        var load = new SeedLoad(admin, journal, generators.Plan, request.Workers, run.LeadsPerChunk);
        var loaded = await load.LoadAsync(connection, generators, progress, cancellationToken);
        PostLoadSteps finishing = new PostLoadSteps(admin, request.Workers);
        await finishing.CountAsync(cancellationToken);
        var vacuum = await finishing.VacuumAsync(progress, cancellationToken);
        var indexes = await new DeferredObjects(admin, request.Workers).RestoreAsync(progress, cancellationToken);
        await finishing.AdvanceSequencesAsync(cancellationToken);
        var analyze = await TimeAsync(() => finishing.AnalyzeAsync(progress, cancellationToken));
        await finishing.BuildSegmentBitsAsync(progress, cancellationToken);
        await finishing.RefreshViewsAsync(progress, cancellationToken);
        var manifest = await DescribeAsync(connection, journal, request, generators, loaded, progress, cancellationToken);
        manifest = manifest with { IndexTime = indexes, AnalyzeTime = vacuum + analyze };
        SeedInvariants.ThrowIfBroken(manifest.Invariants);
        await journal.SetManifestAsync(JsonSerializer.Serialize(manifest), cancellationToken);
        return manifest;
    }

    private static async Task<SeedManifest> DescribeAsync(
        NpgsqlConnection connection, SeedJournal journal, SeedRequest request, SeedGenerators generators, LoadedTables loaded,
            IStageProgress progress, CancellationToken cancellationToken)
    {
        using var task = progress.Begin("Checking what was seeded", null, "checks");
        var smallTables = (ulong)(await journal.ReadAsync(cancellationToken))!.SmallTablesChecksum!.Value;
        var rows = loaded.Tables.ToDictionary(table => table.Table, table => table.Rows, StringComparer.Ordinal);
        var invariants = await new SeedInvariants(connection, generators.Plan, generators.Calendar, task)
            .CheckAsync(rows, cancellationToken);
        return new SeedManifest(
            request.Seed, request.Contacts, SeedChecksum.Of(smallTables, loaded.Sums), SeedPlan.PrimaryWorkspaceId,
                generators.Calendar.NewestMonth, loaded.Tables,
            await SeedDistributions.ReadAsync(connection, request.Spread, cancellationToken), invariants, loaded.Duration, TimeSpan.Zero,
                TimeSpan.Zero,
                Reused: false)
        {
            Spread = request.Spread,
        };
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started);
    }
}
