using System.Diagnostics;
using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// What the profile's <c>maintenance_work_mem</c> costs: the largest indexes on leads built with it and with four times as much.
/// </summary>
internal static class IndexMemory
{
    private const int More = 4;

    // The largest of each kind: an inverted index gathers its entries in that memory, a B-tree sorts in it.
    private const string Largest =
        """
        select distinct on (m.amname) i.indexrelid::regclass::text
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_am m on m.oid = c.relam
        where i.indrelid = 'public.leads'::regclass and m.amname in ('gin', 'btree')
        order by m.amname, pg_relation_size(i.indexrelid) desc
        """;

    public static async Task<IReadOnlyList<Verdict>> MeasureAsync(
        NpgsqlDataSource admin, SeedManifest manifest, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenLongAsync(cancellationToken);
        var megabytes = await connection.ScalarAsync<long>(
            "select pg_size_bytes(current_setting('maintenance_work_mem')) / 1048576", cancellationToken);
        var (usual, more) = (TimeSpan.Zero, TimeSpan.Zero);
        var evidence = new StringBuilder();
        foreach (var index in await connection.TextsAsync(Largest, cancellationToken))
        {
            var (with, withMore) = (await ReindexAsync(connection, index, megabytes, cancellationToken),
                await ReindexAsync(connection, index, megabytes * More, cancellationToken));
            evidence.Append(
                $"Building {index} took {with.TotalSeconds:0.00} s with {megabytes} MB and {withMore.TotalSeconds:0.00} s "
                    + $"with {megabytes * More} MB. ");
            (usual, more) = (usual + with, more + withMore);
        }

        evidence.Append($"All indexes and constraints took {manifest.IndexTime.TotalSeconds:0.0} s.");
        return [Verdict.Stated("SEED-INDEX", "What maintenance_work_mem costs index builds", usual / more, "x", 2, evidence.ToString())];
    }

    private static async Task<TimeSpan> ReindexAsync(
        NpgsqlConnection connection, string index, long megabytes, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"set maintenance_work_mem = '{megabytes}MB'", cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await connection.ExecuteAsync($"reindex index {index}", cancellationToken);
        return Stopwatch.GetElapsedTime(started);
    }
}
