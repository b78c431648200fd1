using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Applies the function files whose text has changed, and takes everything they made away again.</summary>
internal sealed class RepeatableFiles(NpgsqlConnection connection, MigrationJournal journal, IStageProgress progress)
{
    private static string ObjectsInPublic => ProgramSql.Of("objects-in-public");

    public async Task<IReadOnlyList<string>> ChangedAsync(IReadOnlyList<RepeatableFile> files, CancellationToken cancellationToken)
    {
        var applied = await journal.RepeatablesAsync(cancellationToken);
        return [.. files.Where(file => applied.GetValueOrDefault(file.Name) != file.Checksum).Select(file => file.Name)];
    }

    public async Task ApplyAsync(IReadOnlyList<RepeatableFile> files, CancellationToken cancellationToken)
    {
        var changed = (await ChangedAsync(files, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => changed.Contains(file.Name)))
        {
            try
            {
                await ApplyAsync(file, cancellationToken);
            }
            catch (PostgresException e)
            {
                throw new HarnessException(
                    $"The file sql/functions/{file.Name} could not be applied: {e.MessageText} (SQLSTATE {e.SqlState}). "
                    + "Nothing of it was kept; fix it and run the same command again.",
                    ExitCode.Fault,
                    e);
            }
        }
    }

    public async Task DropAsync(CancellationToken cancellationToken)
    {
        var created = await connection.TextsAsync(
            "select kind || ' ' || name from loadharness.created_object where kind not in ('extension', 'schema') order by ordinal desc",
                cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync("set local lock_timeout = '5s'", cancellationToken);
        try
        {
            foreach (var statement in DropsOf(created)) await connection.ExecuteAsync(statement, cancellationToken);
        }
        catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.DependentObjectsStillExist)
        {
            throw new HarnessException(
                $"Something here uses the schema's functions and would go with them: {used.Detail} Drop it first, and make it again "
                    + "afterwards. Nothing was changed.", ExitCode.Fault, used);
        }

        await connection.ExecuteAsync(
            "delete from loadharness.created_object where kind not in ('extension', 'schema')", cancellationToken);
        await journal.ForgetRepeatablesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    // All routines at once: they may use each other, and what else uses one is somebody's own.
    private static IEnumerable<string> DropsOf(IReadOnlyList<string> created)
    {
        var routines = created.Where(IsRoutine).Select(target => target[(KindLength(target) + 1)..]).ToList();
        foreach (var target in created.Where(target => target.Contains("view ", StringComparison.Ordinal) && !IsRoutine(target)))
            yield return $"drop {target.Insert(KindLength(target), " if exists")}";
        if (routines.Count > 0) yield return $"drop routine if exists {string.Join(", ", routines)}";
        foreach (var target in created.Where(target => !target.Contains("view ", StringComparison.Ordinal) && !IsRoutine(target)))
            yield return $"drop {target.Insert(KindLength(target), " if exists")}";
    }

    private static bool IsRoutine(string target) => target[..KindLength(target)] is "function" or "procedure" or "aggregate";

    private static int KindLength(string target) =>
        target.StartsWith("materialized view ", StringComparison.Ordinal)
            ? "materialized view".Length
            : target.IndexOf(' ', StringComparison.Ordinal);

    private async Task ApplyAsync(RepeatableFile file, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        progress.Note($"Applying functions of {file.Name}.");
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var before = await connection.TextsAsync(ObjectsInPublic, cancellationToken);
        await connection.ExecuteAsync(file.Sql, cancellationToken);
        var created = (await connection.TextsAsync(ObjectsInPublic, cancellationToken)).Except(before);
        await RememberAsync(created, cancellationToken);
        await journal.WriteAsync(file, watch.Elapsed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task RememberAsync(IEnumerable<string> created, CancellationToken cancellationToken)
    {
        foreach (var target in created)
        {
            var kind = target[..KindLength(target)];
            await connection.ExecuteAsync(
                "insert into loadharness.created_object (kind, name) values ($1, $2) on conflict do nothing", cancellationToken,
                kind, target[(kind.Length + 1)..]);
        }
    }
}
