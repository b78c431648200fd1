using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Runs one step so that it blocks nobody for long, and journals it.</summary>
/// <param name="files">That the step is of.</param>
internal sealed class StepRunner(
    NpgsqlConnection connection, MigrationJournal journal, MigrationFiles files, IStageProgress progress, Action<string>? begun,
    Func<string, Task>? executed)
{
    // A statement that waits for a table lock makes every later statement on that table wait behind it, and a step may want the
    // locks of three: together they must stay below a second. Give up early, try again.
    private const int LockTimeoutMilliseconds = 250;

    // Concurrent builds queue for a lock that conflicts with no reader and no writer: patience blocks nobody.
    private const int PatientLockTimeoutMilliseconds = 300_000;

    public async Task RunAsync(string migration, string direction, MigrationStep step, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await LockConflicts.RetryAsync(
                async () =>
                {
                    begun?.Invoke(step.Name);
                    await RunOnceAsync(migration, direction, step, watch, cancellationToken);
                    return true;
                },
                cancellationToken,
                (conflict, attempt) => progress.Note($"{step.Name}: {conflict}; trying again ({attempt})."));
        }
        catch (PostgresException e)
        {
            throw FaultOf(migration, direction, step, e);
        }
    }

    private async Task RunOnceAsync(
        string migration, string direction, MigrationStep step, Stopwatch watch, CancellationToken cancellationToken)
    {
        if (step.InTransaction)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // Locks are held until the commit is on disk. The journal commits with the step: a crash loses both or none.
            await connection.ExecuteAsync(
                $"set local lock_timeout = {LockTimeoutMilliseconds}; set local synchronous_commit = off{RowSecurityOf(step)}",
                cancellationToken);
            await connection.ExecuteAsync(step.Sql, cancellationToken);
            await CompleteAsync(migration, direction, step, watch, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        await connection.ExecuteAsync($"set lock_timeout = {PatientLockTimeoutMilliseconds}", cancellationToken);
        foreach (var statement in step.PartitionsOf is { } table
            ? await PartitionStatements.ForAsync(connection, step.Sql, table, cancellationToken)
            : [step.Sql])
        {
            await InvalidIndexes.ClearTheWayAsync(connection, files, statement, progress, cancellationToken);
            await connection.ExecuteAsync(statement, cancellationToken);
        }

        await CompleteAsync(migration, direction, step, watch, cancellationToken);
    }

    // pg_cron shows each role its own jobs by a policy, which is an error while policies are off. Such a step takes back those jobs, and
    // copies no row.
    private static string RowSecurityOf(MigrationStep step) =>
        step.Sql.Contains("cron.job", StringComparison.Ordinal) ? "; set local row_security = on" : "";

    private async Task CompleteAsync(
        string migration, string direction, MigrationStep step, Stopwatch watch, CancellationToken cancellationToken)
    {
        if (executed is not null)
            await executed(step.Name);
        await journal.WriteAsync(migration, direction, step, watch.Elapsed, cancellationToken);
    }

    private static HarnessException FaultOf(string migration, string direction, MigrationStep step, PostgresException e)
    {
        var hint = e.Hint is null ? "" : " " + e.Hint;
        var detail = e.Detail is null ? "" : " " + e.Detail;
        return new HarnessException(
            $"The migration {migration} ({direction}) stopped at {step.Name}: {e.MessageText}.{detail}{hint} "
            + "Steps before it are kept; fix the cause and run the same command again to go on.",
            ExitCode.Fault,
            e);
    }
}
