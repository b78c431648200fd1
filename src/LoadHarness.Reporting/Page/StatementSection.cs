using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>The statements that the server spent its time on, and the plans of those under test.</summary>
internal static class StatementSection
{
    private const int MostStatements = 40;

    public static Section? Of(RunResult run)
    {
        if (run.Observation is not { } seen || seen.Statements.Count + seen.Plans.Count == 0) return null;
        var parts = new List<Html>();
        if (seen.Statements.Count > 0)
        {
            var shown = seen.Statements.OrderByDescending(statement => statement.TotalTime).Take(MostStatements).ToList();
            parts.Add(Part.Heading("Statements", $"From pg_stat_statements, by total time; {shown.Count} of {seen.Statements.Count} shown, all of them are in run.json."));
            parts.Add(Part.Table("Statements", ["Statement", "Scenario", "Calls", "Total", "Mean", "Rows", "Cache hit", "WAL"], shown.Select(Row)));
        }
        if (seen.Plans.Count > 0)
        {
            parts.Add(Part.Heading("Plans", "Taken outside the measured time. Another fingerprint is another plan."));
            parts.AddRange(seen.Plans.Select(Plan));
        }
        return new("statements", "Statements and plans", null, parts);
    }

    private static IReadOnlyList<string> Row(StatementStatistics statement)
    {
        var blocks = statement.SharedBlocksHit + statement.SharedBlocksRead;
        return
        [
            statement.Statement.ReplaceLineEndings(" "),
            statement.Scenario,
            Wording.Count(statement.Calls),
            Wording.Duration(statement.TotalTime),
            Wording.Duration(statement.MeanTime),
            Wording.Count(statement.Rows),
            blocks == 0 ? "–" : Wording.Percent((double)statement.SharedBlocksHit / blocks),
            Wording.Bytes(statement.WalBytes),
        ];
    }

    private static Html Plan(QueryPlan plan)
    {
        var scans = plan.SequentialScans.Count > 0 ? $"reads all of {string.Join(", ", plan.SequentialScans)}"
            : plan.Sight == PlanSight.Whole ? "no sequential scan"
            : plan.Sight == PlanSight.Opaque ? "opaque: not looked into"
            : "functions were not looked into";
        return Html.Of($"""
            <details class="folded plan"><summary>{plan.Query} <span class="aside">{Wording.Duration(plan.ExecutionTime)}, {scans}</span></summary>
            <p class="note">Fingerprint {plan.Fingerprint}</p>
            <pre class="scroll" role="region" tabindex="0" aria-label="Plan of {plan.Query}">{plan.Text}</pre></details>

            """);
    }
}
