using System.Collections.Concurrent;
using System.Diagnostics;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Copying;
using LoadHarness.Seeding.Rows;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>Loads one table by several connections; a chunk's rows and its line in the journal commit together.</summary>
internal sealed class ChunkLoader(NpgsqlDataSource source, SeedPlan plan, LeadOrder order, int leadsPerChunk, int workers)
{
    public async Task LoadAsync(IRowEncoder encoder, IReadOnlySet<long> done, ICountedTask progress, CancellationToken cancellationToken)
    {
        var chunks = new ConcurrentQueue<long>(FirstLeads().Where(first => !done.Contains(first)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(encoder, chunks, progress, stop), stop.Token))
            .ToArray();
        await FirstFaultAsync(work);
    }

    private static string CopyStatement(IRowEncoder encoder) =>
        $"copy {encoder.Table} ({string.Join(", ", encoder.Columns.Select(column => column.Name))}) from stdin (format binary)";

    // One failed worker stops the others; its fault, not their cancellation, is what the caller sees.
    private static async Task FirstFaultAsync(Task[] work)
    {
        try
        {
            await Task.WhenAll(work);
        }
        catch (OperationCanceledException) when (work.FirstOrDefault(task => task.IsFaulted) is { } faulted)
        {
            await faulted;
        }
    }

    private IEnumerable<long> FirstLeads()
    {
        for (var first = 0L; first < plan.Leads; first += leadsPerChunk)
            yield return first;
    }

    private async Task WorkAsync(
        IRowEncoder encoder, ConcurrentQueue<long> chunks, ICountedTask progress, CancellationTokenSource stop)
    {
        try
        {
            await using var connection = await source.OpenLongAsync(stop.Token);
            await connection.ExecuteAsync("set synchronous_commit = off", stop.Token);
            var buffer = new CopyBuffer();
            while (chunks.TryDequeue(out var first))
                progress.Advance(await LockConflicts.RetryAsync(
                    () => LoadChunkAsync(connection, encoder, first, buffer, stop.Token), stop.Token));
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<long> LoadChunkAsync(
        NpgsqlConnection connection, IRowEncoder encoder, long first, CopyBuffer buffer, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await CopyAsync(connection, encoder, first, buffer, cancellationToken);
        var chunk = new SeedChunk(first, buffer.Rows, buffer.BytesOfRows, buffer.Checksum, Stopwatch.GetElapsedTime(started).TotalSeconds);
        if (await SeedJournal.RecordAsync(connection, encoder.Table, chunk, cancellationToken))
            await transaction.CommitAsync(cancellationToken);
        else
            await transaction.RollbackAsync(cancellationToken);
        return buffer.Rows;
    }

    private async Task CopyAsync(NpgsqlConnection connection, IRowEncoder encoder, long first, CopyBuffer buffer,
        CancellationToken cancellationToken)
    {
        await using var copy = await BinaryCopy.BeginAsync(connection, CopyStatement(encoder), buffer, cancellationToken);
        for (var ordinal = first; ordinal < Math.Min(first + leadsPerChunk, plan.Leads); ordinal++)
        {
            if (!buffer.HasRoom)
                await copy.SendAsync(cancellationToken);
            var (workspace, lead) = order.LeadAt(ordinal);
            encoder.Encode(workspace, lead, buffer);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
