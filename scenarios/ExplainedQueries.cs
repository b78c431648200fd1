using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>
/// The statements under test with typical arguments of the largest workspace, for their plans in the report; the reads of the smallest one
/// too, which the planner may answer in another way. A sequence runs in one transaction, which is rolled back.
/// </summary>
public static class ExplainedQueries
{
    private const int ImportedRows = 500;
    private const long ScheduledLeads = 5_000;
    private const int Claimed = 1_000;

    private static readonly string[] Imports = ["bulk-import/import", "mixed-imports/import"];
    private static readonly string[] Campaigns = ["campaign-send/campaign", "mixed-campaigns/campaign"];

    public static IEnumerable<IReadOnlyList<ExplainedStatement>> Of(ScenarioEnvironment environment) =>
        [.. Reads(environment, environment.Workspaces.Largest).Select(read => (IReadOnlyList<ExplainedStatement>)[read]),
            .. DeepPage(environment), Import(environment), Campaign(environment)];

    /// <returns>Nothing when there is but one workspace.</returns>
    public static IEnumerable<IReadOnlyList<ExplainedStatement>> OfSmallest(ScenarioEnvironment environment) =>
        environment.Workspaces.All.Count == 1 ? [] : [.. Reads(environment, environment.Workspaces.All[^1])
            .Select(read => (IReadOnlyList<ExplainedStatement>)[read with { Name = $"{read.Name} in the smallest workspace" }])];

    private static IEnumerable<ExplainedStatement> Reads(ScenarioEnvironment environment, ScenarioWorkspace workspace)
    {
        // Any fixed seed and iteration: the same run explains the same arguments.
        var random = new Random(1);
        var place = environment.Workspaces.All.Index().First(one => one.Item == workspace).Index;
        foreach (var (scenario, file) in CrmReads.Workload.File.Scenarios)
            foreach (var operation in file.Operations.Keys)
            {
                if (!environment.Reads.Asks(scenario, operation) || environment.Reads.NeedsWalk(file.StatementOf(operation))) continue;
                var name = file.StatementOf(operation);
                string[] mixed = scenario == ScenarioCatalog.LeadQueries.Name ? [$"mixed-users/{operation}"] : [];
                yield return ExplainedStatement.Read(
                    name, environment.Queries[name], environment.Reads.Sample(name, random, 1, place),
                        [OperationPath.Of(scenario, operation), .. mixed]);
            }
    }

    // The cursor of a page as far down as a thousand leads: the cost of a page does not depend on how far down it is.
    private static IEnumerable<IReadOnlyList<ExplainedStatement>> DeepPage(ScenarioEnvironment environment)
    {
        if (!environment.Reads.Asks(ScenarioCatalog.LeadSearch.Name, "deep_page")) yield break;
        yield return
        [
            new("cursor of row 1,000", "lh_app", "select cursor from search_leads_optimized($1, p_limit => 1000)", _ => [], []),
            new("search_deep_page", "lh_app", environment.Queries["search_deep_page"], results => [results["cursor of row 1,000"][^1]],
                ["lead-search/deep_page"]),
        ];
    }

    private static IReadOnlyList<ExplainedStatement> Import(ScenarioEnvironment environment)
    {
        var rows = ImportRows.Of(
            environment.Seed, environment.Workspaces.Largest, environment.FirstOfNewLeads(ImportedRows), ImportedRows,
            Profiles.ImportLoad.UsuallyKnownPercent)
            .ToList();
        return
        [
            new("import_begin", "lh_app", LeadImport.BeginStatement, _ => ["plans", 1], Imports),
            new(
                "rows of an import",
                "lh_app",
                """
                insert into lead_import_rows (import_id, row_number, email, name, tags, custom_fields)
                select $2, row_number, email, name, '{}', '{}'
                from unnest($3::text[], $4::text[]) with ordinality as file (email, name, row_number)
                """,
                results => [ImportOf(results), rows.Select(row => row.Email).ToArray(), rows.Select(row => row.Name).ToArray()],
                []),
            new("import_merge", "lh_app", LeadImport.MergeStatement, results => [ImportOf(results), ImportedRows], Imports),
            new("import_finish", "lh_app", LeadImport.FinishStatement, results => [ImportOf(results)], Imports),
        ];

        static long ImportOf(IReadOnlyDictionary<string, IReadOnlyList<object>> results) => ((long[])results["import_begin"][0])[0];
    }

    private static IReadOnlyList<ExplainedStatement> Campaign(ScenarioEnvironment environment)
    {
        return
        [
            new("campaign_create", "lh_app", CampaignDispatch.CreateStatement, _ => ["plans"], Campaigns),
            new("campaign_schedule", "lh_app", CampaignDispatch.ScheduleStatement,
                results => [Of(results), 1L, Math.Min(environment.Workspaces.Largest.Seeded.Leads, ScheduledLeads)], Campaigns),
            new("campaign_claim", "lh_worker", CampaignDispatch.ClaimStatement, results => [Of(results), "plans", Claimed], Campaigns),
            new(
                "campaign_mark_sent",
                "lh_worker",
                CampaignDispatch.MarkStatement,
                results => [Of(results), results["campaign_claim"].Cast<long>().ToArray(), "plans-", "plans", DBNull.Value],
                Campaigns),
            new("campaign_complete", "lh_worker", CampaignDispatch.CompleteStatement, results => [Of(results)], Campaigns),
        ];

        static long Of(IReadOnlyDictionary<string, IReadOnlyList<object>> results) => (long)results["campaign_create"][0];
    }
}
