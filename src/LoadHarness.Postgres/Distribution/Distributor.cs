using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Distribution;

/// <summary>Spreads the tables of a coordinator over its workers, by workspace. Does nothing on one server.</summary>
/// <remarks>
/// Safe to run again: it goes by what the catalog says is distributed. A table that a migration adds later is spread then.
/// </remarks>
internal sealed class Distributor(NpgsqlConnection connection, IStageProgress progress)
{
    /// <summary>
    /// Tables that are not distributed yet, in an order in which each comes after those that it refers to; with the column of the
    /// workspace.
    /// </summary>
    internal static string Waiting => ProgramSql.Of("tables-to-spread");

    private const string ShardCount =
        "select case when source = 'default' then $1 else setting::bigint end from pg_settings where name = 'citus.shard_count'";

    /// <exception cref="HarnessException">A table could not be distributed; what is done stays, and the same command goes on.</exception>
    public async Task SpreadAsync(CancellationToken cancellationToken)
    {
        var shape = await ClusterShape.ReadAsync(connection, cancellationToken);
        if (!shape.IsCoordinator) return;
        try
        {
            await SpreadAsync(shape, cancellationToken);
        }
        catch (PostgresException refused)
        {
            throw new HarnessException(
                $"The tables could not be spread over {shape.Workers} workers: {refused.MessageText} (SQLSTATE {refused.SqlState}). "
                    + $"{refused.Detail} {refused.Hint} What is done is kept; correct the cause and run the same command again.",
                ExitCode.Fault, refused);
        }
    }

    /// <exception cref="HarnessException">
    /// The tables are distributed: Citus does not take back tables with identity columns, and nothing is rolled back.
    /// </exception>
    public async Task RequireGatheredAsync(CancellationToken cancellationToken)
    {
        if (!(await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed) return;
        throw new HarnessException(
            "The tables are spread over workers, and Citus cannot take back tables with identity columns, so nothing was rolled back. "
            + "Load the rows into one server without Citus (pg_dump --data-only, then migrate and restore there), and roll back there.",
            ExitCode.BadUsage);
    }

    private async Task SpreadAsync(ClusterShape shape, CancellationToken cancellationToken)
    {
        var done = (await connection.TextsAsync("select logicalrelid::text from pg_dist_partition", cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
        var tables = await connection.ListAsync(Waiting, row => (Table: row.GetString(0), Workspace: row.GetString(1)), cancellationToken);
        var waiting = tables.Where(table => !done.Contains(table.Table)).ToList();
        if (waiting.Count == 0 && done.Contains("users"))
        {
            // An earlier command may have ended before it.
            await FileAsync("20_finish.sql", cancellationToken);
            return;
        }

        using var task = progress.Begin($"Spreading tables over {shape.Workers} workers", waiting.Count, "tables");
        await FileAsync("10_prepare.sql", cancellationToken);
        await connection.ExecuteAsync(
            "select set_config('citus.shard_count', $1::text, false)", cancellationToken,
            (await connection.ScalarAsync<long>(ShardCount, cancellationToken, Math.Max(8, shape.Workers * 4)))
                .ToString());
        foreach (var (table, workspace) in waiting)
        {
            await connection.ExecuteAsync(
                "select create_distributed_table($1::regclass, $2, colocate_with => $3)", cancellationToken, $"public.{table}", workspace,
                table == "workspaces" ? "none" : "public.workspaces");
            if (table == "workspaces" && !done.Contains("users"))
                await connection.ExecuteAsync("select create_reference_table('public.users')", cancellationToken);
            task.Advance(1);
        }

        await FileAsync("20_finish.sql", cancellationToken);
    }

    private Task<int> FileAsync(string name, CancellationToken cancellationToken) => connection.ExecuteAsync(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sql", "distribution", name)), cancellationToken);
}
