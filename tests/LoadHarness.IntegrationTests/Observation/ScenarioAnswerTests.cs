using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>A quick answer that is wrong is a failure with its own reason.</summary>
public sealed class ScenarioAnswerTests(SeededLoad seeded) : IClassFixture<SeededLoad>
{
    public static TheoryData<string> All => [.. ScenarioCatalog.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_scenario_gets_the_answers_that_the_seed_says(string name)
    {
        await using ScenarioEnvironment environment = await seeded.NextLoadAsync();
        var results = await SeededLoad.RunAsync(Named(name).Build(environment));
        Assert.All(results, result => Assert.True(result.Accounting.Completed > 0, result.Name));
        Assert.Empty(results.SelectMany(result => result.Operations).SelectMany(operation => operation.Errors)
            .Select(error => error.Message));
    }

    // The pool of a lone scenario had 16 connections, and an import holds all of its own at once.
    [Fact]
    public async Task An_import_of_twenty_sessions_has_a_connection_for_each()
    {
        await using ScenarioEnvironment environment = seeded.Bench(
            profile: new LoadProfile("sessions", "an import of many sessions", BulkImport: new(2_000, 1, Sessions: 20)));
        environment.FirstOfNewLeads(200_000);

        var result = Assert.Single(await SeededLoad.RunAsync(new BulkImport().Build(environment)));

        Assert.Empty(Operation(result, "import").Errors.Select(error => error.Message));
        Assert.Equal(1, result.Accounting.Completed);
        Assert.Equal(20, await seeded.Database.Owner.AskAsync<long>("select max(n) from ("
            + "select count(*) as n from lead_imports where source = 'bulk-import' group by created_at) as together"));
    }

    [Fact]
    public async Task A_lookup_that_finds_no_seeded_lead_fails_and_says_so()
    {
        var condition = await seeded.Database.Owner.AskAsync<string>(
            "select qual from pg_policies where tablename = 'leads' and policyname = 'tenant'");
        await seeded.Database.Owner.ExecuteAsync("alter policy tenant on leads using (false)");
        try
        {
            await using ScenarioEnvironment environment = seeded.Bench();
            var result = Assert.Single(await SeededLoad.RunAsync(Named("lead-queries").Build(environment)));
            foreach (var name in new[] { "email_lookup", "status_page", "recent_leads", "lead_with_activities" })
                Assert.Equal(0, Operation(result, name).Accounting.Completed);
            Assert.Equal("wrong answer: email_lookup found no row", Assert.Single(Operation(result, "email_lookup").Errors).Message);
            Assert.Equal("wrong answer: recent_leads found no row", Assert.Single(Operation(result, "recent_leads").Errors).Message);
        }
        finally
        {
            await seeded.Database.Owner.ExecuteAsync($"alter policy tenant on leads using ({condition})");
        }
    }

    [Fact]
    public async Task A_second_load_of_a_database_imports_as_many_new_leads_as_the_first()
    {
        var imported = new List<long>();
        for (var load = 0; load < 2; load++)
        {
            var before = await LeadsAsync();
            await using ScenarioEnvironment environment = await seeded.NextLoadAsync();
            var result = Assert.Single(await SeededLoad.RunAsync(Named("bulk-import").Build(environment)));
            Assert.Empty(Operation(result, "import").Errors.Select(error => error.Message));
            imported.Add(await LeadsAsync() - before);
        }

        Assert.Equal([360L, 360L], imported);

        Task<long> LeadsAsync() => seeded.Database.Owner.AskAsync<long>("select count(*) from leads");
    }

    [Fact]
    public async Task An_import_of_leads_that_the_database_has_already_fails()
    {
        await using ScenarioEnvironment first = await seeded.NextLoadAsync();
        await SeededLoad.RunAsync(Named("bulk-import").Build(first));
        await using ScenarioEnvironment again = seeded.Bench(seeded.Seed with { Reused = true }, leadsBefore: first.LeadsBefore);
        var result = Assert.Single(await SeededLoad.RunAsync(Named("bulk-import").Build(again)));
        Assert.Equal(
            "wrong answer: of 360 rows of new and 40 of known leads the import inserted 0, updated 400 and rejected 0",
            Assert.Single(Operation(result, "import").Errors).Message);
    }

    [Fact]
    public async Task An_import_that_loses_rows_fails_although_nothing_was_rejected()
    {
        await seeded.Database.Owner.ExecuteAsync(
            """
            create function lose_some() returns trigger language plpgsql
            as 'begin if new.email like ''a%'' then return null; end if; return new; end';
            create trigger lose_some before insert on leads for each row execute function lose_some();
            """);
        try
        {
            await using ScenarioEnvironment environment = await seeded.NextLoadAsync();
            var result = Assert.Single(await SeededLoad.RunAsync(Named("bulk-import").Build(environment)));
            Assert.StartsWith("wrong answer: of 360 rows of new and ", Assert.Single(Operation(result, "import").Errors).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            await seeded.Database.Owner.ExecuteAsync("drop trigger lose_some on leads; drop function lose_some()");
        }
    }

    [Theory]
    [InlineData("campaign-send", "campaign-send", 300)]
    [InlineData("mixed-users", "mixed-campaigns", 200)]
    public async Task A_campaign_goes_to_as_many_recipients_as_its_profile_says(string scenario, string name, int recipients)
    {
        await using ScenarioEnvironment environment = await seeded.NextLoadAsync(
            SeededLoad.Profile with { CampaignSend = new(300, 4, 2) });
        var results = await SeededLoad.RunAsync(Named(scenario).Build(environment));
        var campaigns = Operation(results.Single(result => result.Name == name), "campaign");
        Assert.Empty(campaigns.Errors.Select(error => error.Message));
        Assert.True(campaigns.Accounting.Completed > 0);
        Assert.Equal(recipients * campaigns.Accounting.Completed, campaigns.Items);
    }

    [Fact]
    public async Task A_campaign_that_reaches_fewer_than_its_recipients_fails()
    {
        // As if half of the leads had gone.
        await using ScenarioEnvironment environment = seeded.Bench(seeded.Seed with { Contacts = 2 * seeded.Seed.Contacts });
        var result = Assert.Single(await SeededLoad.RunAsync(new CampaignSend().Build(environment)));
        Assert.EndsWith("recipients wanted", Assert.Single(Operation(result, "campaign").Errors).Message, StringComparison.Ordinal);
    }

    private static IHarnessScenario Named(string name) => ScenarioCatalog.All.Single(scenario => scenario.Name == name);

    private static OperationResult Operation(ScenarioResult result, string name) =>
        result.Operations.Single(operation => operation.Name == name);
}
