using System.Text.RegularExpressions;
using LoadHarness.Checks.Health;
using LoadHarness.Checks.Verification;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Verification;

public sealed partial class VerifierTests(PostgresCluster cluster)
{
    private const int FewRounds = 4;

    /// <summary>Ratios of 20 to 60 times on a busy machine: with four of them the interval can reach below the limit.</summary>
    private const int RoundsToJudge = 12;

    // What needs an extension that a test's database lacks, another server setting, or rows enough to judge.
    private static readonly string[] NotHere = ["MA-3", "EX-1", "EX-5", "CF-2", "KM-1", "KM-4", "KM-5"];

    // What a run, a proof or the repository shows.
    private static readonly string[] JudgedByOtherCommands = ["CARD", "TQ", "SC", "RE", "ER", "MS"];

    /// <summary>Known as missed on the machine of the kept checklist, with the file below docs/measurements that says why.</summary>
    private static readonly Dictionary<string, string> KnownMisses = new() { ["SV-1"] = "2026-11-26-schema.md" };

    private static readonly ChecklistCircumstances Nowhere = new(
        new DateOnly(2026, 1, 31), "1,000 leads in one workspace", "smoke", new HostEnvironment("an OS", "a CPU", 2, 1L << 30, "10", false),
            new ServerEnvironment(ServerKind.Native, "host:1", "15", new Dictionary<string, string>(), []));

    [Fact]
    public void No_id_of_the_requirements_is_missing_and_none_is_invented()
    {
        var listed = File.ReadLines(Repository.File("docs", "requirements.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) || line.StartsWith("EX-1", StringComparison.Ordinal))
            .SelectMany(line => IdPattern().Matches(line).Select(m => m.Groups[1].Value));
        Assert.Equal(listed, Requirements.All.Select(r => r.Id));
    }

    [Fact]
    public async Task Every_id_that_a_look_can_judge_is_met_on_the_migrated_schema()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // As on services that put extensions into a schema of their own.
        await database.Owner.ExecuteAsync(
            """
            create schema elsewhere;
            grant usage on schema elsewhere to lh_owner;
            alter extension pg_stat_statements set schema elsewhere
            """);
        var before = await database.Owner.AskAsync<long>(
            "select (select count(*) from workspaces) + (select count(*) from api_keys) + (select count(*) from audit_logs)");
        var verdicts = await Verifier.RunAsync(database.Owner, null, CancellationToken.None);
        Assert.Equal(Requirements.All.Select(r => r.Id), verdicts.Select(v => v.Id));
        Assert.Equal("", string.Join('\n', verdicts.Where(v => v.Kind == VerdictKind.Missed && !NotHere.Contains(v.Id))
            .Select(v => $"{v.Id}: {v.Evidence}")));
        Assert.Empty(verdicts.Where(v => v.Kind is VerdictKind.Unavailable && !NotHere.Contains(v.Id)
            && !v.Evidence.Contains("Not judged by a look at the database", StringComparison.Ordinal))
            .Select(v => $"{v.Id}: {v.Evidence}"));
        Assert.Contains("its cost is measured from", verdicts.Single(v => v.Id == "SV-1").Evidence, StringComparison.Ordinal);
        Assert.Equal(before, await database.Owner.AskAsync<long>(
            "select (select count(*) from workspaces) + (select count(*) from api_keys) + (select count(*) from audit_logs)"));
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
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var verdicts = await IndexCheck.RunAsync(connection, distributed: false, TestContext.Current.CancellationToken);
        Assert.Equal(VerdictKind.Missed, verdicts.Single(v => v.Id == "IX-3").Kind);
    }

    [Fact]
    public async Task What_row_security_costs_is_measured_and_a_costly_policy_is_missed_SV_1()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await new Seeder(database.Owner).SeedAsync(new(1_000, 42, 1), SilentProgress.Instance, CancellationToken.None);
        var cheap = await RowSecurityCost.RunAsync(database.Owner, CancellationToken.None, FewRounds);
        Assert.Equal("times", cheap.Unit);
        Assert.True(cheap.Figure > 0, cheap.Evidence);
        Assert.All(new[] { "email_lookup", "status_page", "recent_leads", "lead_with_activities" },
            query => Assert.Contains(query, cheap.Evidence, StringComparison.Ordinal));

        // One query is enough, and its rest is far shorter on any machine.
        await database.Owner.ExecuteAsync(
            """
            create policy slow on leads as restrictive using (
                (select case when current_query() like '%email = %' then pg_sleep(0.005)::text else '' end) is not null)
            """);
        var costly = await RowSecurityCost.RunAsync(database.Owner, CancellationToken.None, RoundsToJudge);
        Assert.Equal(VerdictKind.Missed, costly.Kind);
        // What the rest costs on a busy machine is chance: the query that sleeps is the worst of all.
        Assert.Matches($"email_lookup [0-9.]+ and [0-9.]+ ms, {costly.Figure:0.00} times", costly.Evidence);
    }

