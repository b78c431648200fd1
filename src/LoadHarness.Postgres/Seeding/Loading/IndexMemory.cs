using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Postgres.Seeding.Loading;

/// <summary>What the profile's <c>maintenance_work_mem</c> costs: the largest index on leads built with it and with eight times as much.</summary>
internal static class IndexMemory
{
    private const int More = 8;

    private const string LargestIndex =
        "select indexrelid::regclass::text from pg_index where indrelid = 'public.leads'::regclass order by pg_relation_size(indexrelid) desc limit 1";

    public static async Task<IReadOnlyList<Verdict>> MeasureAsync(NpgsqlDataSource admin, SeedManifest manifest, CancellationToken cancellation)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellation);
        var index = await connection.ScalarAsync<string>(LargestIndex, cancellation);
        var megabytes = await connection.ScalarAsync<long>("select pg_size_bytes(current_setting('maintenance_work_mem')) / 1048576", cancellation);
        await ReindexAsync(connection, index!, megabytes, cancellation);
        var usual = await ReindexAsync(connection, index!, megabytes, cancellation);
        var more = await ReindexAsync(connection, index!, megabytes * More, cancellation);
        var evidence = FormattableString.Invariant(
            $"Building {index} took {usual.TotalSeconds:0.00} s with {megabytes} MB and {more.TotalSeconds:0.00} s with {megabytes * More} MB; all indexes and constraints took {manifest.IndexTime.TotalSeconds:0.0} s.");
        return [new("SEED-INDEX", "What maintenance_work_mem costs index builds", VerdictKind.Met, usual / more, null, LimitDirection.AtMost, "x", 2, null, evidence, ["Stated, not judged: it has no limit."], null)];
    }

    private static async Task<TimeSpan> ReindexAsync(NpgsqlConnection connection, string index, long megabytes, CancellationToken cancellation)
    {
        await connection.ExecuteAsync(FormattableString.Invariant($"set maintenance_work_mem = '{megabytes}MB'"), cancellation);
        var started = Stopwatch.GetTimestamp();
        await connection.ExecuteAsync($"reindex index {index}", cancellation);
        return Stopwatch.GetElapsedTime(started);
    }
}
