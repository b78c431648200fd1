using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>The reads under test with typical arguments, for their plans in the report.</summary>
public static class ExplainedQueries
{
    public static IReadOnlyList<(string Name, IReadOnlyList<object?> Arguments)> Of(Workbench bench)
    {
        // Any fixed seed: the same run explains the same arguments.
        var random = new Random(1);
        var draws = bench.Draws;
        return
        [
            ("email_lookup", [draws.Email(random)]),
            ("status_page", ["active"]),
            ("recent_leads", []),
            ("tag_filter", [draws.Tag(random)]),
            ("custom_field_filter", [draws.Plan(random), draws.Country(random)]),
            ("lead_with_activities", [draws.LeadId(random)]),
            ("search_first_page", []),
            ("search_by_term", [draws.SearchTerm(random)]),
            ("segment_count", [SegmentCorpus.Conditions[1]]),
            ("segment_page", [SegmentCorpus.Conditions[1]]),
        ];
    }
}