    [Fact]
    public void The_checklist_escapes_what_would_break_its_table()
    {
        var verdict = Verdict.Looked("IX-1", "a|b", met: true, "x\ny <b>");
        Assert.Contains("| IX-1 | a\\|b | met | x y &lt;b> |", ChecklistMarkdown.Render([verdict], Nowhere), StringComparison.Ordinal);
    }

    [Fact]
    public void The_checklist_that_is_kept_has_a_line_for_every_id_and_no_miss_of_the_schema_that_is_not_explained()
    {
        var lines = KeptChecklist();
        Assert.Equal(Requirements.All.Select(r => r.Id), lines.Select(line => line.Id));
        var open = lines.Where(line => line.Verdict != "met" && !JudgedByOtherCommands.Contains(line.Id.Split('-')[0])).ToList();
        Assert.All(open, line => Assert.Equal("missed", line.Verdict));
        Assert.Subset(KnownMisses.Keys.ToHashSet(), open.Select(line => line.Id).ToHashSet());
        Assert.All(open, line => Assert.Contains(
            $"{line.Id} is missed", File.ReadAllText(Repository.File("docs", "measurements", KnownMisses[line.Id])),
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_checklist_that_is_kept_is_of_this_schema()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var jobs = await database.Owner.AskAsync<long>("select count(*) from scheduled_jobs");
        var tables = await database.Owner.AskAsync<long>("select count(*) from get_table_size_stats()");

        Assert.StartsWith($"{jobs} jobs", Evidence("MA-3"), StringComparison.Ordinal);
        Assert.Contains($" gives {tables} tables", Evidence("MO-3"), StringComparison.Ordinal);
        Assert.StartsWith($"health asked {HealthCatalog.All.Count} checks", Evidence("DP-3"), StringComparison.Ordinal);

        static string Evidence(string id) => KeptChecklist().Single(line => line.Id == id).Evidence;
    }

    [Fact]
    public async Task A_function_that_nobody_calls_or_describes_and_one_that_lets_bad_input_in_are_missed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create function nobody_calls_me() returns int language sql as 'select 1';
            create or replace function require_page_limit(p_limit int) returns void language sql as 'select';
            """);
        var verdict = (await Verifier.RunAsync(database.Owner, null, CancellationToken.None)).Single(v => v.Id == "QA-1");
        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Contains("nobody_calls_me() is not exercised", verdict.Evidence, StringComparison.Ordinal);
        Assert.Contains("nobody_calls_me() has no comment", verdict.Evidence, StringComparison.Ordinal);
        Assert.Contains("require_page_limit(int) answers bad input with success", verdict.Evidence, StringComparison.Ordinal);
    }

    private static List<(string Id, string Verdict, string Evidence)> KeptChecklist() =>
    [
        .. File.ReadLines(Repository.File("docs", "checklist.md")).Select(line => line.Split(" | ", 4)).Where(cells => cells.Length == 4)
            .Select(cells => (cells[0].TrimStart('|', ' '), cells[2], cells[3])).Skip(1),
    ];

    [GeneratedRegex(@"(?:^\| |^| · )([A-Z]{2,4}-\d+) ")]
    private static partial Regex IdPattern();
}
