using System.Diagnostics;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>One direction, under load.</summary>
/// <param name="LongestSteps">The three longest, as <c>name 1.2 s</c>.</param>
/// <param name="Lost">Rows that are gone or changed, table by table.</param>
public sealed record MigrationPhase(TimeSpan Duration, LiveLoadResult Load, string LongestSteps, IReadOnlyList<string> Lost);

/// <summary>A migration and its rollback, measured.</summary>
/// <param name="SchemaDifferences">
/// Catalog lines by which the rolled back schema differs from sql/schema.sql, and the end from the start.
/// </param>
public sealed record MigrationFigures(MigrationPhase Up, MigrationPhase Down, IReadOnlyList<string> SchemaDifferences, long Leads);

/// <summary>DP-1 and DP-2 measured: the migration and its rollback, each under a live load that times its own queries.</summary>
public static class MigrationMeasurement
{
    private const int StepsTold = 3;

    /// <summary>One verdict for each thing measured.</summary>
    /// <param name="connections">Of the live load; it runs as the same user.</param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        NpgsqlDataSource admin, int connections, IStageProgress progress, CancellationToken cancellationToken) =>
        MigrationVerdicts.Detailed(await MeasureAsync(admin, connections, progress, cancellationToken));

    /// <summary>Migrates there and back, and ends in the state that it found.</summary>
    /// <exception cref="HarnessException">Some migrations are applied and others not, or one is half-way: nothing is changed.</exception>
    public static async Task<MigrationFigures> MeasureAsync(
        NpgsqlDataSource admin, int connections, IStageProgress progress, CancellationToken cancellationToken)
    {
        var files = MigrationFiles.Read();
        var startsOptimized = StartsOptimized(await new Migrator(admin).StatusAsync(cancellationToken));
        var (reference, columns) = await SchemaFingerprint.OfBaseAsync(admin, files.BaseSchema, cancellationToken);
        var before = await SchemaFingerprint.ReadAsync(admin, cancellationToken);
        var first = await PhaseAsync(admin, columns, connections, up: !startsOptimized, progress, cancellationToken);
        var between = await SchemaFingerprint.ReadAsync(admin, cancellationToken);
        var second = await PhaseAsync(admin, columns, connections, up: startsOptimized, progress, cancellationToken);
        var after = await SchemaFingerprint.ReadAsync(admin, cancellationToken);

        var leads = await admin.ScalarAsync<long>("select count(*) from leads", cancellationToken);
        return new MigrationFigures(
            startsOptimized ? second : first,
            startsOptimized ? first : second,
            [.. Differences(before, after), .. Differences(reference, startsOptimized ? between : after)],
            leads);
    }

    // There and back from in between, the database would end in another state than the one it was found in.
    private static bool StartsOptimized(MigrationStatus status)
    {
        var states = status.Migrations.Select(line => line.State).Distinct().ToList();
        if (states is [MigrationState.Applied or MigrationState.Absent]) return states[0] == MigrationState.Applied;
        var left = status.Migrations.First(line => line.State != MigrationState.Applied);
        throw new HarnessException(
            $"Of {status.Migrations.Count} migrations {status.Migrations.Count(line => line.State == MigrationState.Applied)} are applied; "
                + $"{left.Name} has {left.StepsDone} of {left.Steps} steps. Run `migrate` (or `rollback`) to its end first, then measure.",
            ExitCode.BadUsage);
    }

    private static async Task<MigrationPhase> PhaseAsync(
        NpgsqlDataSource admin, IReadOnlyDictionary<string, string[]> columns, int connections, bool up, IStageProgress progress,
            CancellationToken cancellationToken)
    {
        var lastIds = await TableContents.LastIdsAsync(admin, cancellationToken);
        var before = await TableContents.ReadAsync(admin, columns, lastIds, cancellationToken);
        var steps = new StepTimes();
        var migrator = new Migrator(admin) { StepBegun = steps.Begin, StepEnded = steps.End };
        await using var load = await LiveLoad.StartAsync(admin, connections, () => steps.Current, cancellationToken);
        var watch = Stopwatch.StartNew();
        await (up ? migrator.UpAsync(progress, cancellationToken) : migrator.DownAsync(progress, cancellationToken));
        var duration = watch.Elapsed;
        var longest = steps.Longest(StepsTold);
        var result = await load.StopAsync();
        var after = await TableContents.ReadAsync(admin, columns, lastIds, cancellationToken);
        return new MigrationPhase(duration, result, longest, [.. after.LostSince(before, result.InsertedActivities)]);
    }

    private static IEnumerable<string> Differences(IReadOnlyList<string> one, IReadOnlyList<string> other) =>
        one.Except(other).Select(line => "gone: " + line).Concat(other.Except(one).Select(line => "new: " + line));
}
