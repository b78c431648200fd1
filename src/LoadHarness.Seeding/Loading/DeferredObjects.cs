using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// Takes keys, indexes, foreign keys and triggers off the large tables before the load and puts them back after it, as the catalog
/// describes them. The definitions are kept in the database: an interrupted seeding still restores every one.
/// </summary>
internal sealed class DeferredObjects(NpgsqlDataSource source, int workers)
{
    // What each phase restores stands in sql/program/seeding_deferred.sql.
    private const int LastPhase = 6;

    // For the connections that restore. The indexes and the lines that name them commit together, so a lost last commit is only work to do
    // again. Several indexes build side by side, one a worker: more processes each would take turns on the same cores. A validation joins
    // each partition to a much larger table by its key; a hash of that table, made anew for each partition, is what the server would choose
    // and what takes longest.
    private const string Settings = "set synchronous_commit = off; set max_parallel_maintenance_workers = 0; set enable_hashjoin = off";

    public static Task DropAsync(NpgsqlConnection connection, string[] tables, CancellationToken cancellationToken) =>
        connection.InTransactionAsync(
            async () =>
            {
                await connection.ExecuteAsync(ProgramSql.Of("capture-deferred"), cancellationToken, (object)tables);
                var drops = await connection.TextsAsync(
                    "select drop_sql from loadharness.seed_deferred where drop_sql is not null order by phase desc, ordinal",
                    cancellationToken);
                foreach (var drop in drops)
                    await connection.ExecuteAsync(drop, cancellationToken);
                await connection.ExecuteAsync("update loadharness.seed_run set indexes_deferred = true", cancellationToken);
            },
            cancellationToken);

    /// <returns>How long it took, with what was restored before an interruption.</returns>
    public async Task<TimeSpan> RestoreAsync(IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var time = await StageTime.BeginAsync(connection, "indexes", cancellationToken);
        var total = await connection.ScalarAsync<long>("select count(*) from loadharness.seed_deferred", cancellationToken);
        using var task = progress.Begin("Building indexes and constraints", total, "objects");
        for (var phase = 0; phase <= LastPhase; phase++)
            await RestorePhaseAsync(phase, time, task, cancellationToken);
        await connection.ExecuteAsync("update loadharness.seed_run set indexes_deferred = false", cancellationToken);
        return time.Total;
    }

    private async Task RestorePhaseAsync(int phase, StageTime time, ICountedTask task, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var objects = await connection.ListAsync(
            "select ordinal, relation, create_sql from loadharness.seed_deferred where phase = $1 order by ordinal",
            row => new Deferred(row.GetInt32(0), row.GetString(1), row.GetString(2)),
            cancellationToken,
            phase);
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(objects.GroupBy(item => item.Chain), options, async (chain, cancellationToken) =>
        {
            await using var own = await source.OpenLongAsync(cancellationToken);
            await own.ExecuteAsync(Settings, cancellationToken);
            foreach (var item in chain)
            {
                await RestoreOneAsync(own, item, time, cancellationToken);
                task.Advance(1);
            }
        });
    }

    private static Task RestoreOneAsync(
        NpgsqlConnection connection, Deferred item, StageTime time, CancellationToken cancellationToken) =>
        connection.InTransactionAsync(
            async () =>
            {
                await connection.ExecuteAsync(item.CreateSql, cancellationToken);
                await connection.ExecuteAsync("delete from loadharness.seed_deferred where ordinal = $1", cancellationToken, item.Ordinal);
                await time.RecordAsync(connection, cancellationToken);
            },
            cancellationToken);

    private sealed record Deferred(int Ordinal, string Chain, string CreateSql);
}
