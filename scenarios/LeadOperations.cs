using LoadHarness.Load;

namespace LoadHarness.Scenarios;

/// <summary>The lead queries with their share in a day's traffic: lookups far more often than lists and filters.</summary>
internal static class LeadOperations
{
    public static IEnumerable<(string Operation, double Weight, Func<IScenarioContext, Task<IResponse>> Run)> All(Workbench bench)
    {
        yield return ("email_lookup", 40, context => bench.QueryAsync(context, "email_lookup", bench.Draws.Email(context.Random)));
        yield return ("status_page", 15, context => bench.QueryAsync(context, "status_page", bench.Draws.Status(context.Random)));
        yield return ("recent_leads", 15, context => bench.QueryAsync(context, "recent_leads"));
        yield return ("tag_filter", 10, context => bench.QueryAsync(context, "tag_filter", bench.Draws.Tag(context.Random)));
        yield return ("custom_field_filter", 10, context => bench.QueryAsync(context, "custom_field_filter", bench.Draws.Plan(context.Random), bench.Draws.Country(context.Random)));
        yield return ("lead_with_activities", 10, context => bench.QueryAsync(context, "lead_with_activities", bench.Draws.LeadId(context.Random)));
    }
}
