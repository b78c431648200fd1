using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Scenarios;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>Waits and statements belong to the scenario that caused them, and to its measured phase.</summary>
[Collection(Alone.Name)]
public sealed class AttributionTests(SeededLoad seeded) : IClassFixture<SeededLoad>
{
    [Fact]
    public async Task The_calls_of_each_operation_are_its_measured_requests_without_set_up_and_warm_up()
    {
        await using ScenarioEnvironment environment = seeded.Bench();
        var (results, seen) = await seeded.WatchAsync(environment, ScenarioCatalog.LeadSearch);
        foreach (var operation in Assert.Single(results).Operations)
        {
            var statement = Assert.Single(seen.Statements, statement => statement.Operations.Contains($"lead-search/{operation.Name}"));
            Assert.Equal(operation.Accounting.Completed, statement.Calls);
            Assert.Equal("lead-search", statement.Scenario);
        }

        var watched = Assert.Single(seen.Watched);
        Assert.InRange(watched.MeasuredToUtc - watched.MeasuredFromUtc, TimeSpan.FromSeconds(0.9), TimeSpan.FromMinutes(5));
        Assert.Equal(seen.Statements.Count(statement => statement.Scenario == "lead-search"), watched.StatementsKept);
    }

    [Fact]
    public async Task Scenarios_that_run_at_once_have_their_own_statements_and_waits()
    {
        await using ScenarioEnvironment environment = seeded.Bench();
        var (_, seen) = await seeded.WatchAsync(environment, new MixedUsers());
        Assert.Equal("mixed-imports", Of(seen, "finish_lead_import($1, $2, $3)").Scenario);
        Assert.Equal("mixed-imports", Of(seen, "copy lead_import_rows").Scenario);
        Assert.Equal("mixed-campaigns", Of(seen, "claim_email_sends").Scenario);
        Assert.Equal("mixed-users", Of(seen, "and email = $2").Scenario);
        Assert.Equal("mixed-users + mixed-imports + mixed-campaigns", Of(seen, "set_config('role'").Scenario);
        Assert.DoesNotContain(seen.Statements, statement => statement.Statement.Contains("pg_type", StringComparison.Ordinal));
        Assert.DoesNotContain(seen.Statements, statement => statement.Statement.Contains("loadharness:", StringComparison.Ordinal));
        Assert.Equal(["mixed-users", "mixed-imports", "mixed-campaigns"], seen.Watched.Select(watched => watched.Scenario));
        // The imports keep two sessions busy all the time: some look catches one of them.
        Assert.True(seen.Watched.Single(watched => watched.Scenario == "mixed-imports").ActiveSamples > 0);
        Assert.All(seen.Watched, watched => Assert.Equal(
            watched.ActiveSamples, seen.WaitEvents.Where(wait => wait.Scenario == watched.Scenario).Sum(wait => wait.Samples)));
    }

    [Fact]
    public async Task Each_index_has_its_bytes_its_growth_and_its_scans()
    {
        await using ScenarioEnvironment environment = seeded.Bench();
        var (results, seen) = await seeded.WatchAsync(environment, ScenarioCatalog.LeadQueries);
        var byEmail = seen.Indexes.Where(index => index.Table == "leads" && index.Index.Contains("email", StringComparison.Ordinal))
            .ToList();
        Assert.All(byEmail, index => Assert.InRange(index.BytesBefore, 8192, index.BytesAfter));
        Assert.True(byEmail.Sum(index => index.Scans) >= Assert.Single(results)
            .Operations.Single(operation => operation.Name == "email_lookup").Accounting.Completed);
    }

    private static StatementStatistics Of(DatabaseObservation seen, string part) =>
        Assert.Single(seen.Statements, statement => statement.Statement.Contains(part, StringComparison.Ordinal));
}
