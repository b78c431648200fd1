using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Provisioning;
using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>Decides whether a database is fresh, half seeded, or seeded already, and refuses what does not fit the request.</summary>
internal sealed class SeedStart(NpgsqlConnection connection, SeedJournal journal, DiskSpace disk)
{
    /// <returns>What is done, with what makes its rows: of the month that it was begun in, which no option names.</returns>
    public async Task<(SeedRun Run, SeedGenerators Generators)> BeginAsync(
        SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        var generators = new SeedGenerators(request);
        await SchemaFitCheck.CheckAsync(connection, generators.Large, cancellationToken);
        if (await journal.ReadAsync(cancellationToken) is { } run)
        {
            var begun = request.WithMonthOf(run.Identity);
            // Of one that has ended, rows were changed since, by scenarios among others: who asks for them anew gets them anew.
            if (!request.Replace || (run.Manifest is null && run.Identity == begun.Identity))
            {
                if (run.Identity != begun.Identity) throw new HarnessException(Refusal(run.Identity, begun));
                Note(run, request.Remark(begun.SeededAtMonth), progress);
                return (run, new SeedGenerators(begun));
            }
        }

        await MakeEmptyAsync(request, generators.Tables, progress, cancellationToken);
        await disk.CheckAsync(connection, generators.Plan.Leads, request.Copies, cancellationToken);
        await PastPartitions.EnsureAsync(connection, generators.Tables, generators.Calendar, cancellationToken);
        await journal.StartAsync(request, cancellationToken);
        return ((await journal.ReadAsync(cancellationToken))!, generators);
    }

    private static void Note(SeedRun run, string? remark, IStageProgress progress)
    {
        progress.Note(run.Manifest is null
            ? $"Going on with an interrupted seeding ({run.Identity})."
            : $"The database is seeded already ({run.Identity}); its rows are used again.");
        if (remark is not null) progress.Note(remark);
    }

    // The same options would not help where another program made the rows.
    private static string Refusal(string identity, SeedRequest request) => request.GeneratorOf(identity) is { } generator
        ? $"This database holds the rows that were asked for as another version of the program makes them ({generator}); this one makes "
            + $"{SeedRequest.Generator} ({request.Identity}). Use another database, --force to delete its rows and seed it again, or the "
            + "version of the program that began it."
        : $"This database holds another seeding ({identity}); {request.Identity} was asked for. Use the same options, another database, "
            + "or --force to delete its rows and seed it again.";

    private async Task MakeEmptyAsync(SeedRequest request, string[] tables, IStageProgress progress, CancellationToken cancellationToken)
    {
        if (request.Replace)
        {
            var doomed = await RowsToDelete.InAsync(connection, cancellationToken);
            if (doomed.NeedsTheSecondWord && !request.ReplaceForeignRows)
                throw new HarnessException($"The database holds rows that the harness did not make ({doomed}). Use an empty database, or "
                    + $"--force=delete-all-rows to delete all of them.", ExitCode.BadUsage);
            if (doomed.Tables.Count > 0)
                progress.Note($"--force: deleting every row of workspaces, users, leads and of all that refers to them: {doomed}.");
            await journal.ForgetWithAsync(
                ((string[])["workspaces", "users", .. tables]).Select(table => $"public.{table}"), cancellationToken);
        }
        else if (await connection.ScalarAsync<bool>(
            "select exists (select 1 from public.workspaces) or exists (select 1 from public.leads)", cancellationToken))
        {
            throw new HarnessException("The database holds workspaces or leads that the seeder did not put there. Use an empty database, "
                + "or --force=delete-all-rows to delete every row of them and of all that refers to them.");
        }
    }
}
