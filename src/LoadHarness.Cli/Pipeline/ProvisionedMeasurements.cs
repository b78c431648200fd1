using System.Runtime.CompilerServices;
using LoadHarness.Checks.Connections;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Scenarios.Profiles;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// What <c>verify</c> measures in a database that it made itself, and would not do to somebody's own: DP-1, DP-2, QA-2, QA-3, QA-5, SV-3.
/// </summary>
internal static class ProvisionedMeasurements
{
    /// <summary>Sessions of the live load that the migration has to live with.</summary>
    public const int LiveConnections = 8;

    private static readonly string[] PerformanceTargets = ["TQ-1", "TQ-2", "TQ-3", "TQ-4", "TQ-5"];
    private static readonly string[] LoadTargets = ["SC-2", "SC-3", "SC-4", "SC-5"];

    /// <param name="run">Of the database that was made: what it was seeded with.</param>
    public static async IAsyncEnumerable<StageRecord> MeasureAsync(
        StageContext context, Database database, PartialRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (options, terminal) = (context.Options, context.Terminal);
        await CrmLoad.RequireConnectionsAsync(context, database, isRun: false, cancellationToken);
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        terminal.Heading("migration and rollback under load");
        var migration = await terminal.WithProgressAsync(
            progress => MigrationMeasurement.MeasureAsync(admin, LiveConnections, progress, cancellationToken));
        yield return new Judged(MigrationVerdicts.PerRequirement(migration));

        terminal.Heading($"performance and load tests (profile {options.Profile})");
        await foreach (var part in CrmLoad.MeasureAsync(
            context, ProfileCatalog.Read(options.Profile), database, run.Seed!, cancellationToken))
        {
            run = run.With(part);
            yield return part;
        }

        var judged = RunJudge.Judge(run.ToResult(), options);
        yield return new Judged([Tests("QA-2", judged, PerformanceTargets), Tests("QA-3", judged, LoadTargets)]);
        yield return new Judged([await TlsAsync(database, cancellationToken)]);
    }

    // QA-2 and QA-3 ask for tests: they are met when those ran here and their targets hold at the scale of this database, which the
    // evidence states.
    private static Verdict Tests(string id, RunResult run, string[] targets)
    {
        var judged = run.Verdicts.Where(verdict => targets.Contains(verdict.Id)).ToList();
        var doubts = run.Invalid.Count == 0 ? "" : $" Doubts: {string.Join(" ", run.Invalid)}";
        var figures = judged.Select(v =>
            $"{v.Id} {VerdictWords.Figure(v)} ({Format.Limit(v)}) {CheckReport.Word(v.Kind)}");
        var evidence = $"ran here as lh_app and lh_worker under row security on {run.Seed!.Contacts} leads {run.Seed.Spread.Words()}, "
            + $"profile {run.Options[OptionNames.Profile]}: {string.Join("; ", figures)}. "
            + $"The claim's 2M leads: run --contacts 2000000.{doubts}";
        var verdict = Verdict.Worst(id, "", judged, evidence, judged.Count, Limit.AtLeast(targets.Length, "tests"));
        var silent = judged.Where(v => !v.IsJudged).Select(v => v.Id).ToList();
        return silent.Count == 0 ? verdict : verdict.MissedBecause($"not measured: {string.Join(", ", silent)}");
    }

    private static async Task<Verdict> TlsAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            var session = await TlsProbe.RunAsync(database.AdminConnectionString, cancellationToken);
            return Verdict.Looked("SV-3", "", met: true,
                $"given a certificate, it was trusted with its name checked (VerifyFull): {session.Protocol}, {session.Cipher}");
        }
        catch (NpgsqlException refusal)
        {
            return Verdict.Looked("SV-3", "", met: false, $"given a certificate, a session with VerifyFull failed: {refusal.Message}");
        }
    }
}
