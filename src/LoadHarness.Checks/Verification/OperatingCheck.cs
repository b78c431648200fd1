using LoadHarness.Checks.Health;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Distribution;
using Npgsql;

namespace LoadHarness.Checks.Verification;

/// <summary>KM, HI, OP and DP-3, by asking health and the reviews themselves.</summary>
internal static class OperatingCheck
{
    // Enough scans for a share of index scans to mean something.
    private const int Lookups = 300;

    public static async Task<Dictionary<string, Verdict>> RunAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var answers = new Dictionary<string, Verdict>(StringComparer.Ordinal);
        var scanned = await LookUpAsync(admin, cancellationToken);
        var report = await HealthCheck.RunAsync(admin, SilentProgress.Instance, cancellationToken);
        foreach (var check in report.Checks.Where(c => c.Id.StartsWith("KM-", StringComparison.Ordinal)))
            answers[check.Id] = check.ToVerdict();
        answers["KM-5"] = scanned;
        var counts = string.Join(", ", report.Checks.GroupBy(c => c.Status).OrderBy(g => g.Key)
            .Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
        var red = string.Join(", ", report.Checks.Where(c => c.Status == HealthStatus.Red).Select(c => c.Id));
        foreach (var proof in await HealthColours.RunAsync(admin, cancellationToken)) answers[proof.Id] = proof;
        answers["DP-3"] = Asked(
            report,
            $"health asked {report.Checks.Count} checks: {counts}; overall "
                + $"{report.Overall.ToString().ToLowerInvariant()}{(red.Length == 0 ? "" : $" ({red})")}; the jobs are JB-1 to JB-5");
        answers["OP-1"] = await ReviewAsync("OP-1", Review.WeeklyAsync(admin, cancellationToken));
        answers["OP-2"] = await ReviewAsync("OP-2", Review.MonthlyAsync(admin, cancellationToken));
        return answers;
    }

    private static Verdict Asked(HealthReport report, string evidence)
    {
        if (report.Checks.Any(check => check.Refused)) return Verdict.Looked("DP-3", "", met: false, evidence);
        var unanswered = string.Join("; ", report.Checks.Where(check => check.Unanswered).Select(check => $"{check.Id}: {check.Evidence}"));
        return (unanswered.Length > 0 ? Verdict.Undecided("DP-3", "", $"{unanswered}; {evidence}")
            : Verdict.Looked("DP-3", "", met: true, evidence)).Showing(report.Checks.Count, "checks");
    }

    internal static async Task<Verdict> ReviewAsync(string id, Task<IReadOnlyList<ReviewSection>> review)
    {
        try
        {
            var sections = await review;
            var evidence = string.Join("; ", sections.Select(s => $"{s.Title}: {s.Rows.Count} rows"));
            var all = Verdict.Looked(id, "", met: true, evidence).Showing(sections.Count, "sections");
            return sections.Where(section => section.Fault is not null).Aggregate(
                all, (verdict, section) => verdict.And(CheckRunner.Failed(id, section.Fault!, Review.TimeoutSeconds)));
        }
        catch (HarnessException e)
        {
            return Verdict.Looked(id, "", met: false, e.Message);
        }
    }

    // Lifetime counts hold the scans of seeding and of index builds; the difference around known lookups does not.
    private static async Task<Verdict> LookUpAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        string[] statements =
        [
            "select id from leads where workspace_id = 1 and email = $1",
            "select id from email_sends where workspace_id = 1 and campaign_id = 1 and status = $1 limit 1",
            "select id from lead_activities where workspace_id = 1 and lead_id = 1 and activity_type = $1 limit 1",
        ];
        try
        {
            var before = await ScansAsync(connection, cancellationToken);
            foreach (var statement in statements)
            {
                for (var i = 0; i < Lookups; i++) await connection.ExecuteAsync(statement, cancellationToken, "none");
            }

            if ((await ClusterShape.ReadAsync(connection, cancellationToken)).Distributed)
                await TellAsync(connection, statements, cancellationToken);
            var after = await ScansAsync(connection, cancellationToken);
            var (index, sequential) = (after.Index - before.Index, after.Sequential - before.Sequential);
            var lookups = Lookups * statements.Length;
            var evidence = $"{lookups} lookups of leads, "
                + $"sends and activities made {index} index scans and {sequential} sequential scans of tables from 1,000 rows";
            return (index < lookups
                ? Verdict.Undecided("KM-5", "", evidence)
                : Verdict.Looked("KM-5", "", met: sequential <= index, evidence)).Showing(index, "scans", Limit.AtLeast(lookups, "scans"));
        }
        catch (NpgsqlException e) when (StatementFaults.IsOfStatement(e))
        {
            return CheckRunner.Failed("KM-5", e);
        }
    }

    // A worker's session tells of its scans when a statement ends a second after it last did.
    private static async Task TellAsync(NpgsqlConnection connection, string[] statements, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1.2), cancellationToken);
        foreach (var statement in statements) await connection.ExecuteAsync(statement, cancellationToken, "none");
    }

    private static async Task<(long Index, long Sequential)> ScansAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CheckRunner.ExecuteAsync(connection, "select pg_stat_force_next_flush()", cancellationToken);
        return (await connection.ListAsync(
            ProgramSql.Of("table-scans"), row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken)).Single();
    }
}
