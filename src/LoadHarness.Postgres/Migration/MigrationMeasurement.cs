using System.Diagnostics;
using System.Globalization;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>DP-1 and DP-2 measured: the migration and its rollback, each under a live load that times its own queries.</summary>
public static class MigrationMeasurement
{
    private const double BlockedLimitMilliseconds = 1_000;
    private const double RollbackLimitSeconds = 120;

    /// <summary>Migrates there and back, and ends in the state that it found.</summary>
    /// <param name="connections">Of the live load; it runs as the same user.</param>
    public static async Task<IReadOnlyList<Verdict>> RunAsync(
        NpgsqlDataSource admin, int connections, IStageProgress progress, CancellationToken ct)
    {
        var migrator = new Migrator(admin);
        var startsOptimized = (await migrator.StatusAsync(ct)).Migrations.All(line => line.State == MigrationState.Applied);
        var before = await SchemaFingerprint.ReadAsync(admin, ct);
        Phase up, down;
        if (startsOptimized)
        {
            down = await MeasureAsync(admin, connections, () => migrator.DownAsync(progress, ct), ct);
            up = await MeasureAsync(admin, connections, () => migrator.UpAsync(progress, ct), ct);
        }
        else
        {
            up = await MeasureAsync(admin, connections, () => migrator.UpAsync(progress, ct), ct);
            down = await MeasureAsync(admin, connections, () => migrator.DownAsync(progress, ct), ct);
        }

        var after = await SchemaFingerprint.ReadAsync(admin, ct);
        var differences = before.Except(after).Count() + after.Except(before).Count();
        var leads = await CountAsync(admin, ct);
        return [.. Judge(up, down, differences, leads)];
    }

    private static IEnumerable<Verdict> Judge(Phase up, Phase down, int differences, long leads)
    {
        yield return Blocked("DP-1", "Longest blocked query while migrating", up, leads);
        yield return Lasted("DP-1", "Duration of the migration", up, limitSeconds: null, leads);
        yield return Blocked("DP-2", "Longest blocked query while rolling back", down, leads);
        yield return Lasted("DP-2", "Duration of the rollback", down, RollbackLimitSeconds, leads);
        yield return new Verdict(
            "DP-2", "There and back gives the same schema", differences == 0 ? VerdictKind.Met : VerdictKind.Missed, differences, 0,
            LimitDirection.AtMost, "differences", 1, null,
            $"{differences} catalog lines (columns, constraints, indexes, policies, routines, triggers) differ; rows were compared by content before each swap.",
            [], null);
    }

    private static Verdict Blocked(string id, string title, Phase phase, long leads)
    {
        var wait = phase.Load.LongestLockWait.TotalMilliseconds;
        var kind = phase.Load.Failures.Count > 0 || wait > BlockedLimitMilliseconds ? VerdictKind.Missed : VerdictKind.Met;
        var evidence = string.Create(CultureInfo.InvariantCulture,
            $"{phase.Load.Queries} queries ran meanwhile on {leads} leads; longest lock wait {wait:F0} ms, longest response {phase.Load.LongestResponse.TotalMilliseconds:F0} ms ({phase.Load.LongestQuery}), {phase.Load.Failures.Count} kinds of failure.");
        return new Verdict(
            id, title, kind, wait, BlockedLimitMilliseconds, LimitDirection.AtMost, "ms", phase.Load.Queries, null, evidence,
            ["Lock waits are sampled every 10 ms.", .. phase.Load.Failures.Select(failure => "A query failed: " + failure)], null);
    }

    private static Verdict Lasted(string id, string title, Phase phase, double? limitSeconds, long leads)
    {
        var seconds = phase.Duration.TotalSeconds;
        return new Verdict(
            id, title, seconds > limitSeconds ? VerdictKind.Missed : VerdictKind.Met, seconds, limitSeconds, LimitDirection.AtMost, "s", 1, null,
            string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s with {leads} leads, under load."), [], null);
    }

    private static async Task<Phase> MeasureAsync(NpgsqlDataSource admin, int connections, Func<Task> migrate, CancellationToken ct)
    {
        await using var load = await LiveLoad.StartAsync(admin, connections, ct);
        var watch = Stopwatch.StartNew();
        await migrate();
        var duration = watch.Elapsed;
        return new Phase(duration, await load.StopAsync());
    }

    private static async Task<long> CountAsync(NpgsqlDataSource admin, CancellationToken ct)
    {
        await using var command = admin.CreateCommand("select count(*) from leads");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private sealed record Phase(TimeSpan Duration, LiveLoadResult Load);
}
