using System.Collections.Concurrent;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Statistics;
using LoadHarness.Load.Scheduling;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Copying;
using LoadHarness.Workloads.Format;
using Npgsql;

namespace LoadHarness.Workloads.Seeding;

/// <summary>Fills declared tables by parallel binary COPY. A chunk's rows follow from the seed, the table and the chunk alone.</summary>
public static class TableSeeder
{
    private const long RowsAtOnce = 20_000;

    /// <param name="workers">Connections that write at once; null for one a core.</param>
    /// <param name="accepted">Is told when every table and column fits, before a row is written.</param>
    /// <returns>Rows written, by table.</returns>
    /// <exception cref="HarnessException">A table or a column does not fit; all are named before a row is written.</exception>
    public static async Task<IReadOnlyList<(string Table, long Rows)>> SeedAsync(
        Workload workload, string connectionString, ulong seed, IStageProgress progress, CancellationToken cancellationToken,
        int? workers = null, Action? accepted = null)
    {
        var most = workers ?? Environment.ProcessorCount;
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            CommandTimeout = 0, ApplicationName = "loadharness/seed", MaxPoolSize = most + 1,
        });
        var tables = await TablesAsync(workload, source, seed, cancellationToken);
        accepted?.Invoke();
        var written = new List<(string Table, long Rows)>();
        foreach (var table in tables)
        {
            using var task = progress.Begin($"seed {table.Name}", table.Rows, "rows");
            await FillAsync(table, source, seed, most, task, cancellationToken);
            await source.ExecuteAsync($"analyze {table.Name}", cancellationToken);
            written.Add((table.Name, table.Rows));
        }

        return written;
    }

    private static async Task<IReadOnlyList<SeedTable>> TablesAsync(
        Workload workload, NpgsqlDataSource source, ulong seed, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var (tables, faults) = (new List<SeedTable>(), new List<string>());
        foreach (var (file, index) in workload.File.Seed!.Select((file, index) => (file, index)))
        {
            var place = $"{Path.Combine(workload.Folder, WorkloadFormat.FileName)}: seed[{index}]";
            var (table, wrong) = await SeedTable.OfAsync(connection, place, file, seed, cancellationToken);
            faults.AddRange(wrong);
            if (table is not null) tables.Add(table);
        }

        return faults.Count == 0 ? tables : throw new HarnessException(string.Join(Environment.NewLine, faults), ExitCode.BadUsage);
    }

    private static async Task FillAsync(
        SeedTable table, NpgsqlDataSource source, ulong seed, int workers, ICountedTask progress, CancellationToken cancellationToken)
    {
        var chunks = new ConcurrentQueue<long>();
        for (var first = 0L; first < table.Rows; first += RowsAtOnce) chunks.Enqueue(first);
        var done = 0L;
        var own = SeededRandom.Mix(seed, StableHash.Of(table.Name));
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, workers), cancellationToken, async (_, cancellationToken) =>
                {
                    await using var connection = await source.OpenConnectionAsync(cancellationToken);
                    var buffer = new CopyBuffer();
                    while (chunks.TryDequeue(out var first))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var rows = Math.Min(RowsAtOnce, table.Rows - first);
                        await ChunkAsync(table, connection, buffer, first, rows, new SeededRandom(SeededRandom.Mix(own, (ulong)first)),
                            cancellationToken);
                        Interlocked.Add(ref done, rows);
                        progress.Advance(rows);
                    }
                });
        }
        catch (PostgresException refused)
        {
            throw new HarnessException(
                $"seed {table.Name}: the server refuses a row: "
                    + $"{refused.SqlState}: {refused.MessageText}{(refused.Detail is { } detail ? $" ({detail})" : "")}. "
                    + $"{done:N0} rows were written before: empty the table, correct the generator, and run again.",
                ExitCode.BadUsage);
        }
    }

    private static async Task ChunkAsync(
        SeedTable table, NpgsqlConnection connection, CopyBuffer buffer, long first, long rows, Random random,
        CancellationToken cancellationToken)
    {
        var names = string.Join(", ", table.Columns.Select(column => SqlNames.Quoted(column.Name)));
        var holders = table.Columns.Select(column => column.CreateHolder()).ToArray();
        await using var copy = await BinaryCopy.BeginAsync(
            connection, $"copy {table.Name} ({names}) from stdin (format binary)", buffer, cancellationToken);
        for (var row = first; row < first + rows; row++)
        {
            if (!buffer.HasRoom) await copy.SendAsync(cancellationToken);
            buffer.BeginRow((short)holders.Length);
            for (var i = 0; i < holders.Length; i++) table.Columns[i].Write(buffer, row, random, holders[i]);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
