using System.Text.RegularExpressions;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Verification;

namespace LoadHarness.IntegrationTests.Verification;

public sealed partial class VerifierTests(PostgresCluster cluster)
{
    // What needs an extension that a test's database lacks, another server setting, rows enough to judge, or the guide.
    private static readonly string[] NotHere = ["MA-3", "EX-1", "EX-5", "CF-2", "KM-1", "KM-4", "KM-5", "FI-1"];

    [Fact]
    public void No_id_of_the_requirements_is_missing_and_none_is_invented()
    {
        var listed = File.ReadLines(RequirementsFile())
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("EX-1", StringComparison.Ordinal))
            .SelectMany(line => IdPattern().Matches(line).Select(m => m.Groups[1].Value));
        Assert.Equal(listed, Requirements.All.Select(r => r.Id));
    }

    [Fact]
    public async Task Every_id_that_a_look_can_judge_is_met_on_the_migrated_schema()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var before = await database.Owner.AskAsync<long>("select (select count(*) from workspaces) + (select count(*) from api_keys) + (select count(*) from audit_logs)");
        var verdicts = await Verifier.RunAsync(database.Owner, null, CancellationToken.None);
        Assert.Equal(Requirements.All.Select(r => r.Id), verdicts.Select(v => v.Id));
        Assert.Empty(verdicts.Where(v => v.Kind == VerdictKind.Missed && !NotHere.Contains(v.Id)).Select(v => $"{v.Id}: {v.Evidence}"));
        Assert.Empty(verdicts.Where(v => v.Kind is VerdictKind.Unavailable && !NotHere.Contains(v.Id) && !v.Evidence.Contains("measured by", StringComparison.Ordinal)).Select(v => $"{v.Id}: {v.Evidence}"));
        Assert.Equal(before, await database.Owner.AskAsync<long>("select (select count(*) from workspaces) + (select count(*) from api_keys) + (select count(*) from audit_logs)"));
    }

    [Fact]
    public async Task What_is_not_there_is_missed_with_its_reason_and_never_an_error()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var verdicts = await Verifier.RunAsync(database.Owner, null, CancellationToken.None);
        Assert.Equal(VerdictKind.Missed, verdicts.Single(v => v.Id == "IX-1").Kind);
        Assert.Equal(VerdictKind.Missed, verdicts.Single(v => v.Id == "BF-1").Kind);
        Assert.Equal(VerdictKind.Missed, verdicts.Single(v => v.Id == "PT-1").Kind);
        Assert.All(verdicts, v => Assert.NotEmpty(v.Evidence));
    }

    [Fact]
    public async Task A_dropped_index_turns_its_row_to_missed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("drop index leads_email_hash_idx");
        var verdicts = await Verifier.RunAsync(database.Owner, null, CancellationToken.None);
        Assert.Equal(VerdictKind.Missed, verdicts.Single(v => v.Id == "IX-3").Kind);
    }

    [Fact]
    public void The_checklist_escapes_what_would_break_its_table()
    {
        var verdict = new Verdict("IX-1", "a|b", VerdictKind.Met, null, null, LimitDirection.AtLeast, "", 0, null, "x\ny <b>", [], null);
        Assert.Contains("| IX-1 | a\\|b | met | x y &lt;b> |", ChecklistMarkdown.Render([verdict]), StringComparison.Ordinal);
    }

    private static string RequirementsFile()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            var file = Path.Combine(directory, "docs", "requirements.md");
            if (File.Exists(file)) return file;
        }

        throw new FileNotFoundException("docs/requirements.md is not above the tests");
    }

    [GeneratedRegex(@"(?:^\| |^| · )([A-Z]{2,4}-\d+) ")]
    private static partial Regex IdPattern();
}
