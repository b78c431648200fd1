using LoadHarness.Comparing;
using LoadHarness.Comparing.Ledger;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>Indexes left out in turn at a small scale; counters alone, which do not depend on how busy the machine is.</summary>
public sealed class LedgerTests(PostgresCluster cluster, SmallTemplate template) : IDisposable
{
    private const string Planted =
        """
        create index planted_unused_idx on leads (updated_at);
        create index planted_empty_idx on leads (updated_at) where email = 'nobody';
        create index planted_twin_idx on leads (workspace_id, created_at desc, id desc);
        alter table campaigns add constraint planted_second_key unique (workspace_id, id);
        create unique index planted_drafts_idx on campaigns (workspace_id, name, id) where status = 'draft';
        create index "IX_Leads_UpdatedAt" on leads (updated_at, id);
        create index planted_drafts_twin_idx on campaigns (workspace_id, name, id) where status = 'draft';
        """;

    private const string Activities = "lead_activities_workspace_lead_type_created_idx";

    private static readonly ComparisonPlan Few = ComparisonPlan.Standard with
    {
        Scenarios = ["lead-queries", "bulk-import"],
        Slot = TimeSpan.Zero,
        CounterCalls = 16,
        ImportRows = 500,
    };

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_planted_unused_index_and_planted_duplicates_are_found_and_one_with_readers_names_them()
    {
        Assert.NotNull(cluster.Server);
        await File.WriteAllTextAsync(_file, Planted, TestContext.Current.CancellationToken);
        var ledger = await RunAsync(
            "planted_unused_idx", "planted_empty_idx", "planted_twin_idx", "planted_second_key", "planted_drafts_idx",
            "planted_drafts_twin_idx", "IX_Leads_UpdatedAt", Activities, "leads_pkey");
        var verdicts = ledger.Verdicts.ToDictionary(verdict => verdict.Id);
        Assert.All(["planted_unused_idx", "planted_twin_idx", "planted_second_key", "IX_Leads_UpdatedAt"],
            name => Assert.Equal(VerdictKind.Missed, verdicts[name].Kind));
        Assert.Contains("leads_workspace_created_idx", verdicts["planted_twin_idx"].Evidence, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Stated, verdicts["leads_pkey"].Kind);
        Assert.Contains("constraint leads_pkey", verdicts["leads_pkey"].Evidence, StringComparison.Ordinal);

        // A unique index keeps a rule without a constraint, too; its plain twin keeps none.
        Assert.Equal(VerdictKind.Stated, verdicts["planted_drafts_idx"].Kind);
        Assert.StartsWith(
            "needed by the rule that (workspace_id, name, id) are unique where status", verdicts["planted_drafts_idx"].Evidence,
            StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Missed, verdicts["planted_drafts_twin_idx"].Kind);
        Assert.Contains("the same columns as planted_drafts_idx", verdicts["planted_drafts_twin_idx"].Evidence, StringComparison.Ordinal);

        var activities = ledger.Entries.Single(entry => entry.Index.Name == Activities);
        Assert.Contains(activities.Worse, change => change.Operation == "lead-queries/lead_with_activities");
        Assert.Contains(activities.Plans, plan => plan.Operation == "lead_with_activities");
        Assert.Equal(["lead-queries"], activities.Scenarios);
        Assert.Equal(VerdictKind.Met, verdicts[Activities].Kind);

        // An index that nobody reads still costs each imported row.
        var cost = ledger.Entries.Single(entry => entry.Index.Name == "planted_unused_idx")
            .Writes.Single(write => write.Counter == CounterNames.WalBytes);
        Assert.InRange(cost.Index, 10, 1_000);
        Assert.Equal(ExitCode.TargetMissed, ExitCodes.Of(ledger.Verdicts));

        // One that no imported row gets into costs nothing: two clones of one cluster differ by less than 1%.
        var nothing = ledger.Entries.Single(entry => entry.Index.Name == "planted_empty_idx")
            .Writes.Single(write => write.Counter == CounterNames.WalBytes);
        Assert.InRange(nothing.Without / nothing.With, 0.99, 1.01);
        Assert.InRange(nothing.Spread / nothing.With, 0, 0.01);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => RunAsync("no_such_idx"));
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("no_such_idx", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_is_not_there_is_named_before_its_rows_are_seeded()
    {
        var told = new Notes();
        var run = new LedgerRun(
            Few, SmallTemplate.Rows with { Contacts = 200_000, Seed = 4_711 }, ServerProfile.Checklist, keep: false, told);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => run.RunAsync(
            ArmSpecification.Parse("--arm", "optimized"), [], ["leads_pky"], TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("--indexes: the schema has no index leads_pky", fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("Trying optimized on 1,000 leads", Assert.Single(told.Sentences), StringComparison.Ordinal);
    }

    private async Task<IndexLedger> RunAsync(params string[] only) =>
        await new LedgerRun(Few, SmallTemplate.Rows, ServerProfile.Checklist, keep: false, SilentProgress.Instance)
        {
            Template = await template.MakeAsync(),
        }.RunAsync(
            ArmSpecification.Parse("--arm", $"optimized,sql={_file}"), IndexReasons.Read(IndexReasons.DefaultFile), only,
                TestContext.Current.CancellationToken);
}
