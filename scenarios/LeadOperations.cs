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
        yield return ("email_lookup", 40, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var email = workspace.Draws.Email(context.Random);
            return Ask(context, workspace, "email_lookup", new(1, 1, row => row.GetString(1) == email), email);
        }
        );
        yield return ("status_page", 15, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var status = workspace.Draws.Status(context.Random);
            return Ask(context, workspace, "status_page", workspace.Answers.InStatus(status), status);
        }
        );
        yield return ("recent_leads", 15, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            return Ask(context, workspace, "recent_leads", workspace.Answers.Newest);
        }
        );
        yield return ("tag_filter", 10, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var tag = workspace.Draws.Tag(context.Random);
            return Ask(context, workspace, "tag_filter", workspace.Answers.Tagged(tag), tag);
        }
        );
        yield return ("custom_field_filter", 10, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var (plan, country) = (workspace.Draws.Plan(context.Random), workspace.Draws.Country(context.Random));
            return Ask(context, workspace, "custom_field_filter", workspace.Answers.OnPlan(plan, country), plan, country);
        }
        );
        yield return ("lead_with_activities", 10, context =>
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var lead = workspace.Draws.LeadId(context.Random);
            return Ask(context, workspace, "lead_with_activities", new(1, Activities, row => IsLead(row, lead)), lead);
        }
        );

        // Each operation bears the name of its statement.
        Task<IResponse> Ask(
            IScenarioContext context, ScenarioWorkspace workspace, string query, Expectation expected, params object?[] arguments) =>
            environment.QueryAsync(context, workspace, query, query, expected, arguments);
    }

    private static bool IsLead(DbDataReader row, long lead) => row.GetInt64(0) == lead;
}
