using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// What follows the load: counters that the sends imply, vacuum, identity sequences, statistics, materialized views. Each may run again.
/// </summary>
internal sealed class PostLoadSteps(NpgsqlDataSource source, int workers)
{
    // The optimized schema fixes a campaign's enqueue time once: it is created_at of all its sends.
    private const string EnqueueTimes =
        "update campaigns c set enqueued_at = c.created_at where c.status = 'sent' and c.enqueued_at is distinct from c.created_at";

    private const string HasEnqueueTimes =
        """
        select exists (select 1 from pg_attribute
            where attrelid = 'public.campaigns'::regclass and attname = 'enqueued_at' and not attisdropped)
        """;

    private const string FilledLeaves =
        """
        select c.oid::regclass::text
        from pg_class c
        join pg_class root on root.oid = coalesce(pg_partition_root(c.oid), c.oid) and root.relname = any ($1)
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and pg_relation_size(c.oid) > 0
        order by pg_relation_size(c.oid) desc
        """;

    private const string Roots =
        """
        select oid::regclass::text from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname = any ($1)
        """;

    private const string Views =
        "select oid::regclass::text from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace and relname = any ($1)";

    /// <summary>The schema's own tables and views: what others keep in public is left alone.</summary>
    private readonly string[] _own = [.. MigrationFiles.Read().Tables];

    public async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        await PersistAsync(connection, ProgramSql.Of("campaign-counters"), cancellationToken);
        if (await connection.ScalarAsync<bool>(HasEnqueueTimes, cancellationToken))
            await PersistAsync(connection, EnqueueTimes, cancellationToken);
    }

    // VACUUM sets the visibility map and hint bits now, so that neither autovacuum nor first readers do it in a measured window. Before the
    // indexes are there it reads each table once and nothing else, and the validation of foreign keys can read indexes alone.
    /// <returns>How long it took, with what was vacuumed before an interruption.</returns>
    public async Task<TimeSpan> VacuumAsync(IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var time = await StageTime.BeginAsync(connection, "vacuum", cancellationToken);
        // Of a distributed table there are no pages here: vacuuming it is passed on to its parts.
        var distributed = (await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed;
        var leaves = await connection.TextsAsync(distributed ? Roots : FilledLeaves, cancellationToken, (object)_own);
        using var task = progress.Begin("Vacuuming", leaves.Count, "tables");
        await EachAsync(leaves.Select(leaf => $"vacuum (parallel 0) {leaf}"), task, cancellationToken, time);
        return time.Total;
    }

    /// <summary>Wants the indexes in place: the highest id is read from them.</summary>
    public async Task AdvanceSequencesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        foreach (var advance in await connection.TextsAsync(ProgramSql.Of("identity-sequences"), cancellationToken, (object)_own))
            await connection.ExecuteAsync(advance, cancellationToken);
    }

    /// <summary>Wants the indexes in place: those over expressions have statistics of their own.</summary>
    public async Task AnalyzeAsync(IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var roots = await connection.TextsAsync(Roots, cancellationToken, (object)_own);
        using var task = progress.Begin("Analyzing", roots.Count, "tables");
        await EachAsync(roots.Select(root => $"analyze {root}"), task, cancellationToken);
    }

    /// <summary>Triggers were off during the load: bits of segments follow from the leads that are there now.</summary>
    public async Task BuildSegmentBitsAsync(IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed
            || !await connection.ScalarAsync<bool>(
                "select to_regprocedure('build_segment_bits(bigint, bigint)') is not null", cancellationToken))
            return;
        var workspaces = await connection.TextsAsync("select id::text from workspaces order by id", cancellationToken);
        using var task = progress.Begin("Building bits of segments", workspaces.Count, "workspaces");
        await connection.ExecuteAsync("delete from segment_bit_workspaces", cancellationToken);
        await EachAsync(workspaces.Select(workspace => $"select build_segment_bits({workspace})"), task, cancellationToken);
        await connection.ExecuteAsync(
            "vacuum (analyze) segment_bit_workspaces, segment_bit_facets, segment_bit_values, segment_bits, segment_changes",
            cancellationToken);
    }

    public async Task RefreshViewsAsync(IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenLongAsync(cancellationToken);
        var views = await connection.TextsAsync(Views, cancellationToken, (object)_own);
        using var task = progress.Begin("Refreshing materialized views", views.Count, "views");
        await EachAsync(views.Select(view => $"refresh materialized view {view}; analyze {view}"), task, cancellationToken);
    }

    /// <param name="time">Of a stage whose statements need little when they are sent again; null where they need as long.</param>
    private Task EachAsync(
        IEnumerable<string> statements, ICountedTask task, CancellationToken cancellationToken, StageTime? time = null) =>
        Parallel.ForEachAsync(statements, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken },
            async (statement, cancellationToken) =>
        {
            await using var connection = await source.OpenLongAsync(cancellationToken);
            await PersistAsync(connection, statement, cancellationToken);
            if (time is not null) await time.RecordAsync(connection, cancellationToken);
            task.Advance(1);
        });

    private static Task<int> PersistAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken) =>
        LockConflicts.RetryAsync(() => connection.ExecuteAsync(statement, cancellationToken), cancellationToken);
}
