using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>Leads in several workspaces, and each request in the one that it drew.</summary>
public sealed class SpreadAnswerTests(SpreadLoad seeded) : IClassFixture<SpreadLoad>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly LoadProfile Reads = new(
        "reads", "", LeadQueries: new(150, Second, Second, 10_000), LeadSearch: new(60, Second, Second, 10_000),
        Segmentation: new(40, Second, Second, 10_000));

    private static readonly LoadProfile Writes = new(
        "writes", "", BulkImport: new(200, 6), CampaignSend: new(1_000_000, 2, 6),
        MixedUsers: new(4, TimeSpan.FromMilliseconds(50), 2, 100, 1, 200, Second, Second));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_scenario_gets_the_answers_of_the_workspace_that_it_drew()
    {
        foreach (var profile in new[] { Reads, Writes })
        {
            await using var environment = seeded.Bench(profile: profile);
            var results = await SeededLoad.RunAsync([.. ScenarioCatalog.All.SelectMany(scenario => scenario.Build(environment))]);

            Assert.All(results, result => Assert.True(result.Accounting.Completed > 0, result.Name));
            Assert.Empty(results.SelectMany(result => result.Operations).SelectMany(operation => operation.Errors)
                .Select(error => error.Message));
        }

        // What was written lies in several workspaces, and every row of a workspace is of its own leads.
        foreach (var table in new[] { "lead_imports", "campaigns where enqueued_at > now() - interval '1 hour'" })
            Assert.InRange(await seeded.Database.Owner.AskAsync<long>($"select count(distinct workspace_id) from {table}"), 2, 8);
        Assert.Equal(0, await seeded.Database.Owner.AskAsync<long>(
            """
            select count(*) from email_sends s
            where not exists (select from leads l where l.workspace_id = s.workspace_id and l.id = s.lead_id and l.email = s.email)
            """));
    }

    [Fact]
    public async Task No_workspace_sees_the_rows_of_another_over_the_same_connections()
    {
        await using var environment = seeded.Bench();
        var database = environment.For("lead-queries");
        foreach (var workspace in environment.Workspaces.All.Concat(environment.Workspaces.All.Reverse()))
        {
            var app = database.AppOf(workspace);
            Assert.Equal(workspace.Id, await app.ScalarAsync<long>(
                "select case when min(workspace_id) = max(workspace_id) then min(workspace_id) end from leads where $1 > 0", [], Stop));
            Assert.InRange(await app.ScalarAsync<long>("select count(*) from leads where $1 > 0", [], Stop), workspace.Seeded.Leads, 5_000);
        }
    }

    [Fact]
    public async Task An_answer_of_another_workspace_is_a_wrong_answer()
    {
        // As if each workspace had the number of the next one.
        await using var environment = seeded.Bench(seeded.Seed with { PrimaryWorkspaceId = 2 }, Reads);
        var result = Assert.Single(await SeededLoad.RunAsync(ScenarioCatalog.LeadQueries.Build(environment)));

        Assert.Contains("wrong answer: email_lookup found no row",
            result.Operations.SelectMany(operation => operation.Errors).Select(error => error.Message));
    }
}
