using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.Postgres.Health;
using Npgsql;

namespace LoadHarness.Postgres.Verification;

/// <summary>KM, HI, OP and DP-3, by asking health and the reviews themselves.</summary>
internal static class OperatingCheck
{
    // Enough scans for a share of index scans to mean something.
    private const int Lookups = 300;

    public static async Task<Dictionary<string, Answer>> RunAsync(NpgsqlDataSource admin, CancellationToken ct)
    {
        var answers = new Dictionary<string, Answer>(StringComparer.Ordinal);
        await LookUpAsync(admin, ct);
        var report = await HealthCheck.RunAsync(admin, SilentProgress.Instance, ct);
        foreach (var check in report.Checks.Where(c => c.Id.StartsWith("KM-", StringComparison.Ordinal)))
            answers[check.Id] = new Answer(check.ToVerdict().Kind, $"{check.Status.ToString().ToLowerInvariant()}: {check.Evidence}", check.Figure, check.Limit, check.Unit);
        var counts = string.Join(", ", report.Checks.GroupBy(c => c.Status).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}"));
        var asked = report.Checks.Any(c => c.Evidence.Contains("could not be asked", StringComparison.Ordinal)) ? VerdictKind.Missed : VerdictKind.Met;
        foreach (var id in new[] { "HI-1", "HI-2", "HI-3", "DP-3" })
            answers[id] = new Answer(asked, $"health asked {report.Checks.Count} checks: {counts}; overall {report.Overall.ToString().ToLowerInvariant()}", report.Checks.Count, null, "checks");
        answers["OP-1"] = await ReviewAsync(Review.WeeklyAsync(admin, ct));
        answers["OP-2"] = await ReviewAsync(Review.MonthlyAsync(admin, ct));
        return answers;
    }

    private static async Task<Answer> ReviewAsync(Task<IReadOnlyList<ReviewSection>> review)
    {
        try
        {
            var sections = await review;
            return new Answer(VerdictKind.Met, string.Join("; ", sections.Select(s => $"{s.Title}: {s.Rows.Count} rows")), sections.Count, null, "sections");
        }
        catch (HarnessException e)
        {
            return new Answer(VerdictKind.Missed, e.Message);
        }
    }

    private static async Task LookUpAsync(NpgsqlDataSource admin, CancellationToken ct)
    {
        await using var connection = await admin.OpenConnectionAsync(ct);
        string[] statements =
        [
            "select id from leads where workspace_id = 1 and email = $1",
            "select id from email_sends where workspace_id = 1 and campaign_id = 1 and status = $1 limit 1",
            "select id from lead_activities where workspace_id = 1 and lead_id = 1 and activity_type = $1 limit 1",
        ];
        try
        {
            foreach (var statement in statements)
            {
                for (var i = 0; i < Lookups; i++)
                {
                    await using var command = new NpgsqlCommand(statement, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = "none" } } };
                    await command.ExecuteScalarAsync(ct);
                }
            }

            await Ask.ExecuteAsync(connection, "select pg_stat_force_next_flush()", ct);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            // Without the schema there is nothing to look up, and health says so itself.
        }
    }
}
