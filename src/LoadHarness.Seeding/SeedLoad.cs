using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Seeding.Loading;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>Loads the large tables one after another, without their indexes, each by all workers.</summary>
internal sealed class SeedLoad(NpgsqlDataSource source, SeedJournal journal, SeedPlan plan, int workers, int leadsPerChunk)
{
    public async Task<LoadedTables> LoadAsync(
        NpgsqlConnection connection, SeedGenerators generators, IStageProgress progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await DeferAsync(connection, generators, cancellationToken);
        await ClearAsync(connection, generators, cancellationToken);
        var loads = new List<TableLoad>();
        var sums = new List<(string, ulong)>();
        var earlier = TimeSpan.Zero;
        foreach (var encoder in generators.Large)
        {
            var (load, sum, before) = await LoadTableAsync(encoder, generators.Order, progress, cancellationToken);
            loads.Add(load);
            sums.Add((encoder.Table, sum));
            earlier += before;
        }

        return new(loads, sums, Stopwatch.GetElapsedTime(started) + earlier);
    }

    // After a kill the indexes may be off already, or back on because every chunk was done.
    private async Task DeferAsync(NpgsqlConnection connection, SeedGenerators generators, CancellationToken cancellationToken)
    {
        if ((await journal.ReadAsync(cancellationToken))!.IndexesDeferred)
            return;
        // Of a distributed table the parts have the indexes, and each part is small: they stay.
        if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed)
            return;
        var done = 0L;
        foreach (var table in generators.Tables)
            done += (await journal.ChunksAsync(table, cancellationToken)).Count;
        var chunks = (plan.Leads + leadsPerChunk - 1) / leadsPerChunk;
        if (done < chunks * generators.Tables.Length)
            await DeferredObjects.DropAsync(connection, generators.Tables, cancellationToken);
    }

    // A measurement has the server load the rows as well, and no line of the journal tells of those. One that was ended there leaves them.
    private async Task ClearAsync(NpgsqlConnection connection, SeedGenerators generators, CancellationToken cancellationToken)
    {
        // Where the foreign keys are there still, the tables that refer come first, and none of them may be truncated.
        var clear = (await journal.ReadAsync(cancellationToken))!.IndexesDeferred ? "truncate" : "delete from";
        foreach (var table in generators.Tables.Reverse())
            if ((await journal.ChunksAsync(table, cancellationToken)).Count == 0
                && await connection.ScalarAsync<bool>($"select exists (select 1 from {table})", cancellationToken))
                await LockConflicts.RetryAsync(() => connection.ExecuteAsync($"{clear} {table}", cancellationToken), cancellationToken);
    }

    /// <returns>Earlier: what of the table's duration was before an interruption.</returns>
    private async Task<(TableLoad Load, ulong Sum, TimeSpan Earlier)> LoadTableAsync(
        IRowEncoder encoder, LeadOrder order, IStageProgress progress, CancellationToken cancellationToken)
    {
        var before = await journal.ChunksAsync(encoder.Table, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        using (var task = progress.Begin($"Loading {encoder.Table}", encoder.Table == "leads" ? plan.Leads : null, "rows"))
        {
            task.Advance(before.Sum(chunk => chunk.Rows));
            var loader = new ChunkLoader(source, plan, order, leadsPerChunk, workers);
            await loader.LoadAsync(encoder, before.Select(chunk => chunk.FirstLead).ToHashSet(), task, cancellationToken);
        }

        var chunks = await journal.ChunksAsync(encoder.Table, cancellationToken);
        var earlier = TimeSpan.FromSeconds(before.Sum(chunk => chunk.Seconds) / workers);
        var load = new TableLoad(encoder.Table, chunks.Sum(chunk => chunk.Rows), Stopwatch.GetElapsedTime(started) + earlier);
        return (load, chunks.Aggregate(0UL, (sum, chunk) => sum + chunk.Checksum), earlier);
    }
}

/// <param name="Sums">Sum of the row hashes a table.</param>
/// <param name="Duration">Of all tables, with what was loaded before an interruption.</param>
internal sealed record LoadedTables(IReadOnlyList<TableLoad> Tables, IReadOnlyList<(string Table, ulong Sum)> Sums, TimeSpan Duration);
