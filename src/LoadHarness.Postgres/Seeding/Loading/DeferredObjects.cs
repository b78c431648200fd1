using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Seeding.Loading;

/// <summary>
/// Takes keys, indexes, foreign keys and triggers off the large tables before the load and puts them back after it, as the catalog describes them.
/// The definitions are kept in the database: an interrupted seeding still restores every one.
/// </summary>
internal sealed class DeferredObjects(NpgsqlDataSource source, int workers)
{
    // Phases of restoring. Each partition's own indexes come first, built side by side; the parent's then only adopt them.
    private const int Indexes = 0;
    private const int LastPhase = 4;

    public static async Task DropAsync(NpgsqlConnection connection, string[] tables, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(DeferredSql.Capture, cancellation, (object)tables);
        var drops = await connection.ListAsync(
            "select drop_sql from loadharness.seed_deferred where drop_sql is not null order by phase desc, ordinal", row => row.GetString(0), cancellation);
        foreach (var drop in drops)
            await connection.ExecuteAsync(drop, cancellation);
        await connection.ExecuteAsync("update loadharness.seed_run set indexes_deferred = true", cancellation);
        await transaction.CommitAsync(cancellation);
    }

    public async Task RestoreAsync(IStageProgress progress, CancellationToken cancellation)
    {
        var total = await CountAsync(cancellation);
        using var task = progress.Begin("Building indexes and constraints", total, "objects");
        for (var phase = Indexes; phase <= LastPhase; phase++)
            await RestorePhaseAsync(phase, task, cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync("update loadharness.seed_run set indexes_deferred = false", cancellation);
    }

    private async Task<long> CountAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ScalarAsync<long>("select count(*) from loadharness.seed_deferred", cancellation);
    }

    // Indexes of one table build side by side; everything later locks its table, so it goes table by table.
    private async Task RestorePhaseAsync(int phase, ICountedTask task, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var objects = await connection.ListAsync(
            "select ordinal, relation, create_sql from loadharness.seed_deferred where phase = $1 order by ordinal",
            row => new Deferred(row.GetInt32(0), row.GetString(1), row.GetString(2)),
            cancellation,
            phase);
        var groups = objects.GroupBy(item => phase == Indexes ? item.Ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture) : item.Relation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellation };
        await Parallel.ForEachAsync(groups, options, async (group, stop) =>
        {
            await using var own = await source.OpenConnectionAsync(stop);
            foreach (var item in group)
            {
                await RestoreOneAsync(own, item, stop);
                task.Advance(1);
            }
        });
    }

    private static async Task RestoreOneAsync(NpgsqlConnection connection, Deferred item, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync(item.CreateSql, cancellation);
        await connection.ExecuteAsync("delete from loadharness.seed_deferred where ordinal = $1", cancellation, item.Ordinal);
        await transaction.CommitAsync(cancellation);
    }

    private sealed record Deferred(int Ordinal, string Relation, string CreateSql);
}
