using System.Data.Common;
using LoadHarness.Load;
using LoadHarness.Scenarios.Answers;

namespace LoadHarness.Scenarios;

/// <summary>The lead queries with their share in a day's traffic: lookups far more often than lists and filters.</summary>
internal static class LeadOperations
{
    /// <summary>Activities that a lead is shown with.</summary>
    private const int Activities = 20;

    public static IEnumerable<(string Operation, double Weight, Func<IScenarioContext, Task<IResponse>> Run)> All(
        ScenarioEnvironment environment)
    {
        var (draws, answers) = (environment.Draws, environment.Answers);
        yield return ("email_lookup", 40, context =>
        {
            var email = draws.Email(context.Random);
            return Ask(context, "email_lookup", new(1, 1, row => row.GetString(1) == email), email);
        });
        yield return ("status_page", 15, context =>
        {
            var status = draws.Status(context.Random);
            return Ask(context, "status_page", answers.InStatus(status), status);
        });
        yield return ("recent_leads", 15, context => Ask(context, "recent_leads", answers.Newest));
        yield return ("tag_filter", 10, context =>
        {
            var tag = draws.Tag(context.Random);
            return Ask(context, "tag_filter", answers.Tagged(tag), tag);
        });
        yield return ("custom_field_filter", 10, context =>
        {
            var (plan, country) = (draws.Plan(context.Random), draws.Country(context.Random));
            return Ask(context, "custom_field_filter", answers.OnPlan(plan, country), plan, country);
        });
        yield return ("lead_with_activities", 10, context =>
        {
            var lead = draws.LeadId(context.Random);
            return Ask(context, "lead_with_activities", new(1, Activities, row => IsLead(row, lead)), lead);
        });

        // Each operation bears the name of its statement.
        Task<IResponse> Ask(IScenarioContext context, string query, Expectation expected, params object?[] arguments) =>
            environment.QueryAsync(context, query, query, expected, arguments);
    }

    private static bool IsLead(DbDataReader row, long lead) => row.GetInt64(0) == lead;
}
