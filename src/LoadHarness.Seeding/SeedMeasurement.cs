using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Seeding.Loading;
using Npgsql;

namespace LoadHarness.Seeding;

/// <summary>
/// Seeds a fresh database and judges the load against its limit: the same server reading the very same rows by binary COPY from files of
/// its own, into the same tables, over as many connections. Loads take turns, so that a machine that slows down slows both.
/// </summary>
public static class SeedMeasurement
{
    /// <summary>Seconds of our load over seconds of the server's own.</summary>
    private static readonly Limit MostTimesAsLong = Limit.AtMost(1.25, "x");

    private const int Rounds = 3;

    /// <summary>The program's own memory, whatever the number of leads: rows are streamed.</summary>
    private static readonly Limit MostMemory = Limit.AtMost(300, "MB");

    private const string CopyTitle = "Seeding against the server's own COPY of the same rows";

    public static async Task<SeedMeasurementResult> RunAsync(
        NpgsqlDataSource admin, SeedRequest request, IStageProgress progress, CancellationToken cancellationToken)
    {
        if (!await ServerSideCopyFiles.AreAllowedAsync(admin, cancellationToken))
            return new(await new Seeder(admin).SeedAsync(request, progress, cancellationToken), [Unavailable(), Memory()]);
        var ours = new List<LoadedTables>();
        var limit = new List<LoadedTables>();
        await using (CopyComparison stage = await CopyComparison.PrepareAsync(admin, request, progress, cancellationToken))
        {
            for (var round = 0; round < Rounds; round++)
            {
                limit.Add(await stage.LoadByServerAsync(cancellationToken));
                ours.Add(await stage.LoadBySeederAsync(cancellationToken));
                progress.Note(
                    $"Round {round + 1} of {Rounds}: seeder {ours[^1].Duration.TotalSeconds:0.00} s, "
                        + $"server's COPY {limit[^1].Duration.TotalSeconds:0.00} s.");
            }
        }

        var manifest = await new Seeder(admin).SeedAsync(request, progress, cancellationToken);
        var verdicts = new List<Verdict> { Ratio(ours, limit), Memory() };
        verdicts.AddRange(await IndexMemory.MeasureAsync(admin, manifest, cancellationToken));
        return new(manifest with { Tables = Typical(ours).Tables, LoadTime = Typical(ours).Duration }, verdicts);
    }

    private static LoadedTables Typical(List<LoadedTables> rounds) => rounds.OrderBy(round => round.Duration).ElementAt(rounds.Count / 2);

    private static Verdict Ratio(List<LoadedTables> ours, List<LoadedTables> limit)
    {
        var ratios = ours.Zip(limit, (own, server) => own.Duration / server.Duration).Order().ToArray();
        var figure = Typical(ours).Duration / Typical(limit).Duration;
        var evidence = $"Median of {Rounds} rounds in turn. Seeder: {Words(Typical(ours))}. "
            + $"Server's COPY from files: {Words(Typical(limit))}.";
        return Verdict.Judged("SEED-COPY", CopyTitle, new(figure, new(ratios[0], ratios[^1]), Rounds, Rounds), MostTimesAsLong, evidence)
            .Qualified(["The interval is the range of the rounds' own ratios."]);
    }

    private static string Words(LoadedTables loaded) =>
        $"{loaded.Duration.TotalSeconds:0.0} s (" + string.Join(", ", loaded.Tables.Select(table =>
            $"{table.Table} {table.Rows} rows in {table.Duration.TotalSeconds:0.0} s, {table.RowsPerSecond:0} rows/s")) + ")";

    private static Verdict Memory()
    {
        using var program = Process.GetCurrentProcess();
        var megabytes = program.PeakWorkingSet64 / 1e6;
        return Verdict.Counted(
            "SEED-MEMORY", "Memory of the program while seeding", megabytes, MostMemory, 1,
                "Peak resident memory of this process since its start.",
            "the system's own count");
    }

    private static Verdict Unavailable() => Verdict.Unavailable(
        "SEED-COPY", CopyTitle,
        "The role may not make the server read and write files: "
            + "grant it pg_read_server_files and pg_write_server_files, or use a superuser.", MostTimesAsLong);
}

/// <param name="Manifest">Of the database as it was left: seeded, indexed and checked.</param>
public sealed record SeedMeasurementResult(SeedManifest Manifest, IReadOnlyList<Verdict> Verdicts);
